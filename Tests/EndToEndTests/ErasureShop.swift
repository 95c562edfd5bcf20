import Foundation
import Testing

/// A takeout shop with a counter, finance, an officer and one customer who will be erased.
final class ErasureShop {
    let sandbox: Sandbox
    let logKey: String
    private(set) var number = ""
    private(set) var broker: BrokerProcess
    private let arguments: [String]

    /// - Parameter erasure: the policy's section, as one line.
    init(erasure: String? = nil, wrapper: [String] = []) throws {
        sandbox = try Sandbox()
        var policy = String(
            decoding: try Data(contentsOf: URL(fileURLWithPath: Sandbox.root + "/policies/takeout.yaml")), as: UTF8.self
        )
        if let erasure {
            let section = try #require(policy.firstMatch(of: /\nerasure:[^\n]*\n(?: [^\n]*\n)+/))
            policy.replaceSubrange(section.range, with: "\nerasure: \(erasure)\n")
        }
        logKey = try sandbox.makeVault(policy: try sandbox.write("policy.yaml", policy)).member("log_key")
        arguments = wrapper
        broker = try BrokerProcess(sandbox, wrapper: wrapper)
        try sandbox.unseal()
        for (who, role) in [
            ("counter", "customer-service"), ("finance", "finance"), ("officer", "compliance-officer"),
        ] { try sandbox.enrol(who, role: role) }
        number = try sandbox.answer(
            "counter", "customer", "add", "--field", "name=" + Sandbox.sample.name, "--field",
            "phone=+86" + Sandbox.sample.phone, "--field", "address=" + Sandbox.sample.address, "--field",
            "preferences=花生过敏", "--purpose", "order"
        ).member("number")
    }

    func enrol(_ who: String, role: String, shop: String) throws {
        let invited = try sandbox.answer("owner", "staff", "invite", "--name", who, "--role", role, "--shop", shop)
        try sandbox.answer(who, "enroll", "--code", invited.member("code"))
        try sandbox.answer("owner", "staff", "approve", who)
    }

    func addCustomer(_ index: Int) throws -> String {
        try sandbox.answer(
            "counter", "customer", "add", "--field", "name=客户\(index)", "--field", "phone=+861380000\(1_000 + index)",
            "--purpose", "order"
        ).member("number")
    }

    func addOrder(_ number: String) throws -> String {
        try sandbox.answer(
            "counter", "order", "add", "--customer", number, "--field", "number=1042", "--field", "amount=68.00",
            "--field", "requests=少放辣椒"
        ).member("id")
    }

    static func loan(_ order: String) -> [String] {
        [
            "grant", "delegate", "--to", "courier", "--order", order, "--fields", "address,phone", "--purpose",
            "delivery",
            "--minutes", "45", "--max", "3",
        ]
    }

    /// A courier who may see where an order goes.
    func lend(_ order: String) throws {
        try sandbox.enrol("courier", role: "courier")
        try sandbox.answer("counter", Self.loan(order))
        #expect(try sandbox.answer("courier", "customer", "show", "--order", order).text.contains(Sandbox.sample.phone))
    }

    /// Imports one row of the platform's list.
    func importRow(_ row: String) throws -> (imported: Int, rejects: String) {
        let file = try sandbox.write(
            "row-\(UUID().uuidString.prefix(6)).csv", CustomerList.header + row + "\n")
        let rejects = file + ".rejects"
        let outcome = try sandbox.coffer(
            "counter",
            [
                "import", file, "--map", CustomerList.map, "--rejects", rejects,
                "--json",
            ])
        let text = FileManager.default.contents(atPath: rejects).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (try outcome.number("imported"), text)
    }

    /// The erasure in an answer.
    func erasure(_ outcome: Outcome) throws -> [String: Any] {
        try #require(try outcome.json()["erasure"] as? [String: Any])
    }

    /// Runs a command and expects it to be refused; exit code 0 with no reason expects success.
    func refused(_ who: String, _ arguments: [String], _ code: Int32, _ why: String) throws -> [String: Any] {
        let outcome = try sandbox.coffer(who, arguments + ["--json"])
        #expect(outcome.code == code, "\(arguments): \(outcome.text)\(outcome.errorText)")
        #expect(!outcome.text.contains(Sandbox.sample.name) && !outcome.text.contains("辣椒"), "\(arguments)")
        guard code != 0 else { return [:] }
        let error = try #require(try outcome.json()["error"] as? [String: Any], "\(outcome.text)")
        #expect(error["why"] as? String == why, "\(arguments): \(outcome.text)")
        return error
    }

    func restart() throws {
        broker.stop()
        try start()
    }

    /// Starts the broker after it was killed.
    func start() throws {
        broker.waitForEnd()
        broker = try BrokerProcess(sandbox, wrapper: arguments)
        try sandbox.unseal()
    }

    /// Starts the broker after it was killed and unseals, whatever comes of it.
    func tryToStart() throws {
        broker.waitForEnd()
        broker = try BrokerProcess(sandbox, wrapper: arguments)
        _ = try sandbox.coffer(
            "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
    }

    /// Another broker at so many hours from now.
    func travel(hours: Int) throws {
        broker.stop()
        try sandbox.setClock(seconds: hours * 3_600)
        try start()
    }

    /// She is erased: by number, by phone, and for whoever adds her again.
    func expectGone(_ number: String, phone: String = Sandbox.sample.phone) throws {
        let error = try refused("counter", EndToEnd.ErasureTests.show(number), 4, "erased")
        #expect(error["code"] as? String == "erased" && (error["hint"] as? String)?.contains("receipt") == true)
        let found = try sandbox.answer("counter", "find", "--phone", phone, "--purpose", "order")
        #expect((try found.json()["matches"] as? [Any])?.isEmpty == true)
    }

    func expectVerifies(_ place: SourceLocation = #_sourceLocation) throws {
        try sandbox.expectVerifies(logKey, place)
    }
}
