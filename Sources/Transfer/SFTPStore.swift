internal import CCurl
private import Glibc
private import Primitives

/// A folder of an SFTP server. Whoever may write there may remove, so it is `mutable`.
///
/// An object is uploaded as `NAME.RANDOM.part`, read back and then renamed, which OpenSSH's server refuses when something
/// has the name. SFTP as libcurl speaks it has no call that makes a file durable; a server that loses power may lose what
/// it took last.
public final class SFTPStore: ObjectStore {
    private let connection: SFTPConnection
    private let root: String
    private let retry: Retry
    private var isRootKnown = false

    /// Connects to nothing yet. `hostKey` when no acceptable host key is pinned, `credentials` when there is no way to
    /// log in.
    public init(
        _ target: SFTPTarget, credentials: TargetCredentials, times: TransferTimes = TransferTimes()
    ) throws(TransferError) {
        connection = try SFTPConnection(target, credentials: credentials, times: times)
        root = target.path
        retry = Retry(times.pausesMilliseconds)
    }

    public func list(_ prefix: String) throws(TransferError) -> [StoredObject] {
        let prefix = try ObjectPrefix(prefix)
        var found: [StoredObject] = []
        try visit(prefix) { (path, entry) throws(TransferError) in
            guard ObjectName.isComponent(entry.name) else { return }
            guard entry.kind == .file else { throw .planted }
            guard found.count < TransferLimits.listedObjects else { throw .tooLarge }
            found.append(StoredObject(name: path, sizeBytes: entry.sizeBytes))
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    public func read(_ name: String, limit: Int) throws(TransferError) -> [UInt8] {
        let name = try ObjectName(name)
        try requireRoot()
        return try download(path(name), limit: limit)
    }

    /// The retention date is not kept: SFTP knows none.
    public func write(_ name: String, _ bytes: [UInt8], retainUntilSeconds: Int64?) throws(TransferError) {
        let name = try ObjectName(name)
        guard bytes.count <= TransferLimits.objectBytes else { throw .tooLarge }
        try requireRoot()
        let final = path(name)
        guard try modified(final) == nil else { throw .exists }
        let part = final + "." + Hex.encode(Random.bytes(4)) + ObjectName.partSuffix
        do throws(TransferError) {
            try upload(part, bytes)
            guard try download(part, limit: bytes.count) == bytes else { throw .altered }
            try rename(part, to: name, bytes)
        } catch {
            // As far as the connection still allows; `removeLeftovers` finds the rest.
            _ = try? command("*rm \(part)")
            throw error == .tooLarge ? .altered : error
        }
    }

    public func remove(_ name: String) throws(TransferError) {
        let path = path(try ObjectName(name))
        try requireRoot()
        guard try modified(path) != nil else { throw .notFound }
        guard let error = try command("rm \(path)").error else { return }
        throw error.isRefusedCommand ? .refused(.permission) : error
    }

    @discardableResult
    public func removeLeftovers(_ prefix: String) throws(TransferError) -> Int {
        let prefix = try ObjectPrefix(prefix)
        var parts: [String] = []
        try visit(prefix) { (path, entry) throws(TransferError) in
            if entry.kind == .file, entry.name.hasSuffix(ObjectName.partSuffix) { parts.append(path) }
        }
        for part in parts {
            if let error = try command("rm \(root)/\(part)").error {
                throw error.isRefusedCommand ? .refused(.permission) : error
            }
        }
        return parts.count
    }

    /// Writes a file of one byte and removes it: its date is the server's clock, in whole seconds.
    public func probe() throws(TransferError) -> StoreFacts {
        try requireRoot()
        let path = root + "/.coffer-" + Hex.encode(Random.bytes(4)) + ObjectName.partSuffix
        let clock: Int64?
        do throws(TransferError) {
            try upload(path, [0])
            clock = try modified(path)
        } catch {
            _ = try? command("*rm \(path)")
            throw error
        }
        _ = try command("*rm \(path)")
        return StoreFacts(
            protection: .mutable(reason: .sftp), clockMilliseconds: clock.map { $0 * 1_000 },
            freeBytes: try freeBytes())
    }

    // MARK: - Paths

    private func path(_ name: ObjectName) -> String { root + "/" + name.text }

    /// That the folder of the target is there: an upload would make it, like every folder that is missing.
    private func requireRoot() throws(TransferError) {
        guard !isRootKnown else { return }
        guard try modified(root + "/") != nil else { throw .missingTarget }
        isRootKnown = true
    }

    /// Calls `body` for what is no folder and begins with the prefix, with its path in the target.
    private func visit(
        _ prefix: ObjectPrefix, _ body: (String, SFTPListing.Entry) throws(TransferError) -> Void
    ) throws(TransferError) {
        func go(_ folder: String, depth: Int) throws(TransferError) {
            for entry in try listing(folder) {
                let path = folder + entry.name
                if entry.kind == .folder {
                    guard prefix.mayMatch(in: path + "/"), ObjectName.isComponent(entry.name) else { continue }
                    guard depth < TransferLimits.nameComponents else { throw .planted }
                    try go(path + "/", depth: depth + 1)
                } else if prefix.matches(path) || (entry.kind == .other && prefix.mayMatch(in: path + "/")) {
                    try body(path, entry)
                }
            }
        }
        try requireRoot()
        // From the root, so that a link on the way to the prefix is seen.
        try go("", depth: 1)
    }

    // MARK: - Exchanges

    private func listing(_ folder: String) throws(TransferError) -> [SFTPListing.Entry] {
        try retry.run { () throws(TransferError) in
            let outcome = try connection.perform("\(root)/\(folder)", limit: TransferLimits.listingBytes)
            if let error = outcome.error {
                // Somebody removed the folder meanwhile.
                guard error == .notFound else { throw error }
                return []
            }
            return try SFTPListing(outcome.exchange.body).entries
        }
    }

    private func download(_ path: String, limit: Int) throws(TransferError) -> [UInt8] {
        try retry.run { () throws(TransferError) in
            let outcome = try connection.perform(path, limit: limit)
            if let error = outcome.error { throw error }
            return outcome.exchange.body
        }
    }

    private func upload(_ path: String, _ bytes: [UInt8]) throws(TransferError) {
        try retry.run { () throws(TransferError) in
            let outcome = try connection.perform(path) { exchange, handle in
                exchange.sent = bytes
                exchange.isUpload = true
                handle.set(CURLOPT_FTP_CREATE_MISSING_DIRS, 1)
            }
            guard let error = outcome.error else {
                guard outcome.exchange.isSent else { throw .unreachable(.cut) }
                return
            }
            // OpenSSH's server has one word for every failure, a full disk included.
            if error == .unreachable(.cut), let free = try? freeBytes(), free < Int64(bytes.count) { throw .full }
            throw error
        }
    }

    private func rename(_ part: String, to name: ObjectName, _ bytes: [UInt8]) throws(TransferError) {
        let final = path(name)
        let failure: TransferError
        do throws(TransferError) {
            guard let error = try command("rename \(part) \(final)").error else { return }
            failure = error
        } catch { failure = error }
        if failure.isRefusedCommand {
            // In the listing, because a link that leads nowhere has the name too.
            let folder = name.text.lastIndex(of: "/").map { String(name.text[...$0]) } ?? ""
            let isTaken = try listing(folder).contains { folder + $0.name == name.text }
            throw isTaken ? .exists : .refused(.permission)
        }
        // The connection broke: the server may have renamed all the same. The name was free before, so these very bytes
        // under it are ours.
        guard case .unreachable = failure, try modified(part) == nil, try download(final, limit: bytes.count) == bytes
        else { throw failure }
    }

    /// When something on the server was last changed, in seconds since 1970; nil when nothing is there.
    private func modified(_ path: String) throws(TransferError) -> Int64? {
        try retry.run { () throws(TransferError) in
            let outcome = try connection.perform(path) { _, handle in
                handle.set(CURLOPT_NOBODY, 1)
                handle.set(CURLOPT_FILETIME, 1)
            }
            if let error = outcome.error {
                guard error == .notFound else { throw error }
                return nil
            }
            return outcome.fileTimeSeconds
        }
    }

    private func command(_ text: String) throws(TransferError) -> SFTPConnection.Outcome {
        try connection.perform(root + "/") { exchange, handle in
            exchange.quoted = [text]
            handle.set(CURLOPT_NOBODY, 1)
        }
    }

    /// Nil where the server does not know the extension.
    private func freeBytes() throws(TransferError) -> Int64? {
        let headers = try command("*statvfs \(root)/").exchange.headers
        guard let blocks = headers["f_bavail"].flatMap({ Int64($0) }),
            let size = headers["f_frsize"].flatMap({ Int64($0) })
        else { return nil }
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: size)
        return overflow ? nil : bytes
    }
}

extension TransferError {
    /// libcurl's words for a command of SFTP that the server refused, whatever the reason.
    fileprivate var isRefusedCommand: Bool { self == .protocol("libcurl \(CURLE_QUOTE_ERROR.rawValue)") }
}
