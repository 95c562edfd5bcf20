/// A field's value as it is sealed. An absent value is sealed like any other, so that nobody without the key can tell
/// which fields a customer has filled in.
///
/// It never describes its content: neither interpolation nor `dump` shows a value.
public enum FieldBody: Sendable {
    /// Type byte 0.
    case absent
    /// Type byte 1: UTF-8, normalised to NFC when it is sealed.
    case text(String)
    /// Type byte 2.
    case bytes([UInt8])
}

extension FieldBody: Equatable {
    /// Compares bytes. `String`'s own equality would take two different encodings for one value.
    public static func == (lhs: FieldBody, rhs: FieldBody) -> Bool {
        switch (lhs, rhs) {
        case (.absent, .absent): true
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.bytes(let left), .bytes(let right)): left == right
        default: false
        }
    }
}

extension FieldBody: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "field body" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension FieldBody {
    /// `type ‖ value`, with room for the padding.
    func encode() -> [UInt8] {
        switch self {
        case .absent: [0]
        case .text(let text): [1] + CanonicalText.nfc(text)
        case .bytes(let bytes): [2] + bytes
        }
    }

    /// Reads `type ‖ value`. Text is checked to be UTF-8 but not to be NFC: the writer saw to that, the tag vouches for
    /// the writer, and a later Unicode version may normalise characters that this one does not know yet.
    init(decoding body: ArraySlice<UInt8>) throws(EnvelopeError) {
        guard let type = body.first else { throw .bodyType }
        let value = body.dropFirst()
        switch type {
        case 0 where value.isEmpty: self = .absent
        case 1:
            guard let text = String(validating: value, as: UTF8.self) else { throw .text }
            self = .text(text)
        case 2: self = .bytes(Array(value))
        default: throw .bodyType
        }
    }
}
