import AccessLog
import Authority
import Client
import Console
import Host
import Policy
import Synchronization
import VaultModel
import Wire

/// One person's dealings with the broker, as far as a command is concerned: it asks, and what goes wrong is a
/// `Failure`. Sessions are closed by `Main`, whatever becomes of the command.
struct Session {
    let identity: Identity
    /// Signs as this person: requests, and what she lends or takes back.
    let signer: BlockSigner
    private let broker: BrokerSession
    /// Where this device keeps what it remembers of the vault.
    let stateFolder: String

    /// A session under the person's identity: the agent signs if it holds the key, else the passphrase is asked for.
    static func open(_ options: GlobalOptions, _ output: Output) async throws(Failure) -> Session {
        let file = try IdentityAccess.read(try options.identityPath)
        guard file.identity.kind == .person else {
            throw .usage(
                "this is the authority's key: it signs blocks, not requests",
                hint: "name your own identity: --identity FILE", why: "authority")
        }
        let signer = try IdentityAccess.signer(for: file, passphrase: options.passphrase(output))
        return try Session(options, identity: file.identity, signer: signer)
    }

    /// A session with a key at hand.
    init(_ options: GlobalOptions, identity: Identity, signer: any Signer) throws(Failure) {
        let state = try options.paths.state(of: identity.vault)
        let memory: CheckpointMemory
        do throws(CheckpointMemory.Problem) {
            memory = try CheckpointMemory(folder: state, logKey: identity.broker.logKey)
        } catch { throw Failure(.log(error)) }
        let transport = SocketTransport(path: try options.socketPath)
        broker = BrokerSession(
            identity: identity, transport: transport, signer: signer,
            counter: RequestCounter(besideIdentity: try options.identityPath), memory: memory)
        self.identity = identity
        self.signer = BlockSigner(signer: signer)
        stateFolder = state
        OpenSessions.add(broker, transport)
    }

    /// The two questions that need no identity.
    static func anonymous(_ options: GlobalOptions) throws(Failure) -> BrokerInquiry {
        let transport = SocketTransport(path: try options.socketPath)
        OpenSessions.add(nil, transport)
        return BrokerInquiry(transport: transport)
    }

    /// How many entries of this vault's log this device has seen, without a question to anybody; nil where it has seen
    /// none.
    static func rememberedSize(_ options: GlobalOptions, of vault: VaultID) throws(Failure) -> UInt64? {
        guard let identity = try? IdentityFile.read(try options.identityPath).identity, identity.vault == vault else {
            return nil
        }
        let folder = try options.paths.state(of: vault)
        do throws(CheckpointMemory.Problem) {
            return try CheckpointMemory(folder: folder, logKey: identity.broker.logKey).seen?.checkpoint.size
        } catch { throw Failure(.log(error)) }
    }

    func call<Op: WireOperation>(
        _ operation: Op.Type, _ message: Op.Request, _ scope: RequestScope = RequestScope()
    ) async throws(Failure) -> Answer<Op.Reply> {
        do throws(ClientError) { return try await broker.call(operation, message, scope: scope) } catch {
            throw Failure(error)
        }
    }

    var invitations: PendingInvitations { PendingInvitations(folder: stateFolder) }
    var vault: VaultID { identity.vault }
    var logKey: VerifierKey { identity.broker.logKey }

    /// The signed note of the largest checkpoint this device has seen, or empty.
    var rememberedCheckpoint: String { broker.rememberedCheckpoint }

    func remember(_ note: [UInt8]) throws(Failure) {
        do throws(ClientError) { try broker.remember(note) } catch { throw Failure(error) }
    }

    /// Seconds by which the broker's clock is ahead of this device's; 0 where they agree well enough.
    var clockOffsetSeconds: Int64 { broker.clockOffsetSeconds }

    /// Seconds since 1970 by this device.
    var nowSeconds: Int64 { SystemClock().nowSeconds() }

    func whoAmI() async throws(Failure) -> WhoAmI.Reply { try await call(WhoAmI.self, .init()).message }

    /// The policy in force.
    func policy() async throws(Failure) -> PolicyDocument {
        let reply = try await call(GetPolicy.self, .init(sha256: "")).message
        guard case .success(let policy) = PolicyDocument.parse(reply.policy, file: "policy") else {
            throw Failure(
                code: "internal", why: "policy", message: "the policy in force is one this program does not understand",
                hint: "the broker is of another version; update the older of the two", exitCode: 70)
        }
        return policy
    }

    /// The person of a name in the staff list.
    ///
    /// - Parameter act: by which right the list is read: that to review rights, or that to read the log.
    func person(named name: String, as act: Act = .review) async throws(Failure) -> PersonID {
        let staff = try await call(ListStaff.self, .init(), RequestScope(act: act)).message.staff
        guard let member = staff.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            throw Failure(
                code: "not-found", why: "person", message: "nobody of this name is in the staff list",
                hint: "coffer staff list", exitCode: 4)
        }
        return member.person
    }
}

/// What is to be closed before the process ends.
enum OpenSessions {
    private static let all = Mutex<[(broker: BrokerSession?, transport: SocketTransport)]>([])

    static func add(_ broker: BrokerSession?, _ transport: SocketTransport) {
        all.withLock { $0.append((broker, transport)) }
    }

    /// Closes the connections and saves the checkpoints seen: the device's memory against a rollback.
    static func close() async throws(Failure) {
        let open = all.withLock { open in
            defer { open.removeAll() }
            return open
        }
        var problem: Failure?
        for (broker, transport) in open {
            do throws(ClientError) { try await broker?.close() } catch { problem = Failure(error) }
            await transport.shutdown()
        }
        if let problem { throw problem }
    }
}

extension BrokerInquiry {
    func statusOrFailure() async throws(Failure) -> StatusReply {
        do throws(ClientError) { return try await status() } catch { throw Failure(error) }
    }

    func healthOrFailure() async throws(Failure) -> HealthReply {
        do throws(ClientError) { return try await health() } catch { throw Failure(error) }
    }
}

extension Session {
    /// Brings a card to a sealed broker. No identity is needed; where this device has one of the vault, the checkpoint it
    /// remembers goes along.
    static func deliver(_ card: Sensitive, _ options: GlobalOptions) async throws(Failure) -> UnsealWithCard.Reply {
        let transport = SocketTransport(path: try options.socketPath)
        OpenSessions.add(nil, transport)
        let vault = try await BrokerInquiry(transport: transport).healthOrFailure().vault
        do throws(ClientError) {
            return try await CardDelivery(transport: transport, vault: vault)
                .deliver(card, checkpoint: rememberedNote(options, of: vault))
        } catch { throw Failure(error) }
    }

    /// The newest checkpoint that this device has seen of a vault, a signed note; empty where it has seen none.
    static func rememberedNote(_ options: GlobalOptions, of vault: VaultID) -> String {
        guard let path = try? options.identityPath, let identity = try? IdentityFile.read(path).identity,
            identity.vault == vault, let folder = try? options.paths.state(of: vault),
            let seen = try? CheckpointMemory(folder: folder, logKey: identity.broker.logKey).seen
        else { return "" }
        return String(decoding: seen.note, as: UTF8.self)
    }
}
