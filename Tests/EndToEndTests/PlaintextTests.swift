import Foundation
import Testing

extension EndToEnd {
    /// No file of the vault, no export and nothing a program prints for others holds a value of a customer.
    @Suite(.serialized) struct PlaintextTests {
        @Test func `neither databases, write-ahead logs, exports nor messages hold a customer's values in any form`()
            throws
        {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let values = [
                "林小美", "13912345678", "文三路 100 号", "secretmail@example.com", "110101199003070732", "花生过敏特别注意",
            ]
            let number = try sandbox.answer(
                "counter", "customer", "add", "--field", "name=林小美", "--field", "phone=13912345678", "--field",
                "address=浙江省杭州市西湖区文三路 100 号", "--field", "email=secretmail@example.com", "--field",
                "preferences=花生过敏特别注意", "--purpose", "order"
            ).member("number")
            var messages: [UInt8] = []
            // Refusals, misses and mistakes, each with a value in it: what they print must not repeat it.
            for arguments in [
                ["find", "--phone", "13912345670", "--purpose", "order"],
                ["find", "--id-number", "110101199003070732", "--purpose", "order"],
                ["customer", "add", "--field", "name=林小美", "--field", "phone=13912345678", "--purpose", "order"],
                ["customer", "show", number, "--fields", "id_number", "--purpose", "order"],
                ["customer", "update", number, "--field", "phone=13912345678x", "--purpose", "order"],
                ["customer", "update", number, "--field", "email=secretmail@example.com@", "--purpose", "order"],
            ] {
                let outcome = try sandbox.coffer("counter", arguments)
                messages += outcome.out + outcome.err
            }
            try sandbox.answer("counter", "find", "--phone", "13912345678", "--purpose", "order")
            try sandbox.answer("officer", "log", "export", "--out", sandbox.folder + "/export")
            // While it runs: the write-ahead logs are full.
            try expectNone(of: values, in: sandbox.vault, sandbox.folder + "/export", broker.errorFile)
            broker.stop()
            try expectNone(of: values, in: sandbox.vault, sandbox.folder + "/state")
            PlaintextForms.expectNone(of: values, in: messages, of: "messages")
        }

        private func expectNone(of values: [String], in paths: String...) throws {
            var count = 0
            for path in paths {
                for file in Self.files(path) {
                    guard let bytes = FileManager.default.contents(atPath: file) else { continue }
                    count += 1
                    PlaintextForms.expectNone(of: values, in: [UInt8](bytes), of: file)
                }
            }
            #expect(count > 8, "the vault has more files than that")
        }

        private static func files(_ path: String) -> [String] {
            var isFolder: ObjCBool = false
            guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
            guard isFolder.boolValue else { return [path] }
            return (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).map { path + "/" + $0 }
        }
    }
}
