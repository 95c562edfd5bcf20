public import VaultModel
import Wire

/// What a caller says a request is about; the session adds the act's counter, time and signature.
public struct RequestScope: Hashable, Sendable {
    /// Nil for the operation's usual act.
    public var act: Act?
    public var fields: [FieldName]
    public var form: Form?
    /// SHA-256 of a file, lower-case hexadecimal, or empty.
    public var object: String
    public var purpose: String
    public var ref: String
    public var customers: [CustomerNumber]
    public var orders: [String]
    /// The id of the last block of a delegated capability.
    public var capability: String?

    public init(
        act: Act? = nil, fields: [FieldName] = [], form: Form? = nil, object: String = "", purpose: String = "",
        ref: String = "", customers: [CustomerNumber] = [], orders: [String] = [], capability: String? = nil
    ) {
        self.act = act
        self.fields = fields
        self.form = form
        self.object = object
        self.purpose = purpose
        self.ref = ref
        self.customers = customers
        self.orders = orders
        self.capability = capability
    }

    func head(act usual: Act, counter: UInt64) -> RequestHead {
        RequestHead(
            act: act ?? usual, counter: counter, fields: fields, form: form, object: object, purpose: purpose, ref: ref,
            customers: customers.map(\.text), orders: orders)
    }
}
