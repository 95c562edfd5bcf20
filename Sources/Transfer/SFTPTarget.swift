/// Where an SFTP server keeps archives, and who it must be.
public struct SFTPTarget: Hashable, Sendable {
    public let user: String
    /// A name or an address; an IPv6 address in brackets.
    public let host: String
    public let port: Int
    /// An absolute folder on the server, or one of the user's home as `/~/archives`. It must be there.
    public let path: String
    /// `SHA256:…` of the server's host key, or the line of its `.pub` file. Without one nothing is connected to.
    public let hostKey: String?

    /// `address` when a part cannot be one: nothing that ends up in a URL or a command of SFTP needs to be escaped.
    public init(
        user: String, host: String, port: Int = 22, path: String, hostKey: String?
    ) throws(TransferError) {
        guard (1...64).contains(user.utf8.count), user.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }) else {
            throw .address(.user)
        }
        guard AddressText.isHost(host), (1...65_535).contains(port) else { throw .address(.form) }
        guard AddressText.isPath(path) else { throw .address(.path) }
        self.user = user
        self.host = host
        self.port = port
        self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
        self.hostKey = hostKey
    }
}

/// What may stand in an address.
enum AddressText {
    static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return (2...45).contains(inner.utf8.count)
                && inner.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) || $0 == 0x3A || $0 == 0x2E }
        }
        return (1...253).contains(text.utf8.count) && text.utf8.first != 0x2D
            && text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// An absolute path whose components are letters, digits and `._-`; the first may be `~`, the user's home.
    static func isPath(_ text: String) -> Bool {
        guard text.hasPrefix("/"), (2...512).contains(text.utf8.count) else { return false }
        var components = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if components.last == "" { components.removeLast() }
        if components.first == "~" { components.removeFirst() }
        return components.allSatisfy { component in
            !component.isEmpty && component != "." && component != ".."
                && component.utf8.allSatisfy { isLetter($0) || isDigit($0) || [0x2E, 0x5F, 0x2D].contains($0) }
        }
    }

    /// Whether a host is this machine, which nobody can listen in on the way to.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "[::1]"
            || host.hasPrefix("127.") && host.split(separator: ".").count == 4
                && host.split(separator: ".").allSatisfy { UInt8($0) != nil }
    }

    static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
