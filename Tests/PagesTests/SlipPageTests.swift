import Primitives
import Testing
import VaultModel

@testable import AccessLog
@testable import Pages

@Suite struct SlipPageTests {
    static func slip(_ language: PageLanguage, names: [String: String]? = nil, reads: Int = 2) throws -> (
        html: String, CustomerNumber
    ) {
        let number = CustomerNumber.random()
        var sightings = CustomerSightings(of: number)
        let kid = KeyID(Ed25519.SigningKey.generate().publicKey)
        let vault = VaultID.random()
        for index in 0..<reads {
            let draft = EntryDraft(
                kind: .read, decision: .allow, why: .granted, kid: kid, act: .read, role: "customer-service",
                fields: ["customer.name", "customer.phone"].compactMap { FieldName($0) }, form: .full,
                purpose: "order", released: 1, subject: EntrySubject(customers: [number.text], revisions: [1]))
            let bytes = EntryCore.encode(
                draft, vault: vault, seq: UInt64(40 + index), t: SampleReports.since + Int64(index) * 60_000,
                salt: [UInt8](repeating: 1, count: 16))
            sightings.add(
                ScannedEntry(
                    index: UInt64(40 + index), core: try EntryCore(parsing: bytes), subject: draft.subject,
                    coreState: .shown, subjectState: .shown))
        }
        let page = SlipPage(
            number, sightings, language: language, names: names, clock: SampleReports.clock, made: SampleReports.since)
        return (page.html, number)
    }

    @Test func `the staff are named by their role, and no opaque id stands there but the entry's`() throws {
        for language in PageLanguage.allCases {
            let (html, number) = try Self.slip(language)
            let text = HTMLText.visible(html)
            #expect(text.contains(number.text) && text.contains(" 40 ") && text.contains(" 41 "))
            #expect(text.firstMatch(of: /[pxr]_[0-9a-z]{8}/) == nil, "an opaque id")
            #expect(text.firstMatch(of: /[A-Za-z0-9_-]{40,}/) == nil, "a key")
        }
        let chinese = HTMLText.visible(try Self.slip(.zh).html)
        #expect(chinese.contains("客服") && chinese.contains("姓名、电话") && chinese.contains("完整"))
        #expect(HTMLText.visible(try Self.slip(.en).html).contains("name, phone"))
    }

    @Test func `nobody has read says so`() throws {
        let text = HTMLText.visible(try Self.slip(.en, reads: 0).html)
        #expect(text.contains("Nobody has opened data in this file.") && text.contains("Received by the customer"))
    }
}
