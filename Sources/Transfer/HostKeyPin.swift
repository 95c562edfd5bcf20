internal import Primitives

/// The one key that an SSH server must have: `SHA256:…` as `ssh-keygen -lf` prints it, or the public key itself as in a
/// `.pub` file. Ed25519 and ECDSA only.
struct HostKeyPin: Hashable {
    enum Kind: String, CaseIterable {
        case ed25519 = "ssh-ed25519"
        case nistp256 = "ecdsa-sha2-nistp256"
        case nistp384 = "ecdsa-sha2-nistp384"
        case nistp521 = "ecdsa-sha2-nistp521"
    }

    static let rsa = "ssh-rsa"

    /// SHA-256 of the key as SSH transmits it.
    let hash: [UInt8]
    /// Of which kind it is, where the pin says so.
    let kind: Kind?

    /// `unpinned` for nil or nothing, `rsa` for an RSA key, `form` for anything else that is none.
    init(_ text: String?) throws(TransferError) {
        guard let text, !text.isEmpty else { throw .hostKey(.unpinned) }
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0.isNewline }).map(String.init)
        guard let first = words.first, text.utf8.count <= 4_096 else { throw .hostKey(.form) }
        if first.hasPrefix(Self.prefix), words.count == 1 {
            guard let hash = Base64.decode(first.dropFirst(Self.prefix.count) + "="), hash.count == SHA256.size else {
                throw .hostKey(.form)
            }
            (self.hash, kind) = (hash, nil)
            return
        }
        guard words.count >= 2, let blob = Base64.decode(words[1]) else { throw .hostKey(.form) }
        if first == Self.rsa { throw .hostKey(.rsa) }
        guard let kind = Kind(rawValue: first), Self.type(of: blob) == first else { throw .hostKey(.form) }
        (hash, self.kind) = (SHA256.hash(blob), kind)
    }

    private static let prefix = "SHA256:"

    /// Whether this is the key, and of a kind that is taken.
    func matches(_ blob: [UInt8]) -> Bool {
        guard let type = Self.type(of: blob), let found = Kind(rawValue: type), kind == nil || kind == found else {
            return false
        }
        return SHA256.hash(blob) == hash
    }

    /// The kinds to ask a server for, one after the other.
    var kinds: [Kind] { kind.map { [$0] } ?? Kind.allCases }

    /// The name of the kind that a key begins with.
    static func type(of blob: [UInt8]) -> String? {
        var reader = ByteReader(blob)
        // SSH counts in big endian.
        guard let prefix = try? reader.readBytes(4), prefix[0] == 0, prefix[1] == 0, prefix[2] == 0,
            let name = try? reader.readBytes(Int(prefix[3]))
        else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    /// As `ssh-keygen -lf` prints it.
    static func fingerprint(of blob: [UInt8]) -> String {
        prefix + Base64.encode(SHA256.hash(blob)).filter { $0 != "=" }
    }

    /// A line of a known-hosts file that makes libcurl ask the server for a key of one kind. What is known by it is no
    /// key at all: libcurl looks at the kind before the key exchange, and the judgement is `matches`.
    static func knownHostsLine(kind: String, host: String, port: Int) -> String {
        let name = Array(kind.utf8)
        let blob = [0, 0, 0, UInt8(name.count)] + name + [0, 0, 0, 32] + [UInt8](repeating: 0, count: 32)
        let place = port == 22 ? host : "[\(host)]:\(port)"
        return "\(place) \(kind) \(Base64.encode(blob))\n"
    }
}
