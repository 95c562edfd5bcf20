import Primitives
import Testing
import VaultModel

@testable import Storage

struct RegistryTests {
    private let vault: TestVault
    private let store: RecordStore

    init() throws {
        vault = try TestVault()
        store = try vault.open().records
    }

    @Test func `numbers are given once, in order, and never change`() throws {
        let first = try store.register(Sample.fields())
        #expect(first.kinds.map(\.number) == [1, 2])
        #expect(first.kinds.map(\.name) == ["customer", "order"])
        #expect(first.fields.map(\.number) == [1, 2, 1])
        let email = FieldRegistration(kind: "customer", name: "email", pad: 3, isPersonal: true)
        let second = try store.register([email] + Sample.fields().reversed())
        #expect(second.fields.filter { $0.name != "email" } == first.fields)
        #expect(second.fields.first { $0.name == "email" }?.number == 3)
        #expect(try store.register(Sample.fields()) == second)
        #expect(try store.registry() == second)
    }

    @Test func `a field comes back with the pad policy and key it had, or not at all`() throws {
        let before = try store.register(Sample.fields())
        for changed in [
            FieldRegistration(kind: "customer", name: "phone", pad: 3, isPersonal: true),
            FieldRegistration(kind: "customer", name: "phone", pad: 2, isPersonal: false),
        ] {
            let added = FieldRegistration(kind: "customer", name: "added", pad: 1, isPersonal: true)
            #expect(
                failure { () throws(StorageError) in _ = try store.register([added, changed]) } == .conflict(.vault))
            #expect(try store.registry() == before)
        }
    }

    @Test func `the digest changes with every number, name and attribute`() throws {
        let kinds = [RegisteredKind(number: 1, name: "customer"), RegisteredKind(number: 2, name: "order")]
        let fields = [
            RegisteredField(kind: 1, number: 1, name: "name", pad: 3, isPersonal: true),
            RegisteredField(kind: 1, number: 2, name: "phone", pad: 2, isPersonal: true),
        ]
        func field(
            kind: UInt16 = 1, number: UInt16 = 1, name: String = "name", pad: UInt8 = 3, isPersonal: Bool = true
        ) -> RegisteredField {
            RegisteredField(kind: kind, number: number, name: name, pad: pad, isPersonal: isPersonal)
        }
        let registries =
            [
                field(), field(kind: 2), field(number: 7), field(name: "nam"), field(pad: 4), field(isPersonal: false),
            ].map { Registry(kinds: kinds, fields: [$0, fields[1]]) } + [
                Registry(kinds: kinds, fields: [fields[0]]), Registry(kinds: [kinds[0]], fields: fields),
                Registry(kinds: [kinds[0], RegisteredKind(number: 3, name: "order")], fields: fields),
                Registry(kinds: [], fields: []),
            ]
        #expect(Set(registries.map(\.digest)).count == registries.count)
        #expect(registries[0].digest.count == 32)
    }

    @Test func `an outsider's swap of two numbers shows in the digest`() throws {
        let before = try store.register(Sample.fields()).digest
        try Outsider.run(
            """
            UPDATE registry SET field = 100 WHERE name = 'name';
            UPDATE registry SET field = 1 WHERE name = 'phone';
            UPDATE registry SET field = 2 WHERE name = 'name';
            """, on: vault.folder.path(of: .vault))
        #expect(try store.registry().digest != before)
    }
}
