public import VaultModel

/// What a request wants to do, as far as capabilities speak about it: the request's head with its signer.
public struct Ask: Hashable, Sendable {
    /// The key that signed the request; its signature has been verified before.
    public var kid: KeyID
    public var act: Act
    /// Empty for acts that are not about fields.
    public var fields: [FieldName]
    /// The highest form wanted. Counts only when `fields` are named.
    public var form: Form
    /// Nil when the request names none; a request to show values then needs a capability for any purpose.
    public var purpose: Purpose?
    /// Nil when the act belongs to no shop; it then needs a capability for any shop.
    public var shop: ShopName?
    /// Customer numbers, exactly those of the request's head.
    public var customers: [String]
    /// Ids of orders, exactly those of the request's head. The customers they belong to are not repeated in
    /// `customers`: a capability for an order is none for its customer.
    public var orders: [String]
    /// The last block of the chain the request names; nil for the newest root of the key.
    public var capability: BlockID?
    /// The local user at the other end of the socket; nil over TLS. A key bound to a user works for that user alone.
    public var peerUID: UInt32?

    public init(
        kid: KeyID, act: Act, fields: [FieldName] = [], form: Form = .full, purpose: Purpose? = nil,
        shop: ShopName? = nil, customers: [String] = [], orders: [String] = [], capability: BlockID? = nil,
        peerUID: UInt32? = nil
    ) {
        self.kid = kid
        self.act = act
        self.fields = fields
        self.form = form
        self.purpose = purpose
        self.shop = shop
        self.customers = customers
        self.orders = orders
        self.capability = capability
        self.peerUID = peerUID
    }
}

extension Chain {
    /// Why the chain does not allow a request, or nil when it does. The request is checked against **every** block,
    /// and one that asks for more than a block gives is refused as a whole, never trimmed.
    public func refusal(of ask: Ask) -> Reason? {
        for link in links {
            if let reason = link.block.refusal(of: ask) { return reason }
        }
        return nil
    }
}

extension CapabilityBlock {
    func refusal(of ask: Ask) -> Reason? {
        guard acts.contains(ask.act) else { return .act }
        guard fields.contains(all: ask.fields) else { return .field }
        guard ask.fields.isEmpty || allows(ask.form) else { return .form }
        if let purpose = ask.purpose {
            guard purposes.contains(purpose) else { return .purpose }
        } else if ask.act.showsValues {
            guard purposes == .any else { return .purpose }
        }
        if let shop = ask.shop {
            guard shops.contains(shop) else { return .shop }
        } else {
            guard shops == .any else { return .shop }
        }
        guard subjects.covers(customers: ask.customers, orders: ask.orders) else { return .subject }
        return nil
    }
}

extension Act {
    /// Acts a root allows after its end, unless it was revoked: those that lead out of a lapse, and the panic button. They
    /// show no value, and none does anything by itself: the vault's passphrase opens, the authority's key renews. Without
    /// them a shop whose owner is ill for four months could never be opened again.
    public var outlivesItsRoot: Bool { self == .unseal || self == .seal || self == .review }

    /// Acts whose replies carry personal values, in any form: they need a confidentiality agreement and a training
    /// that counts. What the log or a statistic shows does not: neither holds a value.
    public var showsValues: Bool {
        switch self {
        case .read, .match, .find, .list, .export, .attach, .due, .subject: true
        default: false
        }
    }
}
