public import Authority
public import VaultModel
public import Wire

/// A request that is not granted. A value with a reason, not an accident; it never holds a customer's value.
public struct RequestRefusal: Error, Equatable, Sendable {
    public let code: ErrorCode
    /// The enumerated reason, the same word that stands in the log.
    public let reason: Reason
    /// One sentence on what is wrong and what helps; made of names from the policy and the program only.
    public let hint: String
    /// The id of the request that waits for other persons, or empty.
    public let request: String
    /// A finer word than the reason where there is one: which rule of a chain a block broke.
    private let detail: String?

    public init(_ code: ErrorCode, _ reason: Reason, hint: String = "", request: String = "") {
        self.init(code, reason, detail: nil, hint: hint, request: request)
    }

    private init(_ code: ErrorCode, _ reason: Reason, detail: String?, hint: String, request: String = "") {
        self.code = code
        self.reason = reason
        self.detail = detail
        self.hint = hint
        self.request = request
    }

    /// What the requester is told beside the code.
    public var why: String { detail ?? reason.rawValue }

    /// A signed block that breaks a rule.
    public init(block error: BlockRefusal) {
        self.init(
            .denied, error.reason, detail: error.code,
            hint: "the signed block was refused (\(error.code)); make it anew with a current program")
    }

    /// Whatever an attacker could probe gets this one answer.
    public static let unauthenticated = RequestRefusal(
        .unauthenticated, .notEnrolled,
        hint: "the request is not signed by an enrolled key for this vault, or came twice or too late")

    /// Said only to whoever holds the key, or has a request that it signed: the signature was checked before.
    static let counterBehind = RequestRefusal(
        .unauthenticated, .counter,
        hint: "this key has signed later requests: where its identity was copied from, copy IDENTITY.counter as well, "
            + "or enrol a key of this device's own")

    public static func denied(_ reason: Reason, hint: String) -> RequestRefusal {
        RequestRefusal(.denied, reason, hint: hint)
    }

    public static func malformed(_ hint: String) -> RequestRefusal {
        RequestRefusal(.malformed, .malformed, hint: hint)
    }

    public static func invalid(_ hint: String) -> RequestRefusal {
        RequestRefusal(.malformed, .invalidValue, hint: hint)
    }

    public static func notFound(_ hint: String) -> RequestRefusal { RequestRefusal(.notFound, .notFound, hint: hint) }

    public static func conflict(_ hint: String) -> RequestRefusal { RequestRefusal(.conflict, .conflict, hint: hint) }

    /// An erasure of the customer is under way.
    public static let frozen = RequestRefusal(
        .conflict, .frozen,
        hint: "her file is frozen; until it is due whoever may erase can take it back: coffer subject undo NUMBER")

    /// The customer was erased.
    public static let erased = RequestRefusal(
        .erased, .erased,
        hint: "nothing of hers is left but the receipt: coffer subject receipt NUMBER; a new file gets a new number")

    /// Stored data does not verify. `what` names the kind of data only.
    public static func integrity(_ what: String) -> RequestRefusal {
        RequestRefusal(
            .integrity, .integrity,
            hint:
                "\(what) does not verify: someone changed the vault's files; stop, keep a copy, restore from an archive"
        )
    }
}
