public import Host
private import Primitives
private import VaultModel

/// A bucket of a server that speaks S3.
///
/// Names are looked up among the versions, not among the current objects: a delete marker over an object, which anybody
/// who may delete can set, hides nothing. Of several versions under one name the oldest counts, since objects are written
/// once and whoever may write can add a newer one.
///
/// Each object is one PUT with its SHA-256, refused by the server if the name is taken (`If-None-Match: *`), and then
/// read back. With `S3Target.lock` it carries a date before which the server refuses removal, and the date is read back
/// too.
public final class S3Store: ObjectStore {
    private let connection: S3Connection
    private let target: S3Target
    private let retry: Retry
    /// The version that counts, of names that were listed or written: it stays the oldest until it is removed.
    private var known: [String: String] = [:]

    /// Connects to nothing yet.
    ///
    /// - Parameter clock: what the target's clock is compared with when it refuses a request for its date.
    public init(
        _ target: S3Target, credentials: TargetCredentials, times: TransferTimes = TransferTimes(),
        clock: any WallClock = SystemClock()
    ) throws(TransferError) {
        connection = try S3Connection(target, credentials: credentials, times: times, clock: clock)
        self.target = target
        retry = Retry(times.pausesMilliseconds)
    }

    public func list(_ prefix: String) throws(TransferError) -> [StoredObject] {
        let prefix = try ObjectPrefix(prefix)
        var oldest: [String: StoredObject] = [:]
        try visit(target.prefix + prefix.text) { (page) throws(TransferError) in
            for version in page.versions {
                let name = String(version.key.dropFirst(target.prefix.count))
                guard ObjectName.isName(name) else { continue }
                // From the newest to the oldest: the last one stays.
                oldest[name] = StoredObject(name: name, sizeBytes: version.sizeBytes)
                known[name] = version.id
            }
            guard oldest.count <= TransferLimits.listedObjects else { throw .tooLarge }
        }
        return oldest.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    public func read(_ name: String, limit: Int) throws(TransferError) -> [UInt8] {
        let name = try ObjectName(name)
        if let id = known[name.text] {
            do throws(TransferError) { return try get(name, version: id, limit: limit).body } catch {
                guard error == .notFound else { throw error }
                known[name.text] = nil
            }
        }
        guard let oldest = try versions(of: name).versions.last else { throw .notFound }
        known[name.text] = oldest.id
        return try get(name, version: oldest.id, limit: limit).body
    }

    /// `notLocked` when a date is given and the target has a lock, but the server does not show the date afterwards; the
    /// object is written then, without the lock.
    public func write(_ name: String, _ bytes: [UInt8], retainUntilSeconds: Int64?) throws(TransferError) {
        let name = try ObjectName(name)
        guard bytes.count <= TransferLimits.objectBytes else { throw .tooLarge }
        // `If-None-Match` looks at the current object only, and there is none under a delete marker.
        guard try versions(of: name).versions.isEmpty else { throw .exists }
        var request = S3Connection.Request(method: .put, key: target.prefix + name.text, body: bytes)
        request.headers["If-None-Match"] = "*"
        // Some servers want to be told of the algorithm before they look for its checksum.
        request.headers["x-amz-sdk-checksum-algorithm"] = "SHA256"
        request.headers["x-amz-checksum-sha256"] = Base64.encode(SHA256.hash(bytes))
        let lock = retainUntilSeconds.flatMap { seconds in target.lock.map { (mode: $0, seconds: seconds) } }
        if let lock {
            request.headers["x-amz-object-lock-mode"] = lock.mode.rawValue
            request.headers["x-amz-object-lock-retain-until-date"] = UTCText.text(lock.seconds * 1_000)
        }
        var id = try put(request)
        let isOurs = id != nil
        if id == nil { id = try versions(of: name).versions.last?.id }
        guard let id else { throw .altered }
        known[name.text] = id
        let reply: S3Connection.Reply
        do throws(TransferError) { reply = try get(name, version: id, limit: bytes.count) } catch {
            throw error == .tooLarge ? (isOurs ? .altered : .exists) : error
        }
        guard reply.body == bytes else { throw isOurs ? .altered : .exists }
        guard let lock else { return }
        guard reply.headers["x-amz-object-lock-mode"] == lock.mode.rawValue,
            let until = reply.headers["x-amz-object-lock-retain-until-date"].flatMap(UTCText.seconds),
            until >= lock.seconds
        else { throw .notLocked }
    }

    /// Removes every version under the name, and the markers over them.
    public func remove(_ name: String) throws(TransferError) {
        let name = try ObjectName(name)
        let page = try versions(of: name)
        guard !page.versions.isEmpty else { throw .notFound }
        for version in page.versions + page.markers {
            do throws(TransferError) {
                try retry.run { () throws(TransferError) in
                    _ = try connection.send(
                        S3Connection.Request(
                            method: .delete, key: target.prefix + name.text, query: ["versionId": version.id]))
                }
            } catch {
                // S3 has one word for a lock and for a right that is missing.
                guard error == .refused(.permission), isRetained(name, version.id) else { throw error }
                throw .retained
            }
        }
        known[name.text] = nil
    }

    /// None: a PUT is taken whole or not at all.
    @discardableResult
    public func removeLeftovers(_ prefix: String) throws(TransferError) -> Int {
        _ = try ObjectPrefix(prefix)
        return 0
    }

    public func probe() throws(TransferError) -> StoreFacts {
        let versioning = try setting("versioning")
        let lock = try setting("object-lock")
        let clock = (versioning ?? lock)?.headers["date"]
        let hasRule = lock?.tree?["Rule"]?["DefaultRetention"] != nil
        let isLockable = lock?.tree?["ObjectLockEnabled"]?.text == "Enabled"
        let protection: Protection =
            if isLockable && (hasRule || target.lock != nil) {
                .immutable
            } else if versioning?.tree?["Status"]?.text == "Enabled" {
                .snapshotted
            } else {
                .mutable(reason: versioning == nil ? .unknown : .unversioned)
            }
        return StoreFacts(
            protection: protection, clockMilliseconds: HTTPDate.seconds(clock).map { $0 * 1_000 }, freeBytes: nil)
    }

    // MARK: - Requests

    /// A setting of the bucket; nil where there is none or these credentials may not ask.
    private func setting(_ name: String) throws(TransferError) -> (tree: XMLTree?, headers: [String: String])? {
        do throws(TransferError) {
            let reply = try retry.run { () throws(TransferError) in
                try connection.send(S3Connection.Request(query: [name: ""], limit: TransferLimits.settingBytes))
            }
            return (XMLTree(reply.body), reply.headers)
        } catch {
            guard error == .notFound || error == .refused(.permission) else { throw error }
            return nil
        }
    }

    private func get(_ name: ObjectName, version: String, limit: Int) throws(TransferError) -> S3Connection.Reply {
        try retry.run { () throws(TransferError) in
            try connection.send(
                S3Connection.Request(key: target.prefix + name.text, query: ["versionId": version], limit: limit))
        }
    }

    /// A PUT that is repeated when it is not certain what became of it. One of those may have been carried out, and the
    /// next is then told that the name is taken: by us, unless somebody else came in between.
    ///
    /// - Returns: the version that was written; nil if the object may be somebody else's, which its content tells.
    private func put(_ request: S3Connection.Request) throws(TransferError) -> String? {
        var isUncertain = false
        do throws(TransferError) {
            return try retry.run { () throws(TransferError) in
                do throws(TransferError) {
                    return try connection.send(request).headers["x-amz-version-id"] ?? S3Versions.unversioned
                } catch {
                    if error.mayPass { isUncertain = true }
                    throw error
                }
            }
        } catch {
            if error == .exists && isUncertain { return nil }
            // The bucket has no Object Lock.
            if case .protocol(let code) = error, code.hasSuffix("InvalidRequest"),
                request.headers["x-amz-object-lock-mode"] != nil
            {
                throw .notLocked
            }
            throw error
        }
    }

    private func isRetained(_ name: ObjectName, _ version: String) -> Bool {
        let reply = try? get(name, version: version, limit: TransferLimits.objectBytes)
        return reply?.headers["x-amz-object-lock-retain-until-date"] != nil
    }

    /// The versions of one object and the markers over it.
    private func versions(of name: ObjectName) throws(TransferError) -> (
        versions: [S3Versions.Version], markers: [S3Versions.Version]
    ) {
        let key = target.prefix + name.text
        var found: (versions: [S3Versions.Version], markers: [S3Versions.Version]) = ([], [])
        try visit(key, isSingle: true) { (page) throws(TransferError) in
            found.versions += page.versions.filter { $0.key == key }
            found.markers += page.markers.filter { $0.key == key }
            guard found.versions.count + found.markers.count < TransferLimits.versions else { throw .tooLarge }
        }
        return found
    }

    /// Calls `body` with each page of the versions whose keys begin with a text.
    ///
    /// - Parameter isSingle: only those whose key is the text: they come first.
    private func visit(
        _ prefix: String, isSingle: Bool = false, _ body: (S3Versions) throws(TransferError) -> Void
    ) throws(TransferError) {
        var query = ["versions": "", "max-keys": "1000", "prefix": prefix]
        for _ in 0..<TransferLimits.pages {
            let page = try retry.run { () throws(TransferError) in
                try S3Versions(
                    connection.send(S3Connection.Request(query: query, limit: TransferLimits.pageBytes)).body)
            }
            try body(page)
            guard let next = page.next, !isSingle || next.key == prefix else { return }
            guard next.key != query["key-marker"] || next.id != query["version-id-marker"] else {
                throw .protocol("listing")
            }
            query["key-marker"] = next.key
            query["version-id-marker"] = next.id.isEmpty ? nil : next.id
        }
        throw .tooLarge
    }
}
