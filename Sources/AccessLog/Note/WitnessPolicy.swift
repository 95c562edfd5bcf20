import Primitives

/// Which logs and which witnesses a reader trusts, and how many of the witnesses must have signed (C2SP tlog-policy).
///
/// The file inside an export says what the shop asked for; a verifier uses one that came another way.
public struct WitnessPolicy: Equatable, Sendable {
    public enum Problem: Error, Equatable, Sendable {
        case tooLong, control
        /// An unknown keyword, a missing or extra item, a bad key or threshold, on this line (from 1).
        case line(Int)
        /// A name or a key defined twice, or a member listed twice.
        case duplicate(line: Int)
        /// A name used before it was defined.
        case undefined(line: Int)
        /// Not exactly one quorum.
        case quorum
    }

    private enum Member: Equatable, Sendable {
        case witness(VerifierKey)
        case group(threshold: Int, members: [String])

        var key: Ed25519.PublicKey? {
            guard case .witness(let key) = self else { return nil }
            return key.key
        }

        var memberNames: [String] {
            guard case .group(_, let names) = self else { return [] }
            return names
        }
    }

    public private(set) var logs: [VerifierKey] = []
    private var members: [String: Member] = [:]
    private var quorum: String?

    private static let none = "none"

    /// A policy of one log and a list of witnesses of which `threshold` must have signed; 0 asks for none.
    public static func text(log: VerifierKey, witnesses: [VerifierKey], threshold: Int) -> String {
        precondition((0...witnesses.count).contains(threshold), "no more signatures than witnesses")
        var lines = ["log " + log.description]
        for (place, key) in witnesses.enumerated() { lines.append("witness w\(place + 1) " + key.description) }
        if threshold > 0 {
            let names = witnesses.indices.map { "w\($0 + 1)" }.joined(separator: " ")
            lines.append("group all-witnesses \(threshold) " + names)
        }
        lines.append("quorum " + (threshold > 0 ? "all-witnesses" : none))
        return lines.joined(separator: "\n") + "\n"
    }

    public init(parsing bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= LogLimits.noteBytes * 4 else { throw .tooLong }
        guard bytes.allSatisfy({ $0 == 0x09 || $0 == 0x0A || $0 >= 0x20 && $0 != 0x7F }) else { throw .control }
        for (place, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let items = line.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
            guard let keyword = items.first, !keyword.utf8.starts(with: "#".utf8) else { continue }
            try read(keyword, Array(items.dropFirst()), line: place + 1)
        }
        guard quorum != nil else { throw .quorum }
    }

    /// The keys of all witnesses that are named, in the order of their text.
    public var witnesses: [VerifierKey] {
        members.values.compactMap { member in
            guard case .witness(let key) = member else { return nil }
            return key
        }.sorted { $0.description < $1.description }
    }

    /// Whether enough witnesses signed `note` and none of those counted did so before `notBefore` (seconds since 1970).
    public func isWitnessed(_ note: SignedNote, notBefore: UInt64) -> Bool {
        guard let quorum else { return false }
        return quorum == Self.none || counts(quorum, note, notBefore)
    }

    private func counts(_ name: String, _ note: SignedNote, _ notBefore: UInt64) -> Bool {
        switch members[name] {
        case .witness(let key): note.cosignatureTime(by: key).map { $0 >= notBefore } ?? false
        case .group(let threshold, let members):
            members.count { counts($0, note, notBefore) } >= threshold
        case nil: false
        }
    }

    private mutating func read(_ keyword: String, _ items: [String], line: Int) throws(Problem) {
        switch keyword {
        case "log":
            guard (1...2).contains(items.count), let key = VerifierKey(items[0]), key.algorithm == .ed25519 else {
                throw .line(line)
            }
            guard !logs.contains(where: { $0.key == key.key }) else { throw .duplicate(line: line) }
            logs.append(key)
        case "witness":
            guard (2...3).contains(items.count), let key = VerifierKey(items[1]), key.algorithm == .cosignature else {
                throw .line(line)
            }
            // One key under two names must not count twice.
            guard !members.values.contains(where: { $0.key == key.key }) else { throw .duplicate(line: line) }
            try define(items[0], .witness(key), line)
        case "group": try readGroup(items, line: line)
        case "quorum":
            guard items.count == 1 else { throw .line(line) }
            guard quorum == nil else { throw .quorum }
            guard items[0] == Self.none || members[items[0]] != nil else { throw .undefined(line: line) }
            quorum = items[0]
        default: throw .line(line)
        }
    }

    private mutating func readGroup(_ items: [String], line: Int) throws(Problem) {
        guard items.count >= 3 else { throw .line(line) }
        let names = Array(items[2...])
        guard names.allSatisfy({ members[$0] != nil }) else { throw .undefined(line: line) }
        // A member listed in two places would count twice.
        let listed = members.values.flatMap(\.memberNames)
        guard Set(names).count == names.count, Set(listed).isDisjoint(with: names) else { throw .duplicate(line: line) }
        let threshold: Int
        switch items[1] {
        case "all": threshold = names.count
        case "any": threshold = 1
        default:
            guard let number = Int(items[1]), String(number) == items[1], (1...names.count).contains(number) else {
                throw .line(line)
            }
            threshold = number
        }
        try define(items[0], .group(threshold: threshold, members: names), line)
    }

    private mutating func define(_ name: String, _ member: Member, _ line: Int) throws(Problem) {
        guard name != Self.none, members[name] == nil else { throw .duplicate(line: line) }
        members[name] = member
    }
}
