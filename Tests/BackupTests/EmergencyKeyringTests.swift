import Archive
import Backup
import Foundation
import Keys
import Primitives
import Storage
import Testing
import TestSupport
import VaultModel

/// The emergency script reads every kind of row that a keyring archive may have.
@Suite struct EmergencyKeyringTests {
    private static let script =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/packaging/emergency"

    /// `keyring` of the script, with archives that have one opened pack; prints keys and who was erased.
    private static let program = """
        import sys
        sys.dont_write_bytecode = True
        sys.path.insert(0, sys.argv[1])
        import restore
        class Archives:
            vault = bytes.fromhex(sys.argv[3])
            def erased(self, manifest): return set()
            def open(self, manifest, pack): return open(sys.argv[2], "rb").read()
        keys, erased = restore.keyring(Archives(), {"packs": [0], "count": int(sys.argv[4])})
        for (customer, version), key in keys.items():
            if any(customer): print("key", customer.hex(), version, key.hex())
        for customer in erased: print("erased", customer.hex())
        """

    @Test func `keys in several boxes and versions, tombstones, months there are and were`() async throws {
        let fixture = try Fixture()
        var expected: Set<String> = []
        var owners: [RecordID] = []
        func add(_ customer: RecordID, version: UInt32, _ state: WrappedKey.State) -> WrappedKey {
            let bytes = Random.bytes(32)
            expected.insert("key \(Hex.encode(customer.bytes)) \(version) \(Hex.encode(bytes))")
            return WrappedKey(
                customer: customer, version: version, epoch: fixture.keyset.keyringEpoch,
                wrap: fixture.keyset.wrapCEK(
                    CustomerKey(SecretBytes(copying: bytes), version: version), vault: fixture.vault,
                    customer: customer), state: state)
        }
        // 501 customers, 503 keys: a batch of customers has more keys than a box.
        for place in 0..<501 {
            let customer = RecordID.random()
            owners.append(customer)
            var keys = [add(customer, version: 1, place < 2 ? .retired : .current)]
            if place < 2 { keys.append(add(customer, version: 2, .current)) }
            try await fixture.stores.keyring.insert(keys)
        }
        let gone = RecordID.random()
        try fixture.stores.keyring.erase([gone], time: 99)
        try fixture.stores.keyring.destroyMonthKeys([202_301], half: 1, time: 7)
        try fixture.stores.keyring.destroyMonthKeys([202_501], half: 2, time: 1_700_000_000_000)
        let signed = try await fixture.run()[1]
        let manifest = signed.manifest

        var rows: [KeyringRow] = []
        _ = try fixture.reader().restoreKeyring(signed) { rows += $0 }
        var boxes: [BoxedKeys] = []
        for case .keys(let boxed) in rows { boxes.append(boxed) }
        #expect(boxes.allSatisfy { $0.owners.count <= 500 } && boxes.map(\.owners.count).reduce(0, +) == 503)
        #expect(boxes.flatMap(\.owners).filter { $0.state == .retired }.map(\.version) == [1, 1])
        #expect(rows.contains(.destroyed(DestroyedMonth(month: 202_301, half: 1, time: 7))))

        let pack = try #require(manifest.packs.first)
        let object = try #require(fixture.objects.first { $0.key.hasSuffix(pack.name) }).value
        let content = try AgeFile.open(object, with: fixture.identity)
        let path = fixture.folder + "/content"
        try Data(content).write(to: URL(fileURLWithPath: path))
        let child = try Child(
            [
                "/usr/bin/python3", "-c", Self.program, Self.script, path, Hex.encode(fixture.vault.bytes),
                String(manifest.count),
            ], environment: ["PATH": "/usr/bin:/bin"], output: path + ".out", error: path + ".err")
        let code = child.wait()
        let problem = try String(contentsOfFile: path + ".err", encoding: .utf8)
        #expect(code == 0, "\(problem)")
        let lines = try String(contentsOfFile: path + ".out", encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(Set(lines) == expected.union(["erased " + Hex.encode(gone.bytes)]))
    }

    @Test func `what is said about a box is bound to it`() throws {
        let vault = VaultID.random()
        let archive = ArchiveKeyset(of: Keyset.generate()).keyset
        let keys = [CustomerKey.random(version: 1), CustomerKey.random(version: 2)]
        let about = Random.bytes(48)
        let box = archive.box(keys, about: about, vault: vault)
        func open(_ box: [UInt8], _ about: [UInt8], versions: [UInt32] = [1, 2], epoch: UInt32? = nil) throws {
            _ = try archive.unbox(
                box, versions: versions, epoch: epoch ?? archive.keyringEpoch, about: about, vault: vault)
        }
        try open(box, about)
        for place in about.indices {
            var other = about
            other[place] ^= 1
            #expect(throws: EnvelopeError.authentication) { try open(box, other) }
        }
        for place in box.indices {
            var other = box
            other[place] ^= 1
            #expect(throws: EnvelopeError.authentication) { try open(other, about) }
        }
        #expect(throws: EnvelopeError.length) { try open(Array(box.dropLast()), about) }
        #expect(throws: EnvelopeError.length) { try open(box, about, versions: [1]) }
        #expect(throws: EnvelopeError.keyVersion) { try open(box, about, epoch: archive.keyringEpoch + 1) }
    }
}
