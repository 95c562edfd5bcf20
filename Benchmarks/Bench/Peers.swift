import Foundation

/// Another program that stores a folder encrypted.
struct Peer {
    let name: String
    private let repository: String
    private let environment: [String: String]
    private let storeArguments: [String]
    private let restoreArguments: [String]
    private let root: String

    fileprivate init(
        _ name: String, _ root: String, _ repository: String, _ environment: [String: String] = [:],
        store: [String], restore: [String]
    ) {
        (self.name, self.root, self.repository, self.environment) = (name, root, repository, environment)
        (storeArguments, restoreArguments) = (store, restore)
    }

    /// Stores the folder: how long it took and by how much the repository grew.
    func store(_ folder: String) throws -> (seconds: Double, bytes: Int) {
        let before = try Peers.bytes(repository)
        // Always under one path, as a vault has one; the programs look for what they know by it.
        let source = root + "/source"
        try? FileManager.default.removeItem(atPath: source)
        try FileManager.default.copyItem(atPath: folder, toPath: source)
        let start = monotonicSeconds()
        try Peers.run(storeArguments, in: source, environment)
        return (monotonicSeconds() - start, try Peers.bytes(repository) - before)
    }

    /// Restores what was stored last, in seconds.
    func restore() throws -> Double {
        let place = "\(root)/restored-\(name)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let start = monotonicSeconds()
        try Peers.run(restoreArguments, in: place, environment)
        return monotonicSeconds() - start
    }
}

/// restic, borg and age, as far as they are there.
struct Peers {
    let root: String
    private(set) var all: [Peer] = []

    init(folder: String) { root = folder + "/peers" }

    /// Makes their repositories. Names what is missing on standard error.
    mutating func prepare() throws -> [Peer] {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: false)
        let cache = ["HOME": root, "XDG_CACHE_HOME": root + "/cache"]
        if Self.isThere("restic") {
            let environment = cache.merging(["RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": root + "/restic"]) { $1 }
            try Self.run(["restic", "init", "-q"], in: root, environment)
            all.append(
                Peer(
                    "restic", root, root + "/restic", environment, store: ["restic", "backup", "-q", "."],
                    restore: ["restic", "restore", "-q", "latest", "--target", "."]))
        }
        if Self.isThere("borg") {
            let environment = cache.merging(["BORG_PASSPHRASE": "bench", "BORG_REPO": root + "/borg"]) { $1 }
            try Self.run(["borg", "init", "--encryption", "repokey-blake2"], in: root, environment)
            all.append(
                Peer(
                    "borg", root, root + "/borg", environment,
                    store: ["sh", "-c", "borg create \"::$(date +%s%N)\" ."],
                    restore: ["sh", "-c", "borg extract \"::$(borg list --short --last 1)\""]))
        }
        if Self.isThere("age") {
            let folder = root + "/age"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try Self.run(["sh", "-c", "age-keygen -o ../age.key 2>/dev/null"], in: folder)
            all.append(
                Peer(
                    "age", root, folder,
                    store: [
                        "sh", "-c",
                        "n=../age/$(date +%s%N); mkdir $n; for f in *; do age -r $(age-keygen -y ../age.key) -o $n/$f $f; done",
                    ],
                    restore: [
                        "sh", "-c",
                        "for f in $(ls -d ../age/*/ | tail -n 1)*; do age -d -i ../age.key -o ${f##*/} $f; done",
                    ]))
        }
        return all
    }

    private static func isThere(_ program: String) -> Bool {
        let isFound = (try? run(["sh", "-c", "command -v \(program)"], in: "/")) != nil
        if !isFound {
            FileHandle.standardError.write(Data("bench: \(program) is not installed, and not compared\n".utf8))
        }
        return isFound
    }

    /// Bytes of the regular files below a folder.
    static func bytes(_ folder: String) throws -> Int {
        guard let files = FileManager.default.enumerator(atPath: folder) else { return 0 }
        return files.reduce(0) { sum, _ in
            let isFile = files.fileAttributes?[.type] as? FileAttributeType == .typeRegular
            return sum + (isFile ? (files.fileAttributes?[.size] as? NSNumber)?.intValue ?? 0 : 0)
        }
    }

    static func run(_ arguments: [String], in folder: String, _ environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Workbench.Failed(description: "\(arguments[0]) ended with \(process.terminationStatus)")
        }
    }
}
