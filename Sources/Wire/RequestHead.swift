public import VaultModel

/// What a signed request asks for, in words that may be logged for years: opaque ids and enumerated names, never a
/// value of a customer. Values travel in the body, which is not stored.
///
/// On the wire it is canonical JSON with exactly these members:
/// `{"act":…,"ctr":…,"fld":[…],"frm":…,"obj":…,"pur":…,"ref":…,"sub":{…},"v":1}`.
public struct RequestHead: Hashable, Sendable {
    /// `act`
    public var act: Act
    /// `ctr`: the signing key's own counter, 1 or more; gaps show requests that never arrived.
    public var counter: UInt64
    /// `fld`: sorted by bytes, no repetitions.
    public var fields: [FieldName]
    /// `frm`: nil is written as the empty string.
    public var form: Form?
    /// `obj`: the SHA-256 of a file, in lower-case hexadecimal, or empty.
    public var object: String
    /// `pur`: a purpose's name, or empty.
    public var purpose: String
    /// `ref`: an opaque id, or empty.
    public var ref: String
    /// `sub.customer`: customer numbers, sorted by bytes, no repetitions; absent from `sub` when empty.
    public var customers: [String]
    /// `sub.order`: order ids, likewise.
    public var orders: [String]

    /// Sorts the lists and removes repetitions. The shapes are checked by `problem()`.
    public init(
        act: Act, counter: UInt64, fields: [FieldName] = [], form: Form? = nil, object: String = "",
        purpose: String = "", ref: String = "", customers: [String] = [], orders: [String] = []
    ) {
        self.act = act
        self.counter = counter
        self.fields = Set(fields).sorted()
        self.form = form
        self.object = object
        self.purpose = purpose
        self.ref = ref
        self.customers = Set(customers).sorted(by: OpaqueID.precedes)
        self.orders = Set(orders).sorted(by: OpaqueID.precedes)
    }

    /// The purpose as a name; nil when there is none.
    public var purposeName: Purpose? { Purpose(purpose) }

    /// The customers as numbers.
    public var customerNumbers: [CustomerNumber] { customers.compactMap { CustomerNumber($0) } }

    /// The first rule this head breaks; nil when it may be signed.
    public func problem() -> HeadProblem? {
        guard (1...UInt64(WireLimits.maximumInteger)).contains(counter) else { return .counter }
        guard fields.count <= WireLimits.fields, Self.ascends(fields.map(\.description)) else { return .fields }
        guard object.isEmpty || OpaqueID.isHash(object) else { return .object }
        guard purpose.isEmpty || Label.isValid(purpose) else { return .purpose }
        guard ref.isEmpty || OpaqueID.isValid(ref) else { return .reference }
        guard customers.count <= WireLimits.customers, orders.count <= WireLimits.customers,
            Self.ascends(customers), Self.ascends(orders),
            customers.allSatisfy(OpaqueID.isCustomer), orders.allSatisfy(OpaqueID.isRecord)
        else { return .subject }
        return nil
    }

    private static func ascends(_ names: [String]) -> Bool {
        zip(names, names.dropFirst()).allSatisfy(OpaqueID.precedes)
    }
}

/// The shapes of ids that heads may carry. A phone number, a name or a mail address has none of them.
public enum OpaqueID {
    /// A customer number or a record's id.
    public static func isValid(_ text: String) -> Bool { isCustomer(text) || isRecord(text) }

    /// A customer number in its one canonical form, `C-7K3M-9QXD`.
    public static func isCustomer(_ text: String) -> Bool {
        CustomerNumber(text).map { $0.text.utf8.elementsEqual(text.utf8) } ?? false
    }

    /// One to four lower-case letters that name the kind, `_`, and 26 characters of lower-case Crockford base 32:
    /// `o_…` an order, `r_…` an approval request, `p_…` a person.
    public static func isRecord(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let bar = bytes.firstIndex(of: UInt8(ascii: "_")), (1...4).contains(bar), bytes.count == bar + 27 else {
            return false
        }
        return bytes[..<bar].allSatisfy { (0x61...0x7A).contains($0) }
            && bytes[(bar + 1)...].allSatisfy { Crockford.lower.contains($0) }
    }

    /// 64 lower-case hexadecimal digits.
    public static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The order of bytes, not of the language.
    static func precedes(_ lhs: String, _ rhs: String) -> Bool { lhs.utf8.lexicographicallyPrecedes(rhs.utf8) }
}
