import AccessLog
import Primitives
import Synchronization
import Wire

/// Demands that the log continues the checkpoint this device had seen before.
///
/// Sizes alone do not show it: a log that was rolled back and then grew beyond what was seen has the size, and another
/// history. The proof is asked for with the first answer of a session, and for what is to be remembered at its end.
final class Continuation: Sendable {
    private struct State {
        /// The largest checkpoint known to continue what was seen before; nil on a device that had seen none.
        var proved: Checkpoint?
        var isBegun = false
    }

    private let transport: any BrokerTransport
    private let authority: String
    private let state: Mutex<State>

    init(_ seen: Checkpoint?, transport: any BrokerTransport, authority: String) {
        self.transport = transport
        self.authority = authority
        state = Mutex(State(proved: seen))
    }

    /// Demands it of the checkpoint of a session's first answer.
    func requireFirst(_ note: [UInt8], logKey: VerifierKey) async throws(ClientError) {
        guard !state.withLock({ $0.isBegun }), let shown = try? Checkpoint.open(note, key: logKey) else { return }
        try await require(shown)
    }

    /// Demands it of a checkpoint. One that is smaller than what is proved already has been compared by its size.
    func require(_ shown: Checkpoint) async throws(ClientError) {
        if let proved = state.withLock({ $0.proved }) {
            guard shown.size > proved.size else { return state.withLock { $0.isBegun = true } }
            let proof = try await proof(ConsistencyPath(old: proved.size, new: shown.size))
            guard
                Merkle.isConsistent(
                    old: proved.size, oldRoot: proved.root, new: shown.size, newRoot: shown.root, proof: proof)
            else { throw .log(.fork(size: proved.size)) }
        }
        state.withLock { state in
            state.isBegun = true
            if shown.size > state.proved?.size ?? 0 { state.proved = shown }
        }
    }

    /// What the broker offers as a proof; hashes that prove nothing where it offers none.
    private func proof(_ path: ConsistencyPath) async throws(ClientError) -> [[UInt8]] {
        let reply: IncomingReply
        do throws(TransportError) {
            reply = try await transport.fetch(
                path: path.path, authority: authority, deadlineSeconds: ClientLimits.deadlineSeconds)
        } catch { throw .transport(error) }
        guard reply.status == 200 else {
            // A broker in distress is no fork; nothing is believed of it either.
            guard let error = try? ErrorBody(canonical: reply.body), error.code.status == reply.status,
                error.code.mayBeUnsigned
            else { return [] }
            throw .refused(
                Refusal(code: error.code, why: error.why, hint: error.hint, request: error.request, isSigned: false))
        }
        guard let message = try? ConsistencyReply(openReply: reply.body) else { return [] }
        return message.proof.map { Base64.decode($0) ?? [] }
    }
}
