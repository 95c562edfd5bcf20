import AccessLog
import Primitives
import Testing
import VaultModel

@testable import Turnstile

@Suite struct UseLedgerTests {
    private let kid: KeyID
    private let phone: FieldName
    private let name: FieldName

    init() throws {
        kid = try #require(KeyID(Base64URL.encode([UInt8](repeating: 3, count: 32))))
        phone = try #require(FieldName("customer.phone"))
        name = try #require(FieldName("customer.name"))
    }

    @Test func `the newest use counts, whatever the order entries come in`() throws {
        var ledger = UseLedger()
        ledger.note(kid, act: .read, purpose: "order", fields: [phone], decision: .allow, at: 50)
        ledger.note(kid, act: .read, purpose: "support", fields: [name], decision: .allow, at: 20)
        ledger.note(kid, act: .find, purpose: "order", fields: [phone], decision: .allow, at: 30)
        let use = try #require(ledger.keys[kid])
        #expect(use.last == 50)
        #expect(use.fields(since: 0) == [name, phone])
        #expect(use.fields(since: 21) == [phone])
        #expect(use.acts(since: 0) == [.find, .read])
        #expect(use.acts(since: 31) == [.read])
        #expect(use.purposes(since: 31).map(\.text) == ["order"])
    }

    @Test func `a refusal is a sign of life and no use`() throws {
        var ledger = UseLedger()
        ledger.note(kid, act: .read, purpose: "order", fields: [phone], decision: .deny, at: 50)
        let use = try #require(ledger.keys[kid])
        #expect(use.last == 50)
        #expect(use.acts(since: 0).isEmpty && use.fields(since: 0).isEmpty && use.purposes(since: 0).isEmpty)
    }

    @Test func `entries that nobody signed are nobody's use`() {
        var ledger = UseLedger()
        ledger.note(nil, act: nil, purpose: "", fields: [], decision: .allow, at: 50)
        #expect(ledger.keys.isEmpty)
    }
}
