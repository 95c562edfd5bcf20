import CanonicalJSON
import Primitives
import Testing
import VaultModel

@testable import Wire

@Suite struct RequestHeadTests {
    private static let written =
        #"{"act":"read","ctr":42,"fld":["customer.address","customer.phone"],"frm":"full","obj":"","pur":"delivery","#
        + #""ref":"","sub":{"customer":["\#(Sample.customers[0])"]},"v":1}"#

    private func refusal(of text: String) -> WireError? {
        do throws(WireError) {
            _ = try RequestHead(canonical: Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a head is written in the one canonical form`() {
        #expect(String(decoding: Sample.head().encode(), as: UTF8.self) == Self.written)
    }

    @Test func `a head is read back as it was written`() throws {
        let heads = [
            Sample.head(),
            RequestHead(
                act: .find, counter: 1, fields: Sample.fields("customer.name"), form: .masked, purpose: "order"),
            RequestHead(act: .import, counter: 9_007_199_254_740_991, object: String(repeating: "0a", count: 32)),
            RequestHead(
                act: .read, counter: 2, ref: "o_" + Crockford.randomLower(26),
                customers: Array(Sample.customers.prefix(100)), orders: ["o_" + Crockford.randomLower(26)]),
        ]
        for head in heads { #expect(try RequestHead(canonical: head.encode()) == head) }
    }

    @Test func `an approval speaks of all of a head but its counter`() throws {
        let head = Sample.head()
        var later = head
        later.counter += 1
        #expect(head.membersWithoutCounter == later.membersWithoutCounter)
        var members = head.membersWithoutCounter
        #expect(members["ctr"] == nil && members.count == 8)
        var first = head
        first.counter = 1
        #expect(try RequestHead(withoutCounter: members) == first)
        members["ctr"] = 1
        #expect(throws: WireError.self) { try RequestHead(withoutCounter: members) }
        members["ctr"] = nil
        members["pur"] = nil
        #expect(throws: WireError.self) { try RequestHead(withoutCounter: members) }
    }

    @Test func `lists are sorted and freed of repetitions when a head is made`() {
        let head = RequestHead(
            act: .read, counter: 1, fields: Sample.fields("customer.phone", "customer.name", "customer.phone"),
            customers: [Sample.customers[3], Sample.customers[1], Sample.customers[3]])
        #expect(head.fields.map(\.description) == ["customer.name", "customer.phone"])
        #expect(head.customers == [Sample.customers[1], Sample.customers[3]])
    }

    @Test(
        arguments: [
            (#""act":"read""#, #""act":"peek""#, HeadProblem.act),
            (#""ctr":42"#, #""ctr":0"#, .counter),
            (#""ctr":42"#, #""ctr":"42""#, .members),
            (#""frm":"full""#, #""frm":"half""#, .form),
            (#""obj":"""#, #""obj":"abc""#, .object),
            (#""obj":"""#, #""obj":"\#(String(repeating: "A", count: 64))""#, .object),
            (#""pur":"delivery""#, #""pur":"Delivery""#, .purpose),
            (#""pur":"delivery""#, #""pur":"13800138000""#, .purpose),
            (#""ref":"""#, #""ref":"13800138000""#, .reference),
            (#""ref":"""#, #""ref":"o_13800138000""#, .reference),
            (#""ref":"""#, #""ref":"li.na@example.com""#, .reference),
            (#""ref":"""#, #""ref":"李娜""#, .reference),
            (#""v":1"#, #""v":2"#, .version),
            (#""v":1"#, #""v":1,"w":1"#, .members),
            (#""ref":"","#, "", .members),
            (#"["customer.address","customer.phone"]"#, #"["customer.phone","customer.address"]"#, .fields),
            (#"["customer.address","customer.phone"]"#, #"["customer.phone","customer.phone"]"#, .fields),
            (#"["customer.address","customer.phone"]"#, #"["phone"]"#, .fields),
            (#"["customer.address","customer.phone"]"#, #"["*"]"#, .fields),
        ])
    func `a head that breaks a rule is refused by that rule`(right: String, wrong: String, problem: HeadProblem) {
        #expect(Self.written.contains(right))
        let text = Self.written.replacing(right, with: wrong)
        #expect(refusal(of: text) == .head(problem))
    }

    @Test(
        arguments: [
            #"{"customer":[]}"#, #"{"customer":["13800138000"]}"#, #"{"customer":["c-7k3m-9qxd"]}"#,
            #"{"customer":"C"}"#, #"{"order":["o_short"]}"#, #"{"person":["x"]}"#, #"{"customer":["李娜"]}"#,
        ])
    func `a subject holds opaque ids and nothing else`(subject: String) throws {
        let right = #"{"customer":["\#(Sample.customers[0])"]}"#
        let error = try #require(refusal(of: Self.written.replacing(right, with: subject)))
        #expect(error == .head(.subject) || error == .head(.members))
    }

    @Test func `a customer number is accepted in its canonical form only`() {
        let number = Sample.customers[0]
        #expect(OpaqueID.isCustomer(number))
        #expect(!OpaqueID.isCustomer(number.lowercased()))
        #expect(!OpaqueID.isCustomer(number.replacing("-", with: "")))
        #expect(refusal(of: Self.written.replacing(number, with: number.lowercased())) == .head(.subject))
    }

    @Test func `a head names at most a hundred customers, each once and in order`() {
        func text(_ customers: [String]) -> String {
            let list = customers.map { "\"\($0)\"" }.joined(separator: ",")
            return Self.written.replacing("\"\(Sample.customers[0])\"", with: list)
        }
        #expect(refusal(of: text(Array(Sample.customers.prefix(100)))) == nil)
        #expect(refusal(of: text(Sample.customers)) != nil)
        #expect(refusal(of: text([Sample.customers[1], Sample.customers[0]])) == .head(.subject))
        #expect(refusal(of: text([Sample.customers[0], Sample.customers[0]])) == .head(.subject))
    }

    @Test(
        arguments: [
            (#"{"act""#, #"{ "act""#), (#""v":1}"#, #""v":1} "#), (#""v":1}"#, #""v":1.0}"#), (#""v":1}"#, #""v":01}"#),
            (#""v":1}"#, #""v":1,"v":1}"#), (#""v":1}"#, #""v":null}"#), (#""act":"read""#, #""act":"\u0072ead""#),
            (#"{"act":"read","ctr":42"#, #"{"ctr":42,"act":"read""#), (#"{"act""#, "\u{FEFF}{\"act\""),
            (#""ctr":42"#, #""ctr":9007199254740992"#),
        ])
    func `only canonical JSON is a head`(right: String, wrong: String) {
        #expect(Self.written.contains(right))
        #expect(refusal(of: Self.written.replacing(right, with: wrong)) == .headForm)
    }

    @Test func `a head over eight KiB is refused before it is parsed`() {
        let spaces = String(repeating: " ", count: WireLimits.headBytes)
        #expect(refusal(of: Self.written + spaces) == .headForm)
        #expect(refusal(of: "") == .headForm)
        #expect(refusal(of: "[]") == .head(.members))
    }

    @Test func `a head that breaks a rule cannot be signed`() {
        var head = Sample.head()
        head.ref = "13800138000"
        #expect(throws: WireError.head(.reference)) { try Sample.unsigned(head: head) }
        head = Sample.head(counter: 0)
        #expect(throws: WireError.head(.counter)) { try Sample.unsigned(head: head) }
    }
}
