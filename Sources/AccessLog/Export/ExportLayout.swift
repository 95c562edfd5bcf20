import Authority
import Primitives

/// Where things lie in an export.
enum ExportLayout {
    static let checkpoint = "checkpoint"
    static let core = "parts/core.jsonl"
    static let subject = "parts/subject.jsonl"
    static let evidence = "parts/evidence.jsonl"
    static let proofs = "proofs"
    static let previous = "old.checkpoint"
    static let consistency = "consistency.txt"
    static let witnesses = "tlog-policy"
    static let blocks = "blocks"
    static let policies = "policies"
    static let instructions = "VERIFY.txt"
    static let report = "report.csv"

    static func proof(_ index: UInt64) -> String { proofs + "/" + String(index) + ".tlog-proof" }
    static func block(_ id: BlockID) -> String { blocks + "/" + id.text + ".dsse" }
    static func block(hash: [UInt8]) -> String { blocks + "/" + Base64URL.encode(hash) + ".dsse" }
    static func policy(_ sha256: String) -> String { policies + "/" + sha256 + ".yaml" }
}
