import Testing

@testable import Transfer

@Suite("The address of a target") struct TargetTests {
    @Test(arguments: ["backup.example", "10.0.0.7", "[::1]", "[2001:db8::7]", "a-b.c"])
    func `hosts`(host: String) throws {
        _ = try SFTPTarget(user: "u", host: host, path: "/a", hostKey: nil)
        _ = try S3Target(host: host, bucket: "abc", region: "eu-central-1", lock: nil)
    }

    @Test(arguments: ["", "a b", "a/b", "a@b", "a:22", "-oProxyCommand=x", "[::1", "a?b", "a#b", "ä", "[]", "a%2f"])
    func `what is no host is refused`(host: String) {
        #expect(throws: TransferError.address(.form)) {
            try SFTPTarget(user: "u", host: host, path: "/a", hostKey: nil)
        }
        #expect(throws: TransferError.address(.form)) {
            try S3Target(host: host, bucket: "abc", region: "r", lock: nil)
        }
    }

    @Test(arguments: ["/a", "/a/", "/~/a", "/srv/Coffer_1/x.y", "/~"])
    func `folders of a server`(path: String) throws {
        #expect(try !SFTPTarget(user: "u", host: "h", path: path, hostKey: nil).path.hasSuffix("/"))
    }

    @Test(arguments: ["", "a", "/", "//", "/a//b", "/../a", "/a/..", "/a b", "/a\"b", "/a\nb", "/a?b", "/a/~", "/a%20"])
    func `what is no folder is refused`(path: String) {
        #expect(throws: TransferError.address(.path)) {
            try SFTPTarget(user: "u", host: "h", path: path, hostKey: nil)
        }
    }

    @Test(arguments: ["", "a b", "a:b", "a\n"]) func `what is no user is refused`(user: String) {
        #expect(throws: TransferError.address(.user)) {
            try SFTPTarget(user: user, host: "h", path: "/a", hostKey: nil)
        }
    }

    @Test(arguments: ["", "ab", "Abc", "a.b", "a_b", "-ab", "ab-", "a/b", String(repeating: "a", count: 64)])
    func `what is no bucket is refused`(bucket: String) {
        #expect(throws: TransferError.address(.bucket)) {
            try S3Target(host: "h", bucket: bucket, region: "r", lock: nil)
        }
    }

    @Test(arguments: ["", "EU", "eu:west", "eu west", String(repeating: "a", count: 41)])
    func `what is no region is refused`(region: String) {
        #expect(throws: TransferError.address(.region)) {
            try S3Target(host: "h", bucket: "abc", region: region, lock: nil)
        }
    }

    @Test func `plain HTTP goes to this machine only`() throws {
        for host in ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"] {
            _ = try S3Target(host: host, isPlain: true, bucket: "abc", region: "r", lock: nil)
        }
        for host in ["example.org", "10.0.0.1", "127.0.0.1.example.org", "127.example.org.x", "localhost.example"] {
            #expect(throws: TransferError.address(.plaintext)) {
                try S3Target(host: host, isPlain: true, bucket: "abc", region: "r", lock: nil)
            }
        }
    }

    @Test func `a prefix is a name, with a slash behind it`() throws {
        #expect(try S3Target(host: "h", bucket: "abc", prefix: "a/b", region: "r", lock: nil).prefix == "a/b/")
        #expect(try S3Target(host: "h", bucket: "abc", prefix: "a/", region: "r", lock: nil).prefix == "a/")
        for prefix in ["/", "/a", "a//", "../a", "A"] {
            #expect(throws: TransferError.address(.path)) {
                try S3Target(host: "h", bucket: "abc", prefix: prefix, region: "r", lock: nil)
            }
        }
    }
}
