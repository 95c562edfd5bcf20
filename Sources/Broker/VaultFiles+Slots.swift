internal import Dispatch
internal import Host
internal import Keys
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// Changes of the slots: prepared away from everything that answers, written in one step.
extension VaultFiles {
    /// The seal file as it was last verified or written; nil while the vault is sealed.
    var seal: VerifiedSeal? { verified.withLock { $0 } }

    /// The facts as they are now; while the vault is sealed, as they were found.
    func currentFacts(_ found: SealFacts) -> SealFacts { seal?.facts ?? found }

    /// Makes the next seal from this one. Stretching a passphrase takes seconds: it runs on a thread of its own.
    func prepare(
        _ change: @escaping @Sendable (VerifiedSeal) throws(RequestRefusal) -> VerifiedSeal
    ) async throws(RequestRefusal) -> SealChange {
        guard let before = seal else { throw .sealed }
        let result: Result<VerifiedSeal, RequestRefusal> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "coffer.slots", qos: .userInitiated).async {
                do throws(RequestRefusal) {
                    continuation.resume(returning: .success(try change(before)))
                } catch { continuation.resume(returning: .failure(error)) }
            }
        }
        return SealChange(before: before, after: try result.get())
    }

    /// Replaces the file, unless it has changed since the change was prepared.
    func write(_ change: SealChange) throws(RequestRefusal) {
        let path = sealPath
        let refusal = verified.withLock { seal -> RequestRefusal? in
            guard seal?.facts.generation == change.before.facts.generation else { return .sealChanged }
            let anchor = anchor.withLock { $0 }
            // Until the file is there, the anchor opens under both root keys: a crash leaves either seal file.
            do throws(StorageError) { try anchor?.prepare(next: change.after.root) } catch {
                return RequestRefusal(storage: error)
            }
            do throws(HostError) { try DurableFile.replace(path, with: change.after.bytes) } catch {
                return RequestRefusal(.unavailable, .unavailable, hint: "\(Self.sealName): \(error.reason)")
            }
            seal = change.after
            do throws(StorageError) {
                try anchor?.adopt(sealGeneration: change.after.facts.generation)
                return nil
            } catch { return RequestRefusal(storage: error) }
        }
        if let refusal { throw refusal }
    }
}

/// A seal file that is to take the place of another.
struct SealChange: Sendable {
    let before: VerifiedSeal
    let after: VerifiedSeal
}

extension RequestRefusal {
    static let sealChanged = RequestRefusal.conflict("somebody else changed vault.seal meanwhile; look and try again")

    init(slots error: SlotChangeError) {
        switch error {
        case .full: self = .conflict("a vault has \(SealFile.largestSlotCount) slots at the most; remove one first")
        case .unknownSlot: self = .notFound("there is no slot of this number; coffer keys slots list")
        case .lastSlot: self = .conflict("this is the last slot: without it the vault would never open again")
        case .unseal(let error): self.init(unseal: error)
        case .keyset: self = .integrity("the keyset in vault.seal")
        }
    }
}
