import AccessLog
public import Host
import Primitives
import Synchronization
internal import VaultModel
public import Wire

/// One person's dealings with one broker: signs requests with her key, verifies that replies are the broker's and to
/// these requests, checks the receipts, and remembers the log's checkpoints.
///
/// Safe to use from several tasks at once. Call `close()` at the end.
public final class BrokerSession: Sendable {
    public let identity: Identity
    /// The broker's name on this channel: the vault's id on the socket.
    public let authority: String
    private let transport: any BrokerTransport
    private let signer: any Signer
    private let counter: CounterSupply
    private let memory: CheckpointMemory
    private let clock: any WallClock
    /// Seconds to add to the own clock, learned from a signed 401.
    private let clockOffset = Mutex<Int64>(0)
    private let continuation: Continuation

    /// - Parameters:
    ///   - signer: holds the key `identity.kid`.
    ///   - memory: of the identity's vault and log.
    ///   - counterBatch: how many request numbers are reserved at once. More than one saves a disk write for each
    ///     request and leaves a gap when the program ends before they are used.
    public init(
        identity: Identity, transport: any BrokerTransport, signer: any Signer, counter: RequestCounter,
        memory: CheckpointMemory, clock: any WallClock = SystemClock(), counterBatch: UInt64 = 1
    ) {
        precondition(signer.kid == identity.kid, "the signer holds the identity's key")
        precondition(memory.logKey == identity.broker.logKey, "the memory is of the identity's log")
        self.identity = identity
        authority = identity.vault.description
        self.transport = transport
        self.signer = signer
        self.counter = CounterSupply(counter, batch: counterBatch)
        self.memory = memory
        continuation = Continuation(memory.seen?.checkpoint, transport: transport, authority: authority)
        self.clock = clock
    }

    /// Asks the broker for one operation and checks everything about its answer.
    ///
    /// A signed 401 that tells a time 25 s to 10 min off this machine's is answered by one more attempt with the broker's
    /// time. Nothing else is ever repeated: after a timeout it is not known whether the broker acted.
    public func call<Op: WireOperation>(
        _ operation: Op.Type, _ message: Op.Request, scope: RequestScope = RequestScope()
    ) async throws(ClientError) -> Answer<Op.Reply> {
        let body = RequestBody(message).encode()
        let offset = clockOffset.withLock { $0 }
        switch try await attempt(operation, body, scope, offset) {
        case .answer(let answer): return answer
        case .unauthenticated(let refusal, let brokerTime):
            switch ClockHelp(brokerTime: brokerTime, ownTime: clock.nowSeconds(), offset: offset) {
            case .unrelated: throw .refused(refusal)
            case .refuse(let offset): throw .clock(offsetSeconds: offset)
            case .retry(let offset):
                clockOffset.withLock { $0 = offset }
                switch try await attempt(operation, body, scope, offset) {
                case .answer(let answer): return answer
                case .unauthenticated(let refusal, _): throw .refused(refusal)
                }
            }
        }
    }

    /// Writes the largest checkpoint seen to the disk, once it is proved to continue the one that was there. Where the
    /// broker is gone already, or cannot answer, the disk keeps what it has.
    public func close() async throws(ClientError) {
        if let seen = memory.seen?.checkpoint {
            do throws(ClientError) { try await continuation.require(seen) } catch {
                switch error {
                case .transport, .refused: return
                default: throw error
                }
            }
        }
        do throws(CheckpointMemory.Problem) { try memory.save() } catch { throw .log(error) }
    }

    /// The signed note of the largest checkpoint seen, or empty: what one who unseals shows the broker.
    public var rememberedCheckpoint: String { memory.seen.map { String(decoding: $0.note, as: UTF8.self) } ?? "" }

    /// Remembers a checkpoint that the broker's log does not contain: at once and on the disk, since a broker that was
    /// convicted will prove nothing more. A log without it is refused from then on.
    public func remember(_ note: [UInt8]) throws(ClientError) {
        do throws(CheckpointMemory.Problem) {
            try memory.keep(note)
        } catch { throw .log(error) }
    }

    /// Seconds by which the broker's clock is ahead of this machine's, as far as that was noticed; 0 below 25 s.
    public var clockOffsetSeconds: Int64 { clockOffset.withLock { $0 } }

    // MARK: - One attempt

    private enum Outcome<Reply: WireReply> {
        case answer(Answer<Reply>)
        /// A signed 401 and its time.
        case unauthenticated(Refusal, brokerTime: Int64)
    }

    private func attempt<Op: WireOperation>(
        _ operation: Op.Type, _ body: [UInt8], _ scope: RequestScope, _ offset: Int64
    ) async throws(ClientError) -> Outcome<Op.Reply> {
        let floor = memory.seen
        let head = scope.head(act: Op.act, counter: try nextCounter())
        let request = try sign(operation, head, body, scope.capability, offset)
        let reply: IncomingReply
        do throws(TransportError) {
            reply = try await transport.exchange(request, deadlineSeconds: Op.endpoint.deadlineSeconds)
        } catch {
            throw .transport(error)
        }
        guard reply.claimsSignature else { return .answer(try unsigned(operation, reply)) }
        let verified: VerifiedReply
        do throws(ReplyError) {
            verified = try ReplyProfile.verify(
                reply, form: Op.Reply.form, for: request.binding, key: identity.broker.replyPublicKey)
        } catch {
            throw .untrusted(error)
        }
        guard verified.status == 200 else {
            let refusal = try Self.refusal(status: verified.status, body: verified.body, isSigned: true)
            guard refusal.code == .unauthenticated else { throw .refused(refusal) }
            return .unauthenticated(refusal, brokerTime: verified.created)
        }
        return .answer(try await answer(operation, verified.body, head: head, floor: floor))
    }

    private func nextCounter() throws(ClientError) -> UInt64 {
        do throws(StateError) { return try counter.next() } catch { throw .state(error) }
    }

    private func sign<Op: WireOperation>(
        _ operation: Op.Type, _ head: RequestHead, _ body: [UInt8], _ capability: String?, _ offset: Int64
    ) throws(ClientError) -> SignedRequest {
        let unsigned: UnsignedRequest
        do throws(WireError) {
            unsigned = try UnsignedRequest(
                endpoint: Op.endpoint, authority: authority, head: head, body: body, kid: identity.kid,
                created: clock.nowSeconds() + offset, capability: capability)
        } catch {
            throw .request(error)
        }
        let signature: [UInt8]
        do throws(AgentError) { signature = try signer.sign(unsigned.base) } catch { throw .agent(error) }
        do throws(WireError) { return try unsigned.signed(signature) } catch { throw .request(error) }
    }

    private func answer<Op: WireOperation>(
        _ operation: Op.Type, _ body: [UInt8], head: RequestHead, floor: CheckpointMemory.Seen?
    ) async throws(ClientError) -> Answer<Op.Reply> {
        guard let parsed = try? Op.Reply.parse(body) else { throw .reply }
        let check = ReceiptCheck(vault: identity.vault, kid: identity.kid, logKey: identity.broker.logKey)
        let receipt = try check.verify(parsed.receipt, entry: parsed.entry, head: head, endpoint: Op.endpoint)
        if let receipt {
            // Before it is remembered, even for this session. A broker that has just sealed itself proves nothing more.
            if !Op.endpoint.endsBroker {
                try await continuation.requireFirst(receipt.checkpoint, logKey: memory.logKey)
            }
            do throws(CheckpointMemory.Problem) {
                try memory.observe(receipt.checkpoint, floor: floor)
            } catch {
                throw .log(error)
            }
        }
        return Answer(message: parsed.message, entry: parsed.entry, receipt: receipt, isSigned: true)
    }

    /// A reply without a signature. Success is believed of `unseal` alone, a refusal if it is of a kind that changes
    /// nothing, and of `unseal` any.
    private func unsigned<Op: WireOperation>(
        _ operation: Op.Type, _ reply: IncomingReply
    ) throws(ClientError) -> Answer<Op.Reply> {
        guard reply.status == 200 else {
            let refusal = try Self.refusal(status: reply.status, body: reply.body, isSigned: false)
            guard refusal.code.mayBeUnsigned || Op.endpoint.mayAnswerUnsigned else {
                throw .unsignedRefusal(refusal.code)
            }
            throw .refused(refusal)
        }
        guard Op.endpoint.mayAnswerUnsigned else { throw .untrusted(.unsigned) }
        guard let parsed = try? Op.Reply.parse(reply.body) else { throw .reply }
        return Answer(message: parsed.message, entry: parsed.entry, receipt: nil, isSigned: false)
    }

    private static func refusal(status: Int, body: [UInt8], isSigned: Bool) throws(ClientError) -> Refusal {
        guard let error = try? ErrorBody(canonical: body), error.code.status == status else { throw .reply }
        return Refusal(
            code: error.code, why: error.why, hint: error.hint, request: error.request, isSigned: isSigned)
    }
}
