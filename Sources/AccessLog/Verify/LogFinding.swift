/// Where in an export a check failed.
public enum LogPart: String, CaseIterable, Hashable, Sendable {
    case checkpoint, manifest, file, tile, leaf, proof, consistency
    case core, subject, evidence
    /// The signature over `base`, and what `base` says.
    case signature
    case block, policy, counter
}

/// What was found. The raw value is the code in `--json`.
public enum LogProblem: String, CaseIterable, Hashable, Sendable {
    // Files
    case missing, unreadable, malformed
    case unexpected
    case hash = "hash-mismatch"
    // Checkpoint and tree
    case notSigned = "not-signed"
    case otherLog = "other-log"
    case notWitnessed = "not-witnessed"
    case root = "root-mismatch"
    case rolledBack = "rolled-back"
    case forked
    case notCovered = "not-covered"
    // Parts
    case sequence, time
    case purgedWithoutOrder = "purged-without-order"
    case purgedEarly = "purged-early"
    case withheld = "withheld-unannounced"
    // Signatures
    case unsigned
    case unsignedRelease = "unsigned-release"
    case badSignature = "bad-signature"
    case head = "head-mismatch"
    case stale = "signed-at-another-time"
    // Rights
    case refused = "block-refused"
    case notEnrolled = "not-enrolled"
    case revoked = "revoked"
    case notAllowed = "not-allowed"
    case notAllowedByPolicy = "not-allowed-by-policy"
    case otherPolicy = "other-policy"
    case overused = "used-too-often"
    case loanEnded = "order-closed"
    case overLimit = "over-limit"
    case otherCustomer = "other-customer"
    // Erasures
    case erasedWithoutRequest = "erased-without-request"
    case erasedEarly = "erased-early"
    case erasedOther = "erased-another"
    case erasedHeld = "erased-while-held"
    case erasedRestored = "restored-after-erasure"
    case erasedUnreported = "archives-not-reported"
    // Counters
    case repeated = "counter-repeated"
    case gap = "counter-gap"
    case tooMany = "too-many-findings"

    /// One sentence for people.
    public var explanation: String {
        switch self {
        case .missing: "it is not there"
        case .unreadable: "it cannot be read"
        case .malformed: "it does not have the form that the format prescribes"
        case .unexpected: "nothing in the manifest speaks of this file"
        case .hash: "its hash is not the recorded one"
        case .notSigned: "the key given did not sign it"
        case .otherLog: "it speaks of another log or another vault"
        case .notWitnessed: "too few of the witnesses asked for signed it recently"
        case .root: "the leaves do not have the root that was signed"
        case .rolledBack: "it is older than the checkpoint known from before"
        case .forked: "it does not continue the checkpoint known from before"
        case .notCovered: "it lies behind the checkpoint and is NOT covered by the signature"
        case .sequence: "its number is not its place in the log"
        case .time: "its time is before that of an earlier entry"
        case .purgedWithoutOrder: "it was destroyed without a purge order that covers it"
        case .purgedEarly: "it was destroyed before it was old enough"
        case .withheld: "the signed statement says otherwise about what is withheld"
        case .unsigned: "nobody signed for it, and its kind demands it"
        case .unsignedRelease: "it releases values without a valid signature of the person who got them"
        case .badSignature: "the signature over it is not valid"
        case .head: "what was signed is not what was recorded"
        case .stale: "it was signed at another time than it was recorded"
        case .refused: "the block does not hold, or may not stand here"
        case .notEnrolled: "the key was not enrolled at that index"
        case .revoked: "the key or the block was revoked before that index"
        case .notAllowed: "the blocks in force at that index do not allow it"
        case .notAllowedByPolicy: "the policy in force at that index does not allow it, or not without approvals"
        case .otherPolicy: "it names a policy that was not in force at that index"
        case .overused: "what was lent had been used up before that index"
        case .overLimit: "the role's limit of opened records had been reached before that index"
        case .loanEnded: "the order it was lent for had ended before that index"
        case .otherCustomer: "it shows another customer or order than the one it was lent for"
        case .erasedWithoutRequest: "nobody had asked for this erasure, or it had been taken back"
        case .erasedEarly: "the time in which this erasure could be taken back was not over"
        case .erasedOther: "the erasure was asked for another customer"
        case .erasedHeld: "a hold was in force that keeps this customer"
        case .erasedRestored: "it brings a customer back who had been erased"
        case .erasedUnreported: "no operator had reported that all archives of keys are newer than this erasure"
        case .repeated: "the request counter of this key was used before"
        case .gap: "request counters of this key are missing before this one"
        case .tooMany: "more findings than are reported"
        }
    }
}

/// One thing that is wrong, or worth knowing.
public struct LogFinding: Hashable, Sendable {
    /// The entry it is about; nil for the export as a whole.
    public let index: UInt64?
    public let part: LogPart
    public let problem: LogProblem
    /// The file inside the export, where there is one. Printable ASCII: whoever made the folder chose the name, and it
    /// must not speak to a terminal.
    public let file: String?

    public init(index: UInt64? = nil, part: LogPart, problem: LogProblem, file: String? = nil) {
        self.index = index
        self.part = part
        self.problem = problem
        self.file = file.map(Self.printable)
    }

    private static func printable(_ name: String) -> String {
        String(
            decoding: name.utf8.prefix(256).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

/// Collects findings up to a limit, so that a hostile export cannot fill the memory.
struct FindingList: Sendable {
    private(set) var list: [LogFinding] = []

    mutating func add(
        _ part: LogPart, _ problem: LogProblem, at index: UInt64? = nil, file: String? = nil
    ) {
        add(LogFinding(index: index, part: part, problem: problem, file: file))
    }

    mutating func add(_ finding: LogFinding) {
        if list.count < LogLimits.findings {
            list.append(finding)
        } else if list.count == LogLimits.findings {
            list.append(LogFinding(part: .manifest, problem: .tooMany))
        }
    }

    mutating func add(_ findings: [LogFinding]) {
        for finding in findings { add(finding) }
    }
}
