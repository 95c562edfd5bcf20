/// Every limit of the request format in one place.
public enum WireLimits {
    /// Names, values and separators of all header fields of one message together.
    public static let headerBytes = 16 * 1024
    public static let headerFields = 64
    /// One request body.
    public static let bodyBytes = 64 * 1024
    /// One reply body. A request names at most `customers` records, so a reply has an end too.
    public static let replyBytes = 1024 * 1024
    /// What a reply of many log entries may hold of them; the rest is for its receipt and what else it says.
    public static let pageBytes = 900 * 1024
    /// The canonical JSON of a request head.
    public static let headBytes = 8 * 1024
    /// Customers, and orders, that one head may name.
    public static let customers = 100
    /// Field names in one head.
    public static let fields = 64
    /// The authority (host name or vault id) of a request.
    public static let authorityBytes = 255

    /// The longest life of a request, from `created` to `expires`.
    public static let lifetimeSeconds: Int64 = 60
    /// How old `created` may be.
    public static let pastSeconds: Int64 = 60
    /// How far ahead of the broker's clock `created` may be.
    public static let futureSeconds: Int64 = 30
    /// How long a nonce is kept after max(`created`, received): no request can be fresh by then.
    public static let nonceKeptSeconds: Int64 = 91
    /// The largest clock difference a client corrects by itself.
    public static let clockHelpSeconds: Int64 = 600

    /// 2⁵³-1: the largest integer of the canonical JSON.
    public static let maximumInteger: Int64 = 9_007_199_254_740_991
}
