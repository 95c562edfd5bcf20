import Foundation
import Glibc
import Synchronization
import Testing

extension BackupShop {
    /// A shop that is made once and copied for each test: a vault with confirmed recovery cards, three people besides the
    /// owner, and the sample customer. Its broker is not running.
    struct Template {
        let folder: String
        /// The sample customer's.
        let number: String

        static let shared = Result { try Template() }

        private static let last = Mutex<String?>(nil)

        private init() throws {
            let sandbox = try Sandbox()
            try sandbox.answer(
                "owner", "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner", "--profile",
                "test", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--recovery", "2/3", "--cards",
                sandbox.folder + "/cards")
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.answer(
                "owner", "keys", "cards", "confirm", "--recovery", "--card-file",
                sandbox.folder + "/cards/recovery-1-of-3.txt",
                "--card-file", sandbox.folder + "/cards/recovery-2-of-3.txt")
            for (who, role) in [
                ("counter", "customer-service"), ("officer", "compliance-officer"), ("operator", "backup-operator"),
            ] { try sandbox.enrol(who, role: role) }
            number = try sandbox.addSampleCustomer()
            try #require(broker.stop() == 0)
            folder = sandbox.folder + "-shop"
            try FileManager.default.moveItem(atPath: sandbox.folder, toPath: folder)
            // A static is never given back; the folder must not outlive the tests.
            Self.last.withLock { $0 = folder }
            atexit { Template.last.withLock { $0.map { try? FileManager.default.removeItem(atPath: $0) } } }
        }

        func copy(to sandbox: Sandbox) throws {
            let copied = try sandbox.run("/bin/cp", ["-a", folder + "/.", sandbox.folder])
            try #require(copied.code == 0, "\(copied.errorText)")
        }
    }
}
