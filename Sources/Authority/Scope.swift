/// How far a capability reaches in one direction: a list, or `["*"]`, which only a root may say.
public enum Scope<Element: Hashable & Sendable>: Hashable, Sendable {
    /// `["*"]`.
    case any
    /// Sorted, unique and not empty once it is signed; a list of the programmer's may have any order.
    case only([Element])

    public func contains(_ element: Element) -> Bool {
        switch self {
        case .any: true
        case .only(let elements): elements.contains(element)
        }
    }

    public func contains(all others: [Element]) -> Bool { others.allSatisfy(contains) }

    /// Whether this scope grants nothing that `parent` does not.
    public func isSubset(of parent: Scope) -> Bool {
        switch (self, parent) {
        case (_, .any): true
        case (.any, .only): false
        case (.only(let elements), .only): parent.contains(all: elements)
        }
    }
}

/// Which customers or orders a capability is about.
public enum SubjectScope: Hashable, Sendable {
    /// `{"any":["*"]}`, which only a root may say.
    case any
    /// `{"customer":[…]}`: customer numbers.
    case customers([String])
    /// `{"order":[…]}`: opaque ids of orders.
    case orders([String])

    /// Whether this scope covers nobody whom `parent` does not. Orders and customers never cover one another: which
    /// customer an order belongs to is not known here.
    public func isSubset(of parent: SubjectScope) -> Bool {
        switch (self, parent) {
        case (_, .any): true
        case (.customers(let ours), .customers(let theirs)), (.orders(let ours), .orders(let theirs)):
            ours.allSatisfy(theirs.contains)
        default: false
        }
    }

    /// Whether a request about exactly these subjects is covered. A request that names none is covered by `any` alone,
    /// and one that names customers beside the orders it was allowed asks for too much.
    public func covers(customers: [String], orders: [String]) -> Bool {
        switch self {
        case .any: true
        case .customers(let ours): !customers.isEmpty && orders.isEmpty && customers.allSatisfy(ours.contains)
        case .orders(let ours): !orders.isEmpty && customers.isEmpty && orders.allSatisfy(ours.contains)
        }
    }
}
