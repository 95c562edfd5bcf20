/// The name of an object: components of `a-z 0-9 . _ -`, with slashes between them.
///
/// No component begins with a dot, so that a name cannot leave its target or hide there, and none ends with `.part`,
/// which is what an upload is called before it is complete. A value of this type means that the name was checked.
struct ObjectName: Hashable {
    let text: String

    init(_ text: String) throws(TransferError) {
        guard Self.isName(text) else { throw .name }
        self.text = text
    }

    var components: [String] { text.split(separator: "/").map(String.init) }

    static func isName(_ text: String) -> Bool {
        guard (1...TransferLimits.nameBytes).contains(text.utf8.count) else { return false }
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        return components.count <= TransferLimits.nameComponents && components.allSatisfy(isComponent)
    }

    static func isComponent(_ text: some StringProtocol) -> Bool {
        (1...TransferLimits.componentBytes).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
            && !text.hasSuffix(partSuffix) && text.utf8.allSatisfy(isAllowed)
    }

    /// What the name of an incomplete upload ends with.
    static let partSuffix = ".part"

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// The beginning of names, as text: `logs/2026` stands for `logs/2026/01` and for `logs/2026-note`.
struct ObjectPrefix: Hashable {
    let text: String

    init(_ text: String) throws(TransferError) {
        // What a prefix may be is what some name begins with.
        guard text.isEmpty || ObjectName.isName(text) || ObjectName.isName(text + "x") else { throw .name }
        self.text = text
    }

    /// The folder that every such name lies in, with a slash behind it; empty when there is none.
    var folder: String { text.lastIndex(of: "/").map { String(text[...$0]) } ?? "" }

    func matches(_ name: String) -> Bool { name.utf8.starts(with: text.utf8) }

    /// Whether names in `folder`, which ends with a slash, could match.
    func mayMatch(in folder: String) -> Bool {
        folder.utf8.starts(with: text.utf8) || text.utf8.starts(with: folder.utf8)
    }
}
