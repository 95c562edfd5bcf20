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
    /// Tells the person under which number the log holds what was just done.
    func entry(_ index: UInt64) {
        if !isJSON { note("entry \(index) of the access log") }
    }
}
