internal import AccessLog
internal import Authority
internal import Dispatch
public import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Synchronization
public import Turnstile
internal import VaultModel
public import Wire

/// The broker: takes requests as the listener received them and gives signed replies.
public final class BrokerService: Sendable {
    let files: VaultFiles
    let facts: SealFacts
    let authenticator: Authenticator
    let state: Mutex<BrokerState>
    let swap: Swap
    private let isUnattended = Atomic<Bool>(false)
    let stopSignal = StopSignal()
    /// Why the vault sealed itself, if it did.
    let alarm = Mutex<Alarm?>(nil)
    private let housekeeping = Mutex<Task<Void, Never>?>(nil)
    /// Failed attempts to unseal, to be logged once there is a key to log with.
    private let failedAttempts = Mutex<[Decision]>([])
    let knownWitnesses: KnownWitnesses
    /// Cards that wait for others.
    let cards = Mutex(GatheredCards())
    private let backoff: UnsealBackoff

    /// Opens the vault in `folder`, sealed.
    ///
    /// - Parameters:
    ///   - rebuildsIndex: whether `index.db` is made anew when the vault is unsealed; it may be missing.
    ///   - swap: what is done about swap space; a vault of the test profile only warns of the kernel's.
    ///   - onFatal: called on the writing thread when the log cannot be made durable; must end the process.
    /// - Throws: why it cannot be served: no vault, another broker, a file missing, foreign, changed or exposed.
    public init(
        folder: String, rebuildsIndex: Bool = false, swap: Swap = Swap(), clock: any WallClock = SystemClock(),
        onFatal: @escaping @Sendable () -> Void
    ) throws(RequestRefusal) {
        files = try VaultFiles(folder: folder, clock: clock)
        self.swap = swap
        let sealed = try SealedVault(files: files, rebuildsIndex: rebuildsIndex, onFatal: onFatal)
        facts = sealed.facts
        let origin = LogOrigin(vault: facts.vault, incarnation: facts.incarnation)
        let logKey = VerifierKey(name: origin.description, key: facts.logKey)
        knownWitnesses = KnownWitnesses { stored in logKey.flatMap { KnownWitness(stored, logKey: $0) } }
        authenticator = Authenticator(authority: facts.vault.description, clock: clock)
        state = Mutex(.sealed(sealed))
        backoff = UnsealBackoff(folder: folder, clock: clock)
    }

    // MARK: - Answering

    /// Answers one request. Never throws: whatever goes wrong is a reply.
    public func answer(_ incoming: IncomingRequest, from peer: Peer) async -> OutgoingReply {
        if incoming.method == "GET" { return answerOpen(incoming) }
        let verified: VerifiedRequest
        do throws(Authenticator.Failure) {
            verified = try authenticator.authenticate(incoming, from: peer)
        } catch { return refuse(error, incoming) }
        do throws(RequestRefusal) {
            return sign(try await dispatch(verified), for: verified.request.binding)
        } catch {
            return sign(ReplyContent(Self.body(error)), status: error.code.status, for: verified.request.binding)
        }
    }

    /// An unsigned refusal, for what the listener turns away.
    public func refusal(_ code: ErrorCode) -> OutgoingReply {
        let why = code == .rateLimited ? Reason.rate : .malformed
        return ReplyProfile.unsigned(
            status: code.status, body: ErrorBody(code: code, why: why.rawValue).encode())
    }

    private func dispatch(_ verified: VerifiedRequest) async throws(RequestRefusal) -> ReplyContent {
        switch verified.request.endpoint {
        case .unseal: return ReplyContent(try await unseal(verified))
        case .unsealCard: return ReplyContent(try await takeCard(verified))
        case .seal: return ReplyContent(try await seal(verified))
        case .witnessAlarm: return ReplyContent(try await alarm(verified))
        default:
            let vault = try openVault()
            // Strangers can make keys without end: only connections of enrolled ones are remembered.
            let kid = verified.request.kid
            if let connection = verified.peer.connection, vault.turnstile.controls.authority.enrolments[kid] != nil {
                vault.connections.note(connection, of: kid)
            }
            // What is about erasures waits for all other requests, and so must not be one of them.
            guard verified.request.head.act != .erase else { return try await route(verified, in: vault) }
            return try await vault.calls.run { () throws(RequestRefusal) in try await route(verified, in: vault) }
        }
    }

    func openVault() throws(RequestRefusal) -> OpenVault {
        let open = state.withLock { state -> Result<OpenVault, RequestRefusal> in
            switch state {
            case .unsealed(let open, _): .success(open)
            case .sealed, .unsealing: .failure(.sealed)
            case .stopping: .failure(.stopping)
            }
        }
        return try open.get()
    }

    /// The vault whose reply key signs: also while it stops, when the last replies are on their way.
    private var signingVault: OpenVault? {
        state.withLock { state in
            switch state {
            case .unsealed(let vault, _): vault
            case .stopping(let vault): vault
            case .sealed, .unsealing: nil
            }
        }
    }

    private func refuse(_ failure: Authenticator.Failure, _ incoming: IncomingRequest) -> OutgoingReply {
        let refusal: RequestRefusal
        switch failure {
        case .form(let error):
            refusal =
                error.code == .unauthenticated
                ? .unauthenticated
                : RequestRefusal(error.code, error.reason, hint: "the request does not have the one form")
        case .clock:
            refusal = RequestRefusal(
                .unauthenticated, .clock, hint: "the clocks of this computer and the broker differ")
        case .signature: refusal = .unauthenticated
        }
        if refusal.code == .unauthenticated, let open = try? openVault() { open.turnstile.countUnauthenticated() }
        let body = Self.body(refusal)
        guard let binding = RequestBinding(incoming) else {
            return ReplyProfile.unsigned(status: refusal.code.status, body: body)
        }
        return sign(ReplyContent(body), status: refusal.code.status, for: binding)
    }

    private func sign(
        _ content: ReplyContent, status: Int = 200, for binding: RequestBinding
    ) -> OutgoingReply {
        guard let open = signingVault else {
            return ReplyProfile.unsigned(status: status, body: content.body, form: content.form)
        }
        return ReplyProfile.sign(
            status: status, body: content.body, form: content.form, for: binding,
            kid: KeyID(open.keyset.replyPublicKey),
            created: files.clock.nowSeconds(), with: open.keyset.signReply)
    }

    private static func body(_ refusal: RequestRefusal) -> [UInt8] {
        ErrorBody(
            code: refusal.code, why: refusal.why, hint: String(refusal.hint.prefix(1_000)),
            request: refusal.request
        ).encode()
    }

    // MARK: - Unsealing

    private func unseal(_ verified: VerifiedRequest) async throws(RequestRefusal) -> [UInt8] {
        let body: UnsealVault.Request = try Self.decode(verified.request.body)
        let sealed = try state.withLock { (state) throws(RequestRefusal) in try state.beginUnsealing() }
        var opened: OpenVault?
        defer { state.withLock { $0.endUnsealing(opened) } }
        let decision = sealed.gate.decide(verified, PolicyAsk(act: .unseal, verb: "unseal"))
        do throws(RequestRefusal) {
            _ = try decision.requireAllowed()
            try sealed.requireConsistency(with: body.checkpoint)
            let open = try await open(
                sealed, .passphrase(HeldSecret(SecretBytes(copying: Array(body.passphrase.text.utf8)))), backoff)
            let entry = try await start(open, by: .person(decision), rebuildsIndex: sealed.rebuildsIndex)
            opened = open
            return Self.encode(StateReply(state: .unsealed), entry)
        } catch {
            if error.code != .unauthenticated {
                failedAttempts.withLock { if $0.count < 16 { $0.append(decision.refused(error)) } }
            }
            throw error
        }
    }

    /// Unseals at the start with a passphrase, or a host key, from a file. Ignored while the vault is held: sealing on
    /// command is the panic button, and only a person undoes it.
    public func unsealUnattended(_ file: UnattendedFile) async throws(RequestRefusal) {
        isUnattended.store(true, ordering: .relaxed)
        guard !facts.isHeld else { return }
        let key = try file.key()
        let sealed = try state.withLock { (state) throws(RequestRefusal) in try state.beginUnsealing() }
        var opened: OpenVault?
        defer { state.withLock { $0.endUnsealing(opened) } }
        let open = try await open(sealed, key)
        _ = try await start(open, by: .machine, rebuildsIndex: sealed.rebuildsIndex)
        opened = open
    }

    /// Stretching takes seconds: it runs on a thread of its own, not on one that answers requests.
    ///
    /// - Parameter backoff: counts the try, where a wrong one is to be counted.
    func open(
        _ sealed: SealedVault, _ key: UnsealKey, _ backoff: UnsealBackoff? = nil
    ) async throws(RequestRefusal) -> OpenVault {
        try requireNoLeak()
        let before = try backoff?.begin()
        let result: Result<OpenVault, RequestRefusal> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "coffer.unseal", qos: .userInitiated).async {
                do throws(RequestRefusal) {
                    continuation.resume(
                        returning: .success(try sealed.open(key) { [weak self] in self?.fileChanged() }))
                } catch {
                    sealed.files.forgetSeal()
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        if let backoff, let before {
            switch result {
            case .success: backoff.succeed()
            case .failure(let refusal) where refusal.reason == .wrongPassphrase: break
            case .failure: backoff.undo(to: before)
            }
        }
        return try result.get()
    }

    /// Who unsealed.
    enum Unsealer {
        case person(Decision)
        /// Whoever gave these cards, no key of whom is known.
        case cards([GatheredCards.Given])
        /// The machine, with a file.
        case machine
    }

    /// Refuses where pages could reach a disk in clear. Containers and continuous integration seldom choose their swap,
    /// and test vaults hold nobody's data: there only a listing that was named is taken seriously.
    private func requireNoLeak() throws(RequestRefusal) {
        let isBinding = facts.profile != .test || swap.listing != Swap.kernelListing
        guard isBinding, !swap.isAccepted, swap.mayLeak else { return }
        throw RequestRefusal(.unavailable, .unavailable, hint: "swap is not encrypted: " + Swap.remedy)
    }

    /// Logs the start and whoever unsealed, and brings in order what a crash left, before anything else is answered.
    func start(
        _ open: OpenVault, by unsealer: Unsealer, rebuildsIndex: Bool
    ) async throws(RequestRefusal) -> CommittedEntry {
        // Whoever unseals comes first: nothing else may have happened when a replayed request is refused here.
        var entry: CommittedEntry?
        if case .person(let decision) = unsealer { entry = try await open.turnstile.log(decision, as: .unseal).entry }
        do throws(RequestRefusal) {
            let startup = try await open.turnstile.appendInternal(
                EntryDraft(kind: .startup, decision: .allow, why: .granted, policy: open.turnstile.policy.sha256))
            if case .cards(let given) = unsealer { try await logCards(given, in: open) }
            if swap.isAccepted, swap.mayLeak {
                try await open.turnstile.appendInternal(
                    EntryDraft(
                        kind: .alert, decision: .allow, why: .granted, purpose: "swap",
                        policy: open.turnstile.policy.sha256))
            }
            try await open.recover()
            try open.recallUse()
            if rebuildsIndex { try await open.rebuildIndex() }
            for failed in takeFailedAttempts() { _ = try? await open.turnstile.logRefusal(failed, as: .unseal) }
            await logRefusedCards(in: open)
            if unsealer.isPersonal, facts.isHeld { try files.updateSeal { $0.isHeld = false } }
            keepHouse(open)
            open.resumeRotations()
            open.rollIfDue()
            return entry ?? startup
        } catch {
            // Something has been written: only a new process sees the files as they are now.
            stopWaitingForSeal()
            throw error
        }
    }

    private func takeFailedAttempts() -> [Decision] {
        failedAttempts.withLock { attempts in
            defer { attempts = [] }
            return attempts
        }
    }

    /// Once a minute: logs the sum of unauthenticated requests, notes how far the log has come, and carries out the
    /// erasures that are due.
    private func keepHouse(_ open: OpenVault) {
        housekeeping.withLock { task in
            task = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(60))
                    await open.turnstile.logUnauthenticated()
                    await open.markRegisterNowAndThen()
                    try? open.anchor.noteLog()
                    // What fails is tried again; until it is done the customer stays frozen.
                    try? await open.carryOutDue()
                    open.rollIfDue()
                }
            }
        }
    }

    // MARK: - Sealing

    private func seal(_ verified: VerifiedRequest) async throws(RequestRefusal) -> [UInt8] {
        let _: NoMembers = try Self.decode(verified.request.body)
        let open = try openVault()
        let decision = try await open.admit(verified, PolicyAsk(act: .seal, verb: "seal"), as: .seal)
        return try await close(open, decision, as: .seal)
    }

    /// Logs why, holds the vault and ends: until a person unseals, nothing else does.
    func close(
        _ open: OpenVault, _ decision: Decision, as kind: EntryKind
    ) async throws(RequestRefusal) -> [UInt8] {
        // The panic button works on a full disk too: whatever fails from here on is reported, and the vault closes.
        state.withLock { $0.beginStopping() }
        defer { stopSignal.send() }
        let held = Result { () throws(RequestRefusal) in try files.updateSeal { $0.isHeld = true } }
        let grant = try await open.turnstile.log(decision, as: kind)
        try held.get()
        return Self.encode(StateReply(state: .sealed), grant.entry)
    }

    /// Returns when somebody has sealed the vault, or when `stopWaitingForSeal` is called.
    public func sealRequested() async { await stopSignal.wait() }
    public func stopWaitingForSeal() {
        state.withLock { $0.beginStopping() }
        stopSignal.send()
    }

    /// Logs the end and closes the files. The process must end afterwards: that is what wipes the keys dependably.
    public func stop() async {
        housekeeping.withLock { $0 }?.cancel()
        guard let open = state.withLock({ $0.stop() }) else { return }
        await open.jobs.stop()
        await open.turnstile.logUnauthenticated()
        var draft = EntryDraft(kind: .seal, decision: .allow, why: .granted)
        draft.policy = open.turnstile.policy.sha256
        _ = try? await open.turnstile.appendInternal(draft)
        try? await open.markRegister()
        try? open.anchor.noteLog()
        await open.writer.close()
    }

    var unattended: Bool { isUnattended.load(ordering: .relaxed) }
}

extension BrokerService.Unsealer {
    /// Whether somebody was there: only that ends a hold.
    var isPersonal: Bool { if case .machine = self { false } else { true } }
}

/// What a reply says: its body, and what that is.
struct ReplyContent: Sendable {
    let body: [UInt8]
    let form: ReplyForm

    init(_ body: [UInt8], _ form: ReplyForm = .json) { (self.body, self.form) = (body, form) }
}
