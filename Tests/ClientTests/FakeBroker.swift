import AccessLog
import CanonicalJSON
import Primitives
import Synchronization
import VaultModel
import Wire

@testable import Client

/// A broker in memory: parses and verifies requests as the real one does, keeps a log with real proofs, and misbehaves
/// in one way if told to.
final class FakeBroker: BrokerTransport {
    enum Behaviour: Sendable {
        case honest
        /// Signs with another key.
        case otherKey
        /// Changes the body after signing.
        case changedBody
        /// Answers with the signed reply to the request before.
        case replyOfAnother
        /// Takes the signature off.
        case unsigned
        case refuses(ErrorCode, signed: Bool)
        /// Its log receipt is wrong in this way.
        case receipt(ReceiptFault)
        /// Begins its log anew after so many entries.
        case restarts(after: UInt64)
        case fails(TransportError)
        /// A signed reply whose body is not of the operation.
        case garbage
    }

    enum ReceiptFault: Sendable, CaseIterable {
        case missing, otherCounter, otherKey, otherAct, denied, otherIndex, otherLogKey, otherVault, proof
    }

    struct Seen: Sendable {
        var requests: [ParsedRequest] = []
        var deadlines: [Int64] = []
    }

    private struct State {
        var seen = Seen()
        var leaves: [[UInt8]] = []
        var previous: IncomingReply?
    }

    /// Seconds since 1970 on the broker's clock.
    let time: Int64
    let behaviour: Behaviour
    private let state = Mutex(State())

    init(time: Int64, behaviour: Behaviour = .honest) {
        self.time = time
        self.behaviour = behaviour
    }

    var seen: Seen { state.withLock { $0.seen } }

    func fetch(
        path: String, authority: String, deadlineSeconds: Int64
    ) async throws(TransportError) -> IncomingReply {
        if case .fails(let error) = behaviour { throw error }
        if case .refuses(let code, _) = behaviour { return Self.plain(code) }
        var members = MessageWriter()
        if let proof = ConsistencyPath(path) {
            let hashes = state.withLock { Self.proof($0.leaves, proof) }
            ConsistencyReply(proof: hashes.map(Base64.encode)).write(to: &members)
            return IncomingReply(status: 200, headers: [], body: members.value.encode())
        }
        switch OpenEndpoint(rawValue: path) {
        case nil: return Self.plain(.malformed)
        case .health: Sample.health().write(to: &members)
        case .status:
            StatusReply(
                state: .unsealed, profile: .test, vault: Sample.vault, incarnation: 1, logSize: 3, customers: 2,
                policy: "", unattended: false, overdue: 0, witnesses: 0, witness: nil, archives: nil, warnings: []
            ).write(to: &members)
        case .recovery: RecoveryReply(recovery: [], earlier: []).write(to: &members)
        case .succession: SuccessionReply(statement: "").write(to: &members)
        }
        return IncomingReply(status: 200, headers: [], body: members.value.encode())
    }

    func exchange(_ request: SignedRequest, deadlineSeconds: Int64) async throws(TransportError) -> IncomingReply {
        if case .fails(let error) = behaviour { throw error }
        guard
            let parsed = try? RequestProfile.parse(request.incoming, authority: Sample.vault.description),
            parsed.hasValidSignature()
        else { return Self.plain(.malformed) }
        return state.withLock { state in
            state.seen.requests.append(parsed)
            state.seen.deadlines.append(deadlineSeconds)
            return reply(to: parsed, &state)
        }
    }

    private func reply(to request: ParsedRequest, _ state: inout State) -> IncomingReply {
        if request.freshness(now: time) != .fresh { return signed(401, Self.error(.unauthenticated), request) }
        switch behaviour {
        case .otherKey: return signed(200, body(for: request, &state), request, key: 9)
        case .changedBody:
            let reply = signed(200, body(for: request, &state), request)
            return IncomingReply(status: reply.status, headers: reply.headers, body: reply.body + [0x20])
        case .replyOfAnother:
            let own = signed(200, body(for: request, &state), request)
            defer { state.previous = own }
            return state.previous ?? own
        case .unsigned: return IncomingReply(status: 200, headers: [], body: body(for: request, &state))
        case .refuses(let code, let isSigned):
            return isSigned ? signed(code.status, Self.error(code), request) : Self.plain(code)
        case .garbage: return signed(200, Array(#"{"entry":0,"receipt":{},"x":1}"#.utf8), request)
        default: return signed(200, body(for: request, &state), request)
        }
    }

    private static func error(_ code: ErrorCode) -> [UInt8] {
        ErrorBody(code: code, why: "because", hint: "ask", request: "").encode()
    }

    private static func plain(_ code: ErrorCode) -> IncomingReply {
        IncomingReply(status: code.status, headers: [], body: error(code))
    }

    private func signed(
        _ status: Int, _ body: [UInt8], _ request: ParsedRequest, key byte: UInt8 = Sample.reply
    ) -> IncomingReply {
        let key = Sample.key(byte)
        let reply = ReplyProfile.sign(
            status: status, body: body, for: request.binding, kid: KeyID(key.publicKey), created: time
        ) { key.sign($0) }
        return IncomingReply(status: reply.status, headers: reply.headers, body: reply.body)
    }

    // MARK: - The log

    private static func proof(_ leaves: [[UInt8]], _ path: ConsistencyPath) -> [[UInt8]] {
        func node(_ level: Int, _ index: UInt64) -> [UInt8] {
            if level == 0 { return leaves[Int(index)] }
            return Merkle.nodeHash(node(level - 1, index * 2), node(level - 1, index * 2 + 1))
        }
        guard path.new <= leaves.count else { return [] }
        return Merkle.consistencyProof(old: path.old, new: path.new, node: node)
    }

    private func body(for request: ParsedRequest, _ state: inout State) -> [UInt8] {
        let fault: ReceiptFault? = if case .receipt(let fault) = behaviour { fault } else { nil }
        if case .restarts(let count) = behaviour, count == state.leaves.count { state.leaves = [] }
        let index = UInt64(state.leaves.count)
        let core = core(of: request, index: index, fault: fault)
        let leaf = Leaf(hashing: core, subject: [1], evidence: [2])
        state.leaves.append(leaf.hash)
        var members = MessageWriter()
        members.put("entry", fault == .otherIndex ? index + 1 : index)
        members.put("receipt", fault == .missing ? .object([:]) : receipt(state.leaves, index, core, leaf, fault))
        write(request.endpoint, to: &members)
        return members.value.encode()
    }

    private func receipt(
        _ leaves: [[UInt8]], _ index: UInt64, _ core: [UInt8], _ leaf: Leaf, _ fault: ReceiptFault?
    ) -> JSONValue {
        func node(_ level: Int, _ index: UInt64) -> [UInt8] {
            if level == 0 { return leaves[Int(index)] }
            return Merkle.nodeHash(node(level - 1, index * 2), node(level - 1, index * 2 + 1))
        }
        let size = UInt64(leaves.count)
        var proof = Merkle.inclusionProof(index: index, size: size, node: node)
        if fault == .proof { proof.append(SHA256.hash([])) }
        let note = Sample.note(
            size: size, root: Merkle.rangeRoot(0, size, node: node), key: fault == .otherLogKey ? 9 : Sample.log)
        let receipt = Receipt(index: index, core: core, leaf: leaf, proof: proof, checkpoint: note)
        var limits = JSONLimits.message
        limits.maxBytes = 1 << 20
        return (try? JSONValue.parse(receipt.encode(), limits: limits)) ?? .object([:])
    }

    private func core(of request: ParsedRequest, index: UInt64, fault: ReceiptFault?) -> [UInt8] {
        let draft = EntryDraft(
            kind: .read, decision: fault == .denied ? .deny : .allow, why: .granted,
            kid: fault == .otherKey ? Sample.kid(8) : request.kid, act: fault == .otherAct ? .write : request.head.act,
            counter: request.head.counter + (fault == .otherCounter ? 1 : 0))
        let vault = fault == .otherVault ? VaultID.random() : Sample.vault
        return EntryCore.encode(
            draft, vault: vault, seq: index, t: time * 1_000, salt: [UInt8](repeating: 0, count: 16))
    }

    private func write(_ endpoint: Endpoint, to members: inout MessageWriter) {
        switch endpoint {
        case .customerShow:
            let quota = OpenQuota(used: 0, limit: 60, window: .tenMinutes)
            ShowCustomers.Reply(customers: [], quota: quota).write(to: &members)
        case .unseal: StateReply(state: .unsealed).write(to: &members)
        case .staffApprove: ApproveStaff.Reply(grant: "g").write(to: &members)
        case .logExportPage: GetExportPage.Reply(items: []).write(to: &members)
        default: break
        }
    }
}
