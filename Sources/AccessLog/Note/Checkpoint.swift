import Primitives
public import VaultModel

/// The statement a log signs about itself: how many entries it has, and the root over them.
public struct Checkpoint: Hashable, Sendable {
    /// The log's name, which is the name of its key too: `coffer/<vault id hex>/<incarnation>`.
    public let origin: String
    public let size: UInt64
    /// 32 bytes.
    public let root: [UInt8]

    public enum Problem: Error, Equatable, Sendable {
        case note(SignedNote.Problem)
        /// Not origin, canonical decimal size and base64 root on three lines.
        case form
        /// The key given has another name than the origin.
        case origin
        /// No valid signature by the key given.
        case signature
    }

    /// - Precondition: `root` has 32 bytes, and `origin` is fit to be a key name.
    public init(origin: String, size: UInt64, root: [UInt8]) {
        precondition(root.count == Merkle.hashSize && SignedNote.isName(origin), "a checkpoint's origin and root")
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The signed text: three lines, no extensions.
    public var text: String { origin + "\n" + String(size) + "\n" + Base64.encode(root) + "\n" }

    /// Reads the text; an extension line, a leading zero or a size of 2⁶⁴ is refused.
    public init(parsing text: String) throws(Problem) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard lines.count == 4, lines[3].isEmpty, SignedNote.isName(lines[0]), let size = UInt64(lines[1]),
            String(size).utf8.elementsEqual(lines[1].utf8), let root = Base64.decode(lines[2]),
            root.count == Merkle.hashSize
        else { throw .form }
        self.init(origin: lines[0], size: size, root: root)
    }

    /// Reads a signed checkpoint and checks that `key` signed it and is the key of its origin.
    public static func open(_ note: [UInt8], key: VerifierKey) throws(Problem) -> Checkpoint {
        let parsed: SignedNote
        do {
            parsed = try SignedNote(parsing: note)
        } catch {
            throw .note(error)
        }
        let checkpoint = try Checkpoint(parsing: parsed.text)
        guard checkpoint.origin.utf8.elementsEqual(key.name.utf8) else { throw .origin }
        guard parsed.isSigned(by: key) else { throw .signature }
        return checkpoint
    }

    /// The checkpoint as a note signed by the log's key. `sign` gets the bytes to sign and returns 64 bytes of Ed25519.
    public func signed<Failure: Error>(
        by key: VerifierKey, _ sign: (_ message: [UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        precondition(key.name.utf8.elementsEqual(origin.utf8), "a log's key bears the name of the log")
        var note = SignedNote(text: text)
        note.append(signature: try sign(Array(text.utf8)), by: key)
        return note.bytes
    }
}

/// The name of a vault's log in one incarnation. A restore that loses entries starts the next incarnation, so that no
/// two histories bear one name.
public struct LogOrigin: Hashable, Sendable, CustomStringConvertible {
    public let vault: VaultID
    public let incarnation: UInt64

    public init(vault: VaultID, incarnation: UInt64) {
        self.vault = vault
        self.incarnation = incarnation
    }

    /// Returns nil unless `text` is `coffer/`, 32 hexadecimal digits, a slash and a canonical decimal.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == "coffer", let vault = VaultID(parts[1]),
            let incarnation = UInt64(parts[2]), String(incarnation).utf8.elementsEqual(parts[2].utf8)
        else { return nil }
        self.init(vault: vault, incarnation: incarnation)
    }

    public var description: String { "coffer/" + vault.description + "/" + String(incarnation) }
}
