import AccessLog
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Primitives
import Wire

struct LogShowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One entry in full, with the proof that it is in the log checked.",
        discussion: "Example: coffer log show 423")

    @Argument(help: ArgumentHelp("The entry's index.", valueName: "index"))
    var index: UInt64

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let session = try await Session.open(options, output)
        let reply = try await session.call(ShowLogEntry.self, .init(index: index))
        try Self.verify(reply.message, index: index, key: session.logKey)
        let item = reply.message.item
        let parts = [("core", item.core), ("subject", item.subject), ("evidence", item.evidence)]
        let values = parts.map { name, text in (name, text, try? JSONValue.parse(Array(text.utf8), limits: .part)) }
        var entry: [String: JSONValue] = [
            "index": .count(index), "leaf": .strings(item.leaf), "proof": .string(reply.message.proof),
        ]
        for (name, text, value) in values { entry[name] = value ?? .string(text) }
        output.answer(reply.members(["entries": [.object(entry)]])) {
            values.map { name, text, value in
                output.paint(.heading, name) + "\n" + Self.text(value, text, output)
            }.joined(separator: "\n")
        }
        if !output.isJSON { output.note("the entry is in the log: proof and checkpoint hold") }
        output.entry(reply.entry)
    }

    /// The parts have the hashes of the leaf, and the leaf is under the signed checkpoint.
    private static func verify(_ reply: ShowLogEntry.Reply, index: UInt64, key: VerifierKey) throws(Failure) {
        let failure = Failure(
            code: "integrity", why: "integrity", message: "the entry does not have the proof it should have",
            hint: "keep the access log: coffer log export, and verify it", exitCode: 6)
        let hashes = reply.item.leaf.compactMap(Hex.decode)
        guard hashes.count == 3, let leaf = Leaf(core: hashes[0], subject: hashes[1], evidence: hashes[2]) else {
            throw failure
        }
        let shown = zip([reply.item.core, reply.item.subject, reply.item.evidence], hashes).filter { text, _ in
            text != LogItem.purged && text != LogItem.withheld
        }
        guard shown.allSatisfy({ SHA256.hash(Array($0.utf8)) == $1 }) else { throw failure }
        guard let proof = try? LogProof(parsing: Array(reply.proof.utf8)), proof.index == index,
            (try? proof.open(leaf: leaf, key: key)) != nil
        else { throw failure }
    }

    private static func text(_ value: JSONValue?, _ text: String, _ output: Output) -> String {
        guard let members = value?.objectValue else {
            return text == LogItem.purged ? "purged\n" : text == LogItem.withheld ? "withheld\n" : "unreadable\n"
        }
        var list = LabelList()
        for name in members.keys.sorted() {
            switch members[name] {
            case .array(let elements): list.add(name, elements.map { Self.line($0) })
            case .some(let value): list.add(name, line(value))
            case nil: break
            }
        }
        return list.rendered(paint: output.paint)
    }

    private static func line(_ value: JSONValue) -> String {
        value.stringValue ?? String(decoding: value.encode(), as: UTF8.self)
    }
}

extension JSONLimits {
    /// A part of an entry as the log holds it.
    static let part = JSONLimits(maxBytes: 256 * 1_024, maxDepth: 8, names: .any)
}
