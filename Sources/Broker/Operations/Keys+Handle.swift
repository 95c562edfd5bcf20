internal import AccessLog
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Tells which slots there are, what is public about the cards, how old the keys are and what a rotation is doing.
enum GetKeysHandler: OperationHandler {
    typealias Op = GetKeys

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetKeys.Reply> {
        let decision = try await vault.admit(call.verified, ask(call.verified, vault), as: .list)
        let keys = try vault.keyEntries(at: call.verified.receivedMilliseconds / 1_000)
        let run = vault.rotations.last.map {
            RotationRun(
                rotation: $0.progress.rotation.rawValue, state: $0.state.rawValue, done: Int64($0.progress.done),
                total: Int64($0.progress.total))
        }
        let grant = try await vault.turnstile.log(decision, as: .list)
        guard let seal = vault.files.seal else { throw .sealed }
        let facts = seal.facts
        let sets = seal.file.shareSlots.map {
            CardSet($0.set, commitment: $0.commitment, confirmed: facts.isConfirmed($0.set.id))
        }
        let recovery = RecoveryState(facts)
        return Answer(
            GetKeys.Reply(
                slots: seal.file.slots.map(KeySlot.init), sets: sets, recovery: recovery.map { [$0] } ?? [],
                generation: facts.generation, keys: keys, runs: run.map { [$0] } ?? []), grant.entry)
    }

    /// Whoever may change slots, replace keys or cut new cards must see what there is.
    private static func ask(_ verified: VerifiedRequest, _ vault: OpenVault) -> PolicyAsk {
        let gate = vault.turnstile.gate
        let asks = ["slots", "rotate", "reshare", "recover"].map { PolicyAsk(act: .rotate, verb: $0) }
        let allowed = asks.first { ask in
            if case .refused = gate.decide(verified, ask).outcome { false } else { true }
        }
        return allowed ?? asks[0]
    }
}

/// Notes that enough cards of a set were read back: the set-up of these cards is finished.
enum ConfirmCardsHandler: OperationHandler {
    typealias Op = ConfirmCards

    static func handle(
        _ call: Call<ConfirmCards.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .rotate, verb: "slots"), as: .rotate)
        guard call.head.object == ConfirmCards.object(set: call.body.set) else {
            throw .malformed("the head must name the set by its hash")
        }
        let (set, proof, id) = (Hex.decode(call.body.set) ?? [], call.body.proof, vault.vault)
        guard let seal = vault.files.seal else { throw .sealed }
        if let recovery = seal.facts.recovery, recovery.set.id == set {
            guard recovery.isConfirmation(proof, vault: id) else {
                throw await vault.refuse(
                    decision, .denied(.wrongCard, hint: "the recovery cards did not sign this"), as: .rotate)
            }
        } else {
            guard seal.file.shareSlots.contains(where: { $0.set.id == set }) else {
                throw await vault.refuse(
                    decision, .notFound("no slot of this vault has such cards; coffer keys status"), as: .rotate)
            }
        }
        let change = try await vault.files.prepare { seal throws(RequestRefusal) in seal.changing { $0.confirm(set) } }
        return Answer(NoMembers(), try await vault.replaceSeal(change, decision))
    }
}

/// One more passphrase or host key.
enum AddSlotHandler: OperationHandler {
    typealias Op = AddSlot

    static func handle(
        _ call: Call<AddSlot.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<SlotsReply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .rotate, verb: "slots"), as: .rotate)
        guard call.head.object == AddSlot.object(kind: call.body.kind) else {
            throw .malformed("the head must name the kind of slot by its hash")
        }
        guard let secret = SlotSecret(kind: call.body.kind, call.body.secret) else {
            throw .malformed("a slot is of the kind passphrase or host-key")
        }
        return try await vault.changeSlots(decision) { seal throws(SlotChangeError) in try seal.addingSlot(secret) }
    }
}

/// One slot less; the last one stays.
enum RemoveSlotHandler: OperationHandler {
    typealias Op = RemoveSlot

    static func handle(
        _ call: Call<RemoveSlot.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<SlotsReply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .rotate, verb: "slots"), as: .rotate)
        let id = call.body.id
        guard call.head.object == RemoveSlot.object(id: id) else {
            throw .malformed("the head must name the slot by its hash")
        }
        return try await vault.changeSlots(decision) { seal throws(SlotChangeError) in
            try seal.removingSlot(UInt16(clamping: id))
        }
    }
}

/// A new root key, with a new set of cards and the slots whose secrets were presented. All others are gone.
enum ReshareHandler: OperationHandler {
    typealias Op = Reshare

    static func handle(
        _ call: Call<Reshare.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<SlotsReply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .rotate, verb: "reshare"), as: .rotate)
        guard call.head.object == Reshare.object(set: call.body.set) else {
            throw .malformed("the head must name the set by its hash")
        }
        guard let set = call.body.set.shareSet(.unsealing),
            let material = Base64.decode(call.body.material.text), material.count == 64
        else { throw .malformed("this is no set of cards") }
        let new = SlotSecret.shares(set, material: HeldSecret(SecretBytes(copying: material)))
        let kept = call.body.kept.map { (id: UInt16(clamping: $0.id), secret: $0.secret) }
        let answer = try await vault.changeSlots(decision) { (seal) throws(SlotChangeError) in
            var secrets = [new]
            for kept in kept {
                guard let slot = seal.file.slots.first(where: { $0.id == kept.id }),
                    let secret = SlotSecret(kind: slot.kind.name, kept.secret), let key = secret.key
                else { throw .unknownSlot }
                // A slip of the finger would wrap the new root key under a passphrase nobody knows.
                do throws(UnsealError) { try seal.file.require(key, opens: kept.id) } catch { throw .unseal(error) }
                secrets.append(secret)
            }
            let next = try seal.replacing(root: .generate(), slots: secrets)
            // Read back before the old file goes.
            do throws(UnsealError) {
                try next.file.readBack(set: set.id, material: material)
            } catch { throw .unseal(error) }
            return next
        }
        // Whoever has old cards and an old file knows the key that wraps the customers': it is replaced too.
        vault.rollSoon()
        return answer
    }
}

extension OpenVault {
    /// Prepares a change of the slots, logs it and writes it. A change that cannot be made is refused with an entry.
    fileprivate func changeSlots(
        _ decision: Decision,
        _ change: @escaping @Sendable (VerifiedSeal) throws(SlotChangeError) -> VerifiedSeal
    ) async throws(RequestRefusal) -> Answer<SlotsReply> {
        let prepared: SealChange
        do throws(RequestRefusal) {
            prepared = try await files.prepare { (seal) throws(RequestRefusal) in
                do throws(SlotChangeError) { return try change(seal) } catch { throw RequestRefusal(slots: error) }
            }
        } catch { throw await refuse(decision, error, as: .rotate) }
        let entry = try await replaceSeal(prepared, decision)
        return Answer(SlotsReply(slots: prepared.after.file.slots.map(KeySlot.init)), entry)
    }

    /// The entry first, then the file: a change that nobody can find in the log is worse than an entry of one that a
    /// crash prevented.
    func replaceSeal(
        _ change: SealChange, _ decision: Decision
    ) async throws(RequestRefusal) -> CommittedEntry {
        try await writes.run { () throws(RequestRefusal) in
            guard files.seal?.facts.generation == change.before.facts.generation else {
                throw await refuse(decision, .sealChanged, as: .rotate)
            }
            let grant = try await turnstile.log(decision, as: .rotate)
            try files.write(change)
            return grant.entry
        }
    }
}

// MARK: - Messages and keys

extension KeySlot {
    init(_ slot: Slot) {
        let name =
            switch slot {
            case .passphrase: ""
            case .shares(let slot): slot.set.name
            case .hostKey(let slot): Hex.encode(slot.keyID)
            }
        self.init(id: UInt64(slot.id), kind: slot.kind.name, name: name)
    }
}

extension RecoveryState {
    /// Nil where the vault has no recovery cards.
    init?(_ facts: SealFacts) {
        guard let recovery = facts.recovery else { return nil }
        self.init(
            set: CardSet(recovery.set, commitment: [], confirmed: facts.isConfirmed(recovery.set.id)),
            recipient: facts.recoveryRecipients.first ?? "", signingKey: recovery.signingKey.bytes,
            certificate: recovery.certificate, canary: recovery.canary)
    }
}

extension CardSet {
    init(_ set: ShareSet, commitment: [UInt8], confirmed: Bool) {
        self.init(
            set: set.name, needed: UInt64(set.threshold), cards: UInt64(set.count),
            fingerprints: set.fingerprints.flatMap { $0 }, commitment: commitment, confirmed: confirmed)
    }

    func shareSet(_ purpose: ShareSet.Purpose) -> ShareSet? {
        guard let id = Hex.decode(set), cards <= 16, fingerprints.count == Int(cards) * 16 else { return nil }
        return ShareSet(
            purpose: purpose, id: id, threshold: UInt8(clamping: needed), count: UInt8(clamping: cards),
            fingerprints: stride(from: 0, to: fingerprints.count, by: 16).map { Array(fingerprints[$0..<$0 + 16]) })
    }
}

extension SlotSecret {
    /// What a message brings; nil for another kind.
    fileprivate init?(kind: String, _ secret: Sensitive) {
        switch kind {
        case Slot.Kind.passphrase.name:
            self = .passphrase(HeldSecret(SecretBytes(copying: Array(secret.text.utf8))))
        case Slot.Kind.hostKey.name:
            guard var key = Base64.decode(secret.text) else { return nil }
            self = .hostKey(HeldSecret(SecretBytes(wiping: &key)))
        default: return nil
        }
    }

    /// The same as a key to open with; nil for cards.
    fileprivate var key: UnsealKey? {
        switch self {
        case .passphrase(let secret, _): .passphrase(secret)
        case .hostKey(let secret): .hostKey(secret)
        case .shares: nil
        }
    }
}
