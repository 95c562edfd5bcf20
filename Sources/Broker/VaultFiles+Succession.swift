internal import Authority
internal import Host
internal import Turnstile
internal import VaultModel
internal import Wire

/// The quorum's word to the devices. It lies beside its place until the log has the block: before, nobody may follow it,
/// and after, nobody must miss it.
extension VaultFiles {
    private static let largestBytes = 16_384
    private var successionPath: String { FilePaths.join(folder, "succession.json") }
    private var announcedPath: String { FilePaths.join(folder, "succession.next") }

    /// The quorum's word on which keys the vault has now; empty for a vault that never had others.
    func succession() -> [UInt8] { (try? DurableFile.read(successionPath, limit: Self.largestBytes)) ?? [] }

    /// Keeps a word until the log has its block.
    func announce(succession word: DSSEEnvelope) throws(RequestRefusal) {
        do throws(HostError) { try DurableFile.replace(announcedPath, with: word.encode()) } catch {
            throw Self.refusal(error)
        }
    }

    /// Gives the announced word to the devices if it names the authority, and forgets any other.
    func settleSuccession(_ authority: KeyID) throws(RequestRefusal) {
        guard Folder.exists(announcedPath) else { return }
        do throws(HostError) {
            let bytes = try DurableFile.read(announcedPath, limit: Self.largestBytes)
            if let envelope = try? DSSEEnvelope(parsing: bytes), let word = try? SuccessionStatement(envelope),
                word.authority == authority
            {
                try DurableFile.replace(successionPath, with: bytes)
            }
            try DurableFile.remove(announcedPath)
        } catch { throw Self.refusal(error) }
    }

    private static func refusal(_ error: HostError) -> RequestRefusal {
        RequestRefusal(.unavailable, .unavailable, hint: "succession.json: \(error.reason)")
    }
}
