import AccessLog
import CanonicalJSON
import Client
import Console
import Wire

extension Answer {
    /// The members that every answer of the broker has in common, with those of the command.
    func members(_ own: [String: JSONValue]) -> [String: JSONValue] {
        var members = own
        members["entry"] = .count(entry)
        if let receipt, let value = try? JSONValue.parse(receipt.encode(), limits: .receipt) {
            members["receipt"] = value
        } else {
            members["receipt"] = [:]
        }
        return members
    }
}

extension JSONLimits {
    fileprivate static let receipt = JSONLimits(maxBytes: 64 * 1_024, maxDepth: 4, names: .member)
}

extension Output {
    /// Warns a person who has used up most of what her role may open.
    func quota(_ quota: OpenQuota) {
        guard !isJSON, quota.isLow else { return }
        let window = quota.window == .day ? "any 24 hours" : "any ten minutes"
        warning("\(quota.left) of the \(quota.limit) records your role may open in \(window) are left to you")
    }

    /// Tells the person under which number the log holds what was just done.
    func entry(_ index: UInt64) {
        if !isJSON { note("entry \(index) of the access log") }
    }
}
