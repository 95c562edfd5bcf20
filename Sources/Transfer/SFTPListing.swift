/// A listing of a folder as SFTP servers write it: lines of `ls -l`. The protocol leaves their form to the server; those
/// in use write the kind first, the size as the fifth word and the name last.
struct SFTPListing {
    struct Entry: Hashable {
        enum Kind: Hashable { case file, folder, other }

        let name: String
        let kind: Kind
        let sizeBytes: Int64
    }

    /// The entries whose names are components of an object's name, incomplete uploads included.
    let entries: [Entry]

    init(_ bytes: [UInt8]) throws(TransferError) {
        var entries: [Entry] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let entry = try Self.entry(String(decoding: line, as: UTF8.self)) { entries.append(entry) }
        }
        self.entries = entries
    }

    private static func entry(_ line: String) throws(TransferError) -> Entry? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\r" })
        let isLink = line.hasPrefix("l")
        // libcurl adds where a link leads.
        if isLink, let arrow = words.firstIndex(of: "->") { words.removeSubrange(arrow...) }
        guard let name = words.last, ObjectName.isComponent(name.dropPartSuffix) else { return nil }
        guard words.count >= 6, let size = Int64(words[4]), size >= 0 else { throw .protocol("listing") }
        let kind: Entry.Kind =
            switch line.first {
            case "-": .file
            case "d": .folder
            default: .other
            }
        return Entry(name: String(name), kind: kind, sizeBytes: size)
    }
}

extension Substring {
    fileprivate var dropPartSuffix: Substring {
        hasSuffix(ObjectName.partSuffix) ? dropLast(ObjectName.partSuffix.count) : self
    }
}
