import Foundation
import Testing

/// A takeout shop with recovery cards, some customers, and a backup operator with two folders to carry archives to.
final class BackupShop {
    let sandbox: Sandbox
    let number: String
    private(set) var broker: BrokerProcess
    private let wrapper: [String]

    /// - Parameters:
    ///   - rows: how many customers besides the sample one.
    ///   - template: what it is a copy of; shops of one template are one vault.
    init(
        rows: Int = 40, template: Template? = nil, wrapper: (Sandbox) throws -> [String] = { _ in [] }
    ) throws {
        sandbox = try Sandbox()
        self.wrapper = try wrapper(sandbox)
        let template = try template ?? Template.shared.get()
        try template.copy(to: sandbox)
        number = template.number
        broker = try BrokerProcess(sandbox, wrapper: self.wrapper)
        try sandbox.unseal()
        if rows > 0 {
            let file = try sandbox.write("customers.csv", CustomerList.csv(rows: rows))
            try sandbox.answer("counter", "import", file, "--map", CustomerList.map)
        }
    }

    func card(_ index: Int) -> String { sandbox.folder + "/cards/recovery-\(index)-of-3.txt" }

    /// A new folder as a target.
    @discardableResult
    func addTarget(_ name: String) throws -> String {
        let path = sandbox.folder + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try sandbox.answer("operator", "backup", "targets", "add", name, path)
        return path
    }

    func restart(_ arguments: [String] = []) throws {
        broker.crash()
        broker = try BrokerProcess(sandbox, arguments: arguments, wrapper: wrapper)
    }

    /// The machine is gone: the broker and everything in the vault's folder.
    func destroy() throws {
        broker.crash()
        try FileManager.default.removeItem(atPath: sandbox.vault)
    }

    func restore(from target: String, cards: [Int] = [1, 3], _ more: String...) throws -> Outcome {
        try restore(from: target, cards: cards, more)
    }

    func restore(from target: String, cards: [Int] = [1, 3], _ more: [String]) throws -> Outcome {
        try sandbox.coffer(
            "owner",
            [
                "backup", "restore", "--from", target, "--into", sandbox.vault, "--unseal-passphrase-file",
                try sandbox.passphrase("vault"), "--json",
            ]
                + cards.flatMap { ["--card-file", card($0)] } + more)
    }

    /// Starts the restored vault; the devices of those named follow.
    func follow(_ restored: Outcome, _ people: [String]) throws {
        broker = try BrokerProcess(sandbox, arguments: ["--rebuild-index"], wrapper: wrapper)
        for who in people { try sandbox.answer(who, "identity", "follow", "--quorum", restored.member("quorum")) }
        try sandbox.unseal()
    }

    /// Every file below a folder, by its path there.
    static func files(_ folder: String) throws -> [String] {
        let found = try #require(FileManager.default.enumerator(atPath: folder))
        return found.compactMap { $0 as? String }.filter { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + path)
            return attributes?[.type] as? FileAttributeType == .typeRegular
        }.sorted()
    }

    /// The largest pack on a target.
    static func pack(_ folder: String) throws -> String {
        let packs = try files(folder).filter { $0.contains("/p/") }
        let sizes = try packs.map { path in
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + path)
            return (path, (attributes[.size] as? NSNumber)?.intValue ?? 0)
        }
        return folder + "/" + (try #require(sizes.max { $0.1 < $1.1 }).0)
    }
}
