import Testing
import VaultModel

@testable import AccessLog

@Suite struct SignedRequestTests {
    private let base: String

    init() {
        let signer = Signer(1)
        base = SampleRequest(customers: [CustomerNumber.random().text]).base(
            kid: signer.kid, counter: 1, created: 1_000)
    }

    @Test func `the one form is read`() throws {
        let request = try #require(SignedRequest(base))
        #expect(request.act == .read && request.counter == 1 && request.created == 1_000)
    }

    /// Behind a blank, a colon or a quotation mark it is one character with it, and could go when that is cut off.
    @Test(arguments: ["\u{301}", "\u{20DD}", "\u{FE0F}", "\u{200D}"])
    func `a combining mark anywhere in what was signed is seen`(mark: String) {
        let bytes = Array(base.utf8)
        for place in 1...bytes.count {
            let marked = String(decoding: bytes[..<place] + Array(mark.utf8) + bytes[place...], as: UTF8.self)
            #expect(SignedRequest(marked) == nil, "at \(place)")
        }
    }
}
