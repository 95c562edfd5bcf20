internal import Host
internal import Keys
internal import Primitives
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

    /// What the verified seal file pins: policy and registry.
    var pins: (policy: [UInt8], registry: [UInt8]) {
        verified.withLock { ($0?.facts.policyPin ?? [], $0?.facts.registryHash ?? []) }
    }

    /// Replaces the seal file by one with other facts. Only after `unseal`.
    func updateSeal(_ change: (inout SealFacts) -> Void) throws(RequestRefusal) {
        let path = sealPath
        let failure = verified.withLock { seal -> HostError? in
            guard let before = seal else { preconditionFailure("the seal has been verified") }
            let after = before.changing(change)
            do throws(HostError) {
                try DurableFile.replace(path, with: after.bytes)
                seal = after
                return nil
            } catch { return error }
        }
        if let failure {
            throw RequestRefusal(.unavailable, .unavailable, hint: "\(Self.sealName): \(failure.reason)")
        }
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
