/// An element of a small XML document: the answers of S3. Everything that those do not use is refused: no document type,
/// hence no entities of its own; no CDATA, comments or processing instructions. Attributes and prefixes are skipped.
struct XMLTree: Equatable {
    let name: String
    private(set) var children: [XMLTree] = []
    private(set) var text = ""

    /// The first child of a name.
    subscript(name: String) -> XMLTree? { children.first { $0.name == name } }

    func all(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    /// Nil for what is no document of this kind.
    init?(_ bytes: [UInt8]) {
        guard let document = String(validating: bytes, as: UTF8.self) else { return nil }
        var reader = Reader(rest: document.unicodeScalars[...])
        reader.skipSpace()
        if reader.take("<?xml"), reader.until("?>") == nil { return nil }
        reader.skipSpace()
        guard let root = reader.element(depth: 0) else { return nil }
        reader.skipSpace()
        guard reader.rest.isEmpty else { return nil }
        self = root
    }

    private init(name: String) { self.name = name }

    private struct Reader {
        var rest: Substring.UnicodeScalarView

        private static let mostDepth = 8

        mutating func element(depth: Int) -> XMLTree? {
            guard depth < Self.mostDepth, take("<"), let name = self.name(), let isEmpty = endOfTag() else {
                return nil
            }
            var element = XMLTree(name: name)
            if isEmpty { return element }
            while let next = rest.first {
                if next != "<" {
                    guard let text = characters() else { return nil }
                    element.text += text
                } else if take("</") {
                    guard self.name() == name else { return nil }
                    skipSpace()
                    return take(">") ? element : nil
                } else {
                    guard let child = self.element(depth: depth + 1) else { return nil }
                    element.children.append(child)
                }
            }
            return nil
        }

        private mutating func name() -> String? {
            var name = rest.prefix {
                $0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.:".unicodeScalars.contains($0)
            }
            rest = rest[name.endIndex...]
            if let colon = name.lastIndex(of: ":") { name = name[name.index(after: colon)...] }
            return name.isEmpty ? nil : String(name)
        }

        /// Skips attributes. Whether the tag closes itself.
        private mutating func endOfTag() -> Bool? {
            while true {
                skipSpace()
                if take("/>") { return true }
                if take(">") { return false }
                guard name() != nil, take("=") else { return nil }
                guard let quote = rest.popFirst(), quote == "\"" || quote == "'", let value = until(String(quote)),
                    !value.contains("<")
                else { return nil }
            }
        }

        private mutating func characters() -> String? {
            let raw = rest.prefix { $0 != "<" }
            rest = rest[raw.endIndex...]
            var text = String.UnicodeScalarView()
            var left = raw
            while let next = left.popFirst() {
                guard next == "&" else {
                    text.append(next)
                    continue
                }
                guard let end = left.firstIndex(of: ";"), let scalar = Self.reference(String(left[..<end])) else {
                    return nil
                }
                text.append(scalar)
                left = left[left.index(after: end)...]
            }
            return String(text)
        }

        private static func reference(_ text: String) -> Unicode.Scalar? {
            switch text {
            case "amp": "&"
            case "lt": "<"
            case "gt": ">"
            case "quot": "\""
            case "apos": "'"
            default:
                if text.hasPrefix("#x") {
                    UInt32(text.dropFirst(2), radix: 16).flatMap { Unicode.Scalar($0) }
                } else if text.hasPrefix("#") {
                    UInt32(text.dropFirst()).flatMap { Unicode.Scalar($0) }
                } else {
                    nil
                }
            }
        }

        mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" } }

        mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.unicodeScalars) else { return false }
            rest = rest.dropFirst(text.unicodeScalars.count)
            return true
        }

        /// What stands before `text`, which is taken too.
        mutating func until(_ text: String) -> String? {
            var found = String.UnicodeScalarView()
            while !rest.isEmpty {
                if take(text) { return String(found) }
                if let next = rest.popFirst() { found.append(next) }
            }
            return nil
        }
    }
}
