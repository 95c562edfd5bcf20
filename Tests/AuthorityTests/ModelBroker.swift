import Authority
import VaultModel

/// What surrounds the pure authority in the reference model: nonces, freshness, one clock, orders and counted uses.
struct ModelBroker {
    /// A request of the model, for one order.
    struct Request {
        var fields: [FieldName]
        var purpose: Purpose
        var order: String
        var nonce: Int
        var created: Int64
        var expires: Int64
    }

    var state: AuthorityState
    var now: Int64 = 1000
    private var last: Int64 = 0
    private var used: [BlockID: Int64] = [:]
    private var nonces: Set<String> = []
    private var nextNonce = 0
    private let shops = ["o123": World.shop("s12"), "o124": World.shop("s12")]

    init() throws(BlockRefusal) { state = try World.state() }

    mutating func request(edit: (inout Request) -> Void = { _ in }) -> Request {
        nextNonce += 1
        var request = Request(
            fields: World.fields("customer.address", "customer.phone"), purpose: known(Purpose("delivery")),
            order: "o123", nonce: nextNonce, created: now, expires: now + 60)
        edit(&request)
        return request
    }

    /// Checks a chain and registers its last block. `nil` when it was accepted, the code otherwise.
    mutating func register(_ chain: [DSSEEnvelope]) -> String? {
        do throws(BlockRefusal) {
            let checked = try Chain.check(chain, in: state.context, for: .registration)
            // What the chain check accepts, the state must accept.
            try state.take(known(chain.last), time: 0)
            precondition(state.capabilities[checked.last.id]?.chain == checked, "state and chain check disagree")
            return nil
        } catch { return error.code }
    }

    /// `nil` when the read goes through, the code of the first failure otherwise.
    mutating func read(_ envelopes: [DSSEEnvelope], signer: TestKey, _ request: Request) -> String? {
        if now + 30 < last { return "clock-backwards" }
        last = max(last, now)
        guard (now - 60...now + 30).contains(request.created), request.created < request.expires,
            request.expires <= request.created + 60, now <= request.expires
        else { return "stale" }
        let nonce = "\(signer.kid) \(request.nonce)"
        if nonces.contains(nonce) { return "replay" }

        let chain: Chain
        do throws(BlockRefusal) {
            chain = try Chain.check(envelopes, in: state.context, for: .request(now: now))
        } catch { return error.code }
        if chain.last.block.audience != signer.kid { return "holder" }
        guard let shop = shops[request.order] else { return "no-such-order" }
        let ask = Ask(
            kid: signer.kid, act: .read, fields: request.fields, form: .full, purpose: request.purpose, shop: shop,
            orders: [request.order], capability: chain.last.id)
        let reason = chain.refusal(of: ask)
        precondition(state.reason(ask, now: now) == reason, "state and chain disagree about a request")
        if let reason { return reason.rawValue }

        guard case .success(let standing) = state.evaluate(ask, now: now) else { return "refused" }
        if standing.budgets.contains(where: { used[$0.block, default: 0] >= $0.maxUses }) { return "exhausted" }
        for block in standing.blocks { used[block, default: 0] += 1 }
        nonces.insert(nonce)
        return nil
    }
}
