import AccessLog
import Foundation
import Primitives
import Testing
import VaultModel
import Wire

@testable import Client

@Suite struct IdentityFileTests {
    private func sealed(_ passphrase: String = "correct horse") throws -> IdentityFile {
        try IdentityFile.seal(Sample.key(1), identity: Sample.identity(), passphrase: Sample.secret(passphrase))
    }

    @Test func `a sealed key is opened by its passphrase and by no other`() throws {
        let file = try sealed()
        let key = try file.open(passphrase: Sample.secret("correct horse"))
        #expect(key.publicKey == Sample.key(1).publicKey)
        for wrong in ["correct hors", "correct horse ", "Correct horse", "x"] {
            #expect(throws: IdentityError.wrongPassphrase) { _ = try file.open(passphrase: Sample.secret(wrong)) }
        }
    }

    @Test func `a file is read back as it was written, by its owner alone`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("deep/er/identity")
        let file = try sealed()
        try file.create(at: path)
        #expect(try IdentityFile.read(path) == file)
        #expect(try folder.mode("deep/er/identity") == 0o600)
        #expect(try folder.mode("deep/er") == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("deep/er")) == ["identity"])
    }

    @Test func `an identity is never overwritten`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("identity")
        try folder.write("identity", [1])
        #expect(throws: IdentityError.exists) { try sealed().create(at: path) }
        #expect(try folder.read("identity") == [1])
        #expect(try folder.names() == ["identity"])
    }

    @Test func `a missing file, and one that others may read, are told apart`() throws {
        let folder = try ScratchFolder()
        #expect(throws: IdentityError.missing) { try IdentityFile.read(folder.file("none")) }
        try sealed().create(at: folder.file("identity"))
        for mode in [0o640, 0o604, 0o660, 0o601] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.file("identity"))
            #expect(throws: IdentityError.permissions) { try IdentityFile.read(folder.file("identity")) }
        }
    }

    @Test func `no member can be exchanged under a passphrase that still opens the file`() throws {
        let text = String(decoding: try sealed().encode(), as: UTF8.self)
        let changes = [
            ("\"kind\":\"person\"", "\"kind\":\"authority\""), ("李娜", "李四"),
            ("\"vault\":\"" + Sample.vault.description, "\"vault\":\"" + VaultID.random().description),
            ("\"reply_key\":\"" + Sample.kid(3).text, "\"reply_key\":\"" + Sample.kid(9).text),
            ("\"authority\":\"" + Sample.kid(4).text, "\"authority\":\"" + Sample.kid(9).text),
            (Sample.logKey().description, Sample.logKey(9).description),
            ("\"tls_pin\":\"\"", "\"tls_pin\":\"" + String(repeating: "0a", count: 32) + "\""),
            ("\"kid\":\"" + Sample.kid(1).text, "\"kid\":\"" + Sample.kid(9).text),
            ("\"ops\":1", "\"ops\":2"), ("\"mem\":8388608", "\"mem\":8192"),
        ]
        for (old, new) in changes {
            #expect(text.contains(old), "\(old)")
            let file = try IdentityFile(parsing: Array(text.replacing(old, with: new).utf8))
            #expect(throws: IdentityError.wrongPassphrase, "\(old)") {
                _ = try file.open(passphrase: Sample.secret("correct horse"))
            }
        }
    }

    @Test func `any byte changed is a malformed file or a failed opening`() throws {
        let bytes = try sealed().encode()
        var opened = 0
        for index in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[index] ^= 1
            guard let file = try? IdentityFile(parsing: changed) else { continue }
            opened += 1
            #expect(throws: IdentityError.self) { _ = try file.open(passphrase: Sample.secret("correct horse")) }
        }
        #expect(opened > 20)
    }

    @Test func `a cost outside the profile's bounds is refused before any work`() throws {
        let text = String(decoding: try sealed().encode(), as: UTF8.self)
        let costs = [
            ("\"mem\":8388608", "\"mem\":1099511627776"), ("\"ops\":1", "\"ops\":65536"),
            ("\"mem\":8388608", "\"mem\":1"),
            ("\"ops\":1", "\"ops\":0"), ("\"profile\":\"test\"", "\"profile\":\"default\""),
        ]
        for (old, new) in costs {
            let file = try IdentityFile(parsing: Array(text.replacing(old, with: new).utf8))
            let start = ContinuousClock.now
            #expect(throws: IdentityError.cost) { _ = try file.open(passphrase: Sample.secret("correct horse")) }
            #expect(ContinuousClock.now - start < .seconds(1))
        }
    }

    @Test func `the default profile costs four passes over half a gibibyte, and its bounds hold`() {
        let fresh = PassphraseParameters.fresh(for: .default)
        #expect(fresh.operations == 4)
        #expect(fresh.memoryBytes == 512 << 20)
        func allowed(_ operations: Int, _ memory: Int) -> Bool {
            PassphraseParameters(operations: operations, memoryBytes: memory, salt: fresh.salt).isAllowed(for: .default)
        }
        #expect(allowed(3, 256 << 20))
        #expect(!allowed(2, 256 << 20))
        #expect(!allowed(3, 256 << 20 - 1))
        #expect(allowed(10, 2 << 30))
        #expect(!allowed(11, 2 << 30))
        #expect(!allowed(10, 2 << 30 + 1))
        #expect(PassphraseParameters.fresh(for: .default).salt != fresh.salt)
    }

    @Test func `a passphrase opens whichever way the keyboard composes it`() throws {
        let file = try sealed("caf\u{E9} \u{FF11}")
        #expect(try file.open(passphrase: Sample.secret("cafe\u{301} 1")).publicKey == Sample.key(1).publicKey)
        #expect(throws: IdentityError.wrongPassphrase) { _ = try file.open(passphrase: Sample.secret("cafe 1")) }
    }

    @Test func `an empty, an endless and a malformed passphrase are none`() throws {
        let file = try sealed()
        for secret in [[], [UInt8](repeating: 0x61, count: 1_025), [0xFF, 0xFE]] {
            #expect(throws: IdentityError.passphrase) { _ = try file.open(passphrase: SecretBytes(copying: secret)) }
        }
    }

    @Test func `an authority's file differs from a person's in its kind alone`() throws {
        let file = try IdentityFile.seal(
            Sample.key(1), identity: Sample.identity(.authority), passphrase: Sample.secret("x"))
        #expect(try IdentityFile(parsing: file.encode()).identity.kind == .authority)
    }

    @Test(arguments: ["", "{}\n", "x", "[]\n", "null\n"])
    func `something else is no identity`(text: String) {
        #expect(throws: IdentityError.form) { try IdentityFile(parsing: Array(text.utf8)) }
    }

    @Test func `a file of another version, with more members, or without its line feed is refused`() throws {
        let text = String(decoding: try sealed().encode(), as: UTF8.self)
        for (old, new) in [
            ("\"v\":1", "\"v\":2"), ("\"v\":1", "\"v\":1,\"w\":1"), ("}\n", "}"), ("argon2id13", "argon2i"),
        ] {
            #expect(text.contains(old))
            #expect(throws: IdentityError.form) {
                try IdentityFile(parsing: Array(text.replacing(old, with: new).utf8))
            }
        }
    }

    @Test func `a file written by the first version still opens`() throws {
        let golden = """
            {"authority":"ypOsFwUYcHHWe4PH_w7-gQjo7EUwV113JoeTM9vavnw","kdf":{"alg":"argon2id13","mem":8388608,\
            "ops":1,"salt":"eQXblEjXucWPx9jbIV0Czw"},"kid":"iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w",\
            "kind":"person",\
            "log_key":"coffer/000102030405060708090a0b0c0d0e0f/1+6469bfcd+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",\
            "name":"李娜","nonce":"xS0omxzs84p-kPwv9ujqumL201mk54et","profile":"test",\
            "reply_key":"7UkoxijRwsbq6QM4kFmVYSlZJzpcY_k2NsFGFKyHN9E",\
            "seed":"bsPr3iXjR31PUrRZgZDy4Qx_uKnTrrPoHrbddPgsUXKOemKQ0vnL_Ihpbav817nn","tls_pin":"","v":1,\
            "vault":"000102030405060708090a0b0c0d0e0f"}
            """
        let file = try IdentityFile(parsing: Array((golden + "\n").utf8))
        #expect(file.identity == Sample.identity())
        let key = try file.open(passphrase: Sample.secret("correct horse"))
        #expect(key.publicKey == Sample.key(1).publicKey)
    }
}
