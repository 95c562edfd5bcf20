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

        private static let made = Mutex<[String]>([])

        /// Another vault, with cards of its own.
        init() throws {
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
            let isFirst = Self.made.withLock { made in
                made.append(folder)
                return made.count == 1
            }
            guard isFirst else { return }
            atexit { Template.made.withLock { for path in $0 { try? FileManager.default.removeItem(atPath: path) } } }
        }

        /// One that lies there already.
        init(folder: String, number: String) { (self.folder, self.number) = (folder, number) }

        func copy(to sandbox: Sandbox) throws {
            let copied = try sandbox.run("/bin/cp", ["-a", folder + "/.", sandbox.folder])
            try #require(copied.code == 0, "\(copied.errorText)")
        }
    }
}
