public import Transfer

extension TargetSettings {
    /// The store at the address. Nothing is connected to yet.
    ///
    /// Addresses: an absolute or relative path of this machine; `sftp://user@host[:port]/path`, where a path of the user's
    /// home begins with `/~/`; `s3://bucket[/prefix]`.
    public func store() throws(TransferError) -> any ObjectStore {
        guard let (scheme, rest) = Self.cut(address[...], at: "://") else { return try DirectoryStore(path: address) }
        switch scheme {
        case "sftp": return try sftp(rest)
        case "s3": return try s3(rest)
        default: throw .address(.form)
        }
    }

    private func sftp(_ rest: Substring) throws(TransferError) -> any ObjectStore {
        guard let slash = rest.firstIndex(of: "/"), let at = rest[..<slash].lastIndex(of: "@") else {
            throw .address(.form)
        }
        var host = rest[rest.index(after: at)..<slash]
        var port = 22
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            guard let number = Int(host[host.index(after: colon)...]) else { throw .address(.form) }
            port = number
            host = host[..<colon]
        }
        let target = try SFTPTarget(
            user: String(rest[..<at]), host: String(host), port: port, path: String(rest[slash...]),
            hostKey: hostKey.isEmpty ? nil : hostKey)
        return try SFTPStore(target, credentials: try readCredentials())
    }

    /// Without an endpoint the bucket is one of Amazon's.
    private func s3(_ rest: Substring) throws(TransferError) -> any ObjectStore {
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let prefix = slash == rest.endIndex ? "" : String(rest[rest.index(after: slash)...])
        let mode: S3Target.Lock? =
            switch lock {
            case "none": nil
            case "governance": .governance
            case "compliance": .compliance
            default: throw .address(.form)
            }
        let isAmazon = endpoint.isEmpty
        guard
            let (scheme, server) = Self.cut(
                isAmazon ? "https://s3.\(region).amazonaws.com" : endpoint[...], at: "://"),
            scheme == "https" || scheme == "http"
        else { throw .address(.form) }
        var host = server.hasSuffix("/") ? server.dropLast() : server
        var port: Int?
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            guard let number = Int(host[host.index(after: colon)...]) else { throw .address(.form) }
            port = number
            host = host[..<colon]
        }
        let target = try S3Target(
            host: String(host), port: port, isPlain: scheme == "http", bucket: String(rest[..<slash]), prefix: prefix,
            region: region, style: isAmazon ? .host : .path, lock: mode)
        return try S3Store(target, credentials: try readCredentials())
    }

    private func readCredentials() throws(TransferError) -> TargetCredentials {
        guard !credentials.isEmpty else { throw .credentials(.missing) }
        return try TargetCredentials.read(credentials)
    }

    private static func cut(_ text: Substring, at mark: String) -> (before: Substring, after: Substring)? {
        var rest = text
        while !rest.isEmpty {
            if rest.hasPrefix(mark) { return (text[..<rest.startIndex], rest.dropFirst(mark.count)) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
