import TestSupport
import Testing

@testable import Transfer

extension SSHServer {
    func credentials(_ lines: String? = nil) throws -> TargetCredentials {
        try scratch.write("credentials", Array((lines ?? "key-file = \(keyFile())").utf8))
        return try TargetCredentials.read(scratch.file("credentials"))
    }

    func target(_ hostKey: String?, port: Int? = nil, path: String? = nil) throws -> SFTPTarget {
        try SFTPTarget(
            user: Self.user, host: "127.0.0.1", port: port ?? self.port, path: path ?? folder, hostKey: hostKey)
    }

    /// A store on it, pinned to its Ed25519 key.
    func store(port: Int? = nil, path: String? = nil, times: TransferTimes = .test) throws -> SFTPStore {
        try SFTPStore(
            try target(fingerprint(.ed25519), port: port, path: path), credentials: credentials(), times: times)
    }
}

extension TransferTimes {
    /// Does not wait before it repeats; a machine under load has the usual times otherwise.
    static let test: TransferTimes = {
        var times = TransferTimes()
        times.pausesMilliseconds = [10, 10]
        return times
    }()

    /// For servers that never answer.
    static let short: TransferTimes = {
        var times = TransferTimes.test
        (times.connectSeconds, times.stallSeconds, times.exchangeSeconds) = (3, 3, 6)
        return times
    }()
}
