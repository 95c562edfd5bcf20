import Foundation
import Synchronization
import TestSupport
import Testing

/// Real servers as targets of a shop's archives.
extension BackupShop {
    var user: String { SSHServer.user }

    /// How `coffer` reaches a server by SFTP.
    ///
    /// - Parameter port: that of a relay before the server.
    func sftp(_ server: SSHServer, port: Int? = nil) throws -> [String] {
        let credentials = try sandbox.write(
            "sftp-\(port ?? server.port).credentials", "key-file = \(server.keyFile())\n")
        return [
            "sftp://\(user)@127.0.0.1:\(port ?? server.port)\(server.folder)", "--credentials", credentials,
            "--host-key", try server.fingerprint(.ed25519),
        ]
    }

    /// How `coffer` reaches a bucket.
    func s3(_ bucket: Bucket, lock: String = "compliance") throws -> [String] {
        let credentials = try sandbox.write(
            "\(bucket.name).credentials",
            "access-key-id = \(S3Server.accessKey)\nsecret-access-key = \(S3Server.secretKey)\n")
        return [
            "s3://\(bucket.name)/shop", "--endpoint", "http://127.0.0.1:\(bucket.server.port)", "--region", "us-east-1",
            "--lock", lock, "--credentials", credentials,
        ]
    }

    @discardableResult
    func addTarget(_ name: String, _ address: [String]) throws -> Outcome {
        let added = try sandbox.coffer("operator", ["backup", "targets", "add", name, "--json"] + address)
        try #require(added.code == 0, "\(added.errorText)")
        return added
    }

    /// Commands from here on wait a hundredth of the time before they try again at a target.
    func retryQuickly() throws {
        let quick = try QuickRetries(sandbox)
        sandbox.clock.withLock { $0.merge(quick.environment) { _, new in new } }
    }

    /// A run of the operator's, with its answer whatever the exit code.
    func run(_ more: String...) throws -> Outcome {
        try sandbox.coffer("operator", ["backup", "run", "--json"] + more)
    }

    /// - Parameter address: a target's name, or its address with what goes with it.
    func restore(from address: [String], more: [String] = []) throws -> Outcome {
        try sandbox.run(Sandbox.binaries + "/coffer", try restoreArguments(from: address, more))
    }

    func restoreArguments(from address: [String], _ more: [String] = []) throws -> [String] {
        try sandbox.arguments(
            "owner",
            [
                "backup", "restore", "--into", sandbox.vault, "--unseal-passphrase-file",
                try sandbox.passphrase("vault"), "--json", "--card-file", card(1), "--card-file", card(3), "--keep",
                "all", "--from",
            ] + address + more)
    }

    /// The folders of vaults that never got their name.
    func unfinished() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sandbox.folder)
            .filter { $0.hasPrefix("vault.new-") }.map { sandbox.folder + "/" + $0 }
    }

    /// A new drill key, which nothing is sealed to yet.
    func newDrillKey(_ name: String = "drill.key", by who: String = "operator") throws -> (
        file: String, recipient: String
    ) {
        let file = sandbox.folder + "/" + name
        let made = try sandbox.answer(who, "backup", "drill-key", "new", "--out", file)
        return (file, try made.member("recipient"))
    }

    /// The orders of a drill by the operator that brings the newest set back in a scratch folder, which this gives too.
    ///
    /// - Parameter tier: T3, by a drill key that is put in force and a set that is made for it, or T4, by cards.
    func drillOrder(_ tier: String) throws -> (order: [String], scratch: String) {
        let key = try newDrillKey()
        try sandbox.answer("owner", "backup", "drill-key", "set", key.recipient)
        try sandbox.answer("operator", "backup", "run")
        let scratch = scratch()
        let how = tier == "T3" ? ["--drill-key", key.file] : ["--card-file", card(1), "--card-file", card(3)]
        return (try sandbox.arguments("operator", ["backup", "drill", "--scratch", scratch] + how), scratch)
    }

    /// Starts the restored vault and looks for the sample customer.
    ///
    /// - Returns: how many are found by her phone number.
    func found(after restored: Outcome) throws -> Int {
        try follow(restored, ["owner", "counter"])
        let found = try sandbox.answer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
        return (try found.json()["matches"] as? [Any])?.count ?? 0
    }
}

extension BackupShop {
    static let leaver = (name: "王晓东", phone: "13987654321")

    /// A customer who is about to be erased; her number.
    func addLeaver(phone: String = BackupShop.leaver.phone) throws -> String {
        try sandbox.answer(
            "counter", "customer", "add", "--field", "name=" + Self.leaver.name, "--field",
            "phone=+86" + phone, "--purpose", "order"
        ).member("number")
    }

    /// Erases a customer at once, with another person's approval, and waits until it is done.
    func erase(_ number: String) throws {
        let order = ["subject", "erase", number, "--reason", "customer-request", "--now", "--json"]
        let asked = try sandbox.coffer("officer", order)
        let refusal = try #require(try asked.json()["error"] as? [String: Any], "\(asked.text)")
        let request = try #require(refusal["request"] as? String)
        try sandbox.answer("owner", "request", "approve", request, "--yes")
        let erased = try sandbox.coffer("officer", order + ["--request", request])
        try #require(erased.code == 0, "\(erased.errorText)")
        var isDone = false
        for _ in 0..<100 where !isDone {
            let list = try sandbox.answer("officer", "subject", "list").json()["erasures"] as? [[String: Any]]
            isDone = list?.contains { $0["number"] as? String == number && $0["state"] as? String == "done" } == true
            if !isDone { usleep(100_000) }
        }
        try #require(isDone)
    }
}
