import Primitives
import Testing
import VaultModel

@testable import Keys

struct RecordSealTests {
    private let fixture: Fixture
    private let subject: RecordSeal.Subject
    private let fields: [RecordSeal.Field]

    init() throws {
        fixture = try Fixture()
        subject = RecordSeal.Subject(
            vault: fixture.vault, customer: fixture.customer, record: fixture.customer, kind: 1, revision: 42)
        let phone = try fixture.phone()
        fields = [
            RecordSeal.Field(field: 1, envelope: phone), RecordSeal.Field(field: 2, envelope: phone.reversed()),
            RecordSeal.Field(field: 2, ordinal: 1, envelope: phone + [0]),
        ]
    }

    private func isValid(
        _ seal: [UInt8], _ change: (inout RecordSeal.Subject) -> Void = { _ in }, fields: [RecordSeal.Field]? = nil,
        key: CustomerKey? = nil
    ) -> Bool {
        var subject = subject
        change(&subject)
        return RecordSeal.isValid(seal, subject, fields: fields ?? self.fields, key: key ?? fixture.key)
    }

    @Test func `a seal holds for its record and nothing else`() throws {
        let seal = RecordSeal.compute(subject, fields: fields, key: fixture.key)
        let other = try recordID(ramp(0x31, 16))
        #expect(seal.count == RecordSeal.size)
        #expect(isValid(seal))
        #expect(!isValid(seal) { $0.vault = .random() })
        #expect(!isValid(seal) { $0.customer = other })
        #expect(!isValid(seal) { $0.record = other })
        #expect(!isValid(seal) { $0.kind = 2 })
        #expect(!isValid(seal) { $0.revision = 41 })
        #expect(!isValid(seal, key: .random()))
        #expect(!isValid([]))
        #expect(!isValid(Array(seal.dropLast())))
        for place in seal.indices {
            var edited = seal
            edited[place] ^= 1
            #expect(!isValid(edited))
        }
    }

    @Test func `a deleted, added, moved, swapped or edited field breaks the seal`() {
        let seal = RecordSeal.compute(subject, fields: fields, key: fixture.key)
        for missing in fields.indices {
            var others = fields
            others.remove(at: missing)
            #expect(!isValid(seal, fields: others))
        }
        #expect(!isValid(seal, fields: fields + [RecordSeal.Field(field: 3, envelope: fields[0].envelope)]))
        #expect(!isValid(seal, fields: []))
        let swapped = [
            RecordSeal.Field(field: 1, envelope: fields[1].envelope),
            RecordSeal.Field(field: 2, envelope: fields[0].envelope), fields[2],
        ]
        #expect(!isValid(seal, fields: swapped))
        let moved = [fields[0], fields[1], RecordSeal.Field(field: 2, ordinal: 2, envelope: fields[2].envelope)]
        #expect(!isValid(seal, fields: moved))
        var envelope = fields[0].envelope
        envelope[80] ^= 1
        #expect(!isValid(seal, fields: [RecordSeal.Field(field: 1, envelope: envelope), fields[1], fields[2]]))
        #expect(isValid(seal, fields: fields.reversed()))
    }

    @Test func `a record without fields has a seal too`() {
        let seal = RecordSeal.compute(subject, fields: [], key: fixture.key)
        #expect(isValid(seal, fields: []))
        #expect(!isValid(seal))
    }

    @Test func `two envelopes at one place trap`() async {
        await #expect(processExitsWith: .failure) {
            let subject = RecordSeal.Subject(
                vault: .random(), customer: .none, record: .none, kind: 1, revision: 1)
            let field = RecordSeal.Field(field: 1, envelope: [])
            _ = RecordSeal.compute(subject, fields: [field, field], key: .random())
        }
    }
}

struct BlindIndexTests {
    private static let base = BlindIndex.Definition(field: 2, index: 1, normaliser: 1, bits: 10)

    private func tags(_ definition: BlindIndex.Definition, vault: VaultID, tenant: RecordID = .none, key: UInt8 = 0)
        -> [UInt32]
    {
        let index = BlindIndex(
            bik: SecretBytes(copying: ramp(key, 32)), generation: 1, vault: vault, tenant: tenant,
            definition: definition)
        return (0..<50).map { index.tag(Array("\($0)".utf8)) }
    }

    @Test func `tags of equal values are equal, and any change of the index changes them`() throws {
        let vault = try Fixture().vault
        var definitions = [Self.base]
        for change: (inout BlindIndex.Definition) -> Void in [
            { $0.field = 3 }, { $0.index = 2 }, { $0.normaliser = 2 },
        ] {
            var definition = Self.base
            change(&definition)
            definitions.append(definition)
        }
        var seen = Set(definitions.map { tags($0, vault: vault) })
        seen.insert(tags(Self.base, vault: .random()))
        seen.insert(tags(Self.base, vault: vault, tenant: .random()))
        seen.insert(tags(Self.base, vault: vault, key: 1))
        #expect(seen.count == 7)
        #expect(tags(Self.base, vault: vault) == tags(Self.base, vault: vault))
    }

    @Test(arguments: [UInt16(1), 8, 10, 12, 31, 32])
    func `a tag has as many bits as it should`(bits: UInt16) throws {
        let vault = try Fixture().vault
        var definition = Self.base
        definition.bits = bits
        let index = BlindIndex(bik: .random(count: 32), generation: 1, vault: vault, definition: definition)
        let tags = (0..<2_000).map { index.tag(Array("+1555\($0)".utf8)) }
        #expect(tags.allSatisfy { UInt64($0) < 1 << UInt64(bits) })
        // The top bit is used: a tag of fewer bits would never have it.
        #expect(tags.contains { UInt64($0) >= 1 << UInt64(bits - 1) })
    }

    @Test func `candidates are spread evenly`() throws {
        let index = BlindIndex(
            bik: .random(count: 32), generation: 1, vault: try Fixture().vault, definition: Self.base)
        var counts = [Int](repeating: 0, count: 1_024)
        for number in 0..<102_400 { counts[Int(index.tag(Array("\(number)".utf8)))] += 1 }
        // 100 each on average with a deviation of 10: beyond seven deviations something is wrong.
        #expect(counts.allSatisfy { (30...170).contains($0) })
    }
}
