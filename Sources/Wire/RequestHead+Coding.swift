public import CanonicalJSON
import VaultModel

extension RequestHead {
    public static let version: Int64 = 1

    /// The canonical JSON that is signed. Traps when `problem()` is not nil: a head that breaks a rule is never signed.
    public func encode() -> [UInt8] {
        var members = membersWithoutCounter
        members["ctr"] = .integer(Int64(counter))
        return JSONValue.object(members).encode()
    }

    /// The head as an approval speaks of it: all members but `ctr`, since the request is sent again under a new one.
    /// Traps when `problem()` is not nil.
    public var membersWithoutCounter: [String: JSONValue] {
        precondition(problem() == nil, "a head is checked before it is encoded")
        var subject = MessageWriter()
        if !customers.isEmpty { subject.put("customer", customers) }
        if !orders.isEmpty { subject.put("order", orders) }
        var members = MessageWriter()
        members.put("act", act.rawValue)
        members.put("fld", fields.map(\.description))
        members.put("frm", form?.rawValue ?? "")
        members.put("obj", object)
        members.put("pur", purpose)
        members.put("ref", ref)
        members.put("sub", subject.value)
        members.put("v", Self.version)
        return members.value.objectValue ?? [:]
    }

    /// Reads what `membersWithoutCounter` gives; the counter is 1. Refuses whatever else.
    public init(withoutCounter members: [String: JSONValue]) throws(WireError) {
        guard members["ctr"] == nil else { throw .head(.members) }
        var whole = members
        whole["ctr"] = 1
        try self.init(canonical: JSONValue.object(whole).encode())
    }

    /// Reads a head; refuses whatever `encode()` would not have written.
    public init(canonical bytes: [UInt8]) throws(WireError) {
        var limits = JSONLimits.signed
        limits.maxBytes = WireLimits.headBytes
        guard bytes.count <= WireLimits.headBytes, let value = try? JSONValue.parse(bytes, limits: limits) else {
            throw .headForm
        }
        do {
            try self.init(value)
        } catch let problem as HeadProblem {
            throw .head(problem)
        } catch {
            throw .head(.members)
        }
    }

    private init(_ value: JSONValue) throws {
        var members = try MessageReader(value)
        guard try members.number("v") == Self.version else { throw HeadProblem.version }
        guard let act = Act(rawValue: try members.text("act")) else { throw HeadProblem.act }
        self.act = act
        counter = try members.count("ctr")
        fields = try members.texts("fld", count: WireLimits.fields).map {
            guard let field = FieldName($0) else { throw HeadProblem.fields }
            return field
        }
        let form = try members.text("frm")
        self.form = Form(rawValue: form)
        guard form.isEmpty || self.form != nil else { throw HeadProblem.form }
        object = try members.text("obj")
        purpose = try members.text("pur")
        ref = try members.text("ref")
        (customers, orders) = try Self.subject(try members.object("sub"))
        try members.finish()
        if let problem = problem() { throw problem }
    }

    /// `sub` names what it has: an empty list is left out, so that one meaning has one encoding.
    private static func subject(_ value: JSONValue) throws -> (customers: [String], orders: [String]) {
        guard let names = value.objectValue?.keys, names.allSatisfy({ $0 == "customer" || $0 == "order" }) else {
            throw HeadProblem.subject
        }
        var members = try MessageReader(value)
        func list(_ name: String) throws -> [String] {
            guard names.contains(name) else { return [] }
            let ids = try members.texts(name, count: WireLimits.customers)
            guard !ids.isEmpty else { throw HeadProblem.subject }
            return ids
        }
        return (try list("customer"), try list("order"))
    }
}
