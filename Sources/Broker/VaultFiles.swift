internal import AccessLog
internal import Host
internal import Keys
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// The files of a vault that are not databases: the lock and `vault.seal`.
final class VaultFiles: Sendable {
    let folder: String
    let clock: any WallClock
    private let lock: DirectoryLock
    let verified = Mutex<VerifiedSeal?>(nil)
    let anchor = Mutex<VaultAnchor?>(nil)

    /// Takes the folder's lock; a second broker on one folder is refused here, before it touches anything.
    init(folder: String, clock: any WallClock) throws(RequestRefusal) {
        self.folder = folder
        self.clock = clock
        guard Folder.exists(FilePaths.join(folder, Self.sealName)) else {
            throw .notFound("\(folder) holds no vault: make one with coffer init, or give the right --dir")
        }
        do throws(HostError) { lock = try DirectoryLock(folder: folder) } catch {
            throw DirectoryLock.isHeld(error)
                ? .conflict("another broker serves \(folder); stop it first")
                : RequestRefusal(.unavailable, .unavailable, hint: "\(folder)/lock: \(error.reason)")
        }
    }

    static let sealName = "vault.seal"
    var sealPath: String { FilePaths.join(folder, Self.sealName) }

    /// The seal file as it is on the disk, not verified.
    func readSeal() throws(RequestRefusal) -> SealFile {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(sealPath, limit: SealFile.largestBytes) } catch {
            throw RequestRefusal(.unavailable, .unavailable, hint: "\(Self.sealName): \(error.reason)")
        }
        do throws(SealFileError) { return try SealFile.parse(bytes) } catch {
            throw .integrity(Self.sealName)
        }
    }

    /// Opens the seal file and checks its MAC. A passphrase takes seconds and the slot's memory.
    func unseal(_ key: UnsealKey) throws(RequestRefusal) -> VerifiedSeal {
        let file = try readSeal()
        let root: RootKey
        do throws(UnsealError) { root = try file.rootKey(key) } catch {
            throw RequestRefusal(unseal: error)
        }
        do throws(SealFileError) {
            let seal = try file.verify(with: root)
            verified.withLock { $0 = seal }
            return seal
        } catch { throw .integrity(Self.sealName) }
    }

    /// The vault stays sealed after all: its root key is not kept for what comes next.
    func forgetSeal() {
        verified.withLock { $0 = nil }
        anchor.withLock { $0 = nil }
    }

    /// What the verified seal file pins: policy and registry.
    var pins: (policy: [UInt8], registry: [UInt8]) {
        verified.withLock { ($0?.facts.policyPin ?? [], $0?.facts.registryHash ?? []) }
    }

    /// Tells the anchor of each new generation of the seal file from now on.
    func follow(_ anchor: VaultAnchor) { self.anchor.withLock { $0 = anchor } }

    /// When the vault was made.
    var createdAtMilliseconds: Int64 { verified.withLock { $0?.facts.createdAtMilliseconds ?? 0 } }

    /// Replaces the seal file by one with other facts. Only after `unseal`.
    func updateSeal(_ change: (inout SealFacts) -> Void) throws(RequestRefusal) {
        try replaceSeal { $0.changing(change) }
    }

    /// Replaces the seal file by one with another keyset. Only after `unseal`.
    ///
    /// - Returns: the keyset that is durable now.
    func replaceKeyset(_ change: (Keyset) throws(KeysetError) -> Keyset) throws(RequestRefusal) -> Keyset {
        var next: Keyset?
        try replaceSeal { (seal) throws(RequestRefusal) in
            guard let keyset = try? seal.keyset() else { throw .integrity("the keyset in vault.seal") }
            do throws(KeysetError) {
                let changed = try change(keyset)
                next = changed
                return seal.replacing(keyset: changed)
            } catch { throw .conflict("the keyset does not allow that") }
        }
        guard let next else { preconditionFailure("the seal file was replaced") }
        return next
    }

    private func replaceSeal(
        _ change: (VerifiedSeal) throws(RequestRefusal) -> VerifiedSeal
    ) throws(RequestRefusal) {
        let path = sealPath
        try verified.withLock { (seal) throws(RequestRefusal) in
            guard let before = seal else { preconditionFailure("the seal has been verified") }
            let after = try change(before)
            do throws(HostError) { try DurableFile.replace(path, with: after.bytes) } catch {
                throw RequestRefusal(.unavailable, .unavailable, hint: "\(Self.sealName): \(error.reason)")
            }
            seal = after
            // At once: the anchor allows a seal file one generation ahead of it and no second one.
            do throws(StorageError) {
                try anchor.withLock { $0 }?.note(sealGeneration: after.facts.generation)
            } catch { throw RequestRefusal(storage: error) }
        }
    }
}

extension VaultFiles {
    /// The ledger of erasures, which archives and restores read. It names random numbers only.
    fileprivate static let ledgerName = "spool/ledger"

    /// Writes one line of the ledger, or again after a crash.
    func writeLedger(_ line: [UInt8], place: UInt64) throws(RequestRefusal) {
        let ledger = FilePaths.join(folder, Self.ledgerName)
        do throws(HostError) {
            try Folder.createAll(ledger, mode: 0o700)
            try DurableFile.replace(FilePaths.join(ledger, "\(place).json"), with: line)
        } catch {
            throw RequestRefusal(.unavailable, .unavailable, hint: "\(Self.ledgerName): \(error.reason)")
        }
    }
}

extension VaultFiles {
    /// One line of the ledger of erasures; nil for a place that has none.
    func readLedger(_ place: UInt64) -> [UInt8]? {
        try? DurableFile.read(
            FilePaths.join(FilePaths.join(folder, Self.ledgerName), "\(place).json"),
            limit: ErasureLedgerLine.largestBytes)
    }
}

extension RequestRefusal {
    init(unseal error: UnsealError) {
        switch error {
        case .wrongPassphrase:
            self.init(.denied, .wrongPassphrase, hint: "no slot of this vault has this passphrase; nothing was changed")
        case .wrongShares:
            self.init(
                .denied, .wrongCard, hint: "no slot of this vault was made for these cards; nothing was changed")
        case .wrongKey:
            self.init(.denied, .wrongKey, hint: "no slot of this vault was made for this key file; nothing was changed")
        case .notText:
            self.init(.denied, .wrongPassphrase, hint: "the passphrase is not valid UTF-8 text")
        case .cost:
            self = .integrity("the cost in a slot of vault.seal")
        case .outOfMemory:
            self.init(
                .unavailable, .unavailable,
                hint: "the memory to stretch the passphrase could not be had; end other programs and try again")
        case .integrity:
            self = .integrity("a slot of vault.seal")
        }
    }
}
