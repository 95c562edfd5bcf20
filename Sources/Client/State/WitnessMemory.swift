import CanonicalJSON
import Host
public import Wire

/// The witnesses of one vault as this device last saw them listed. While the vault is sealed the broker cannot be asked
/// who they are, and that is when they are needed: before it is unsealed.
public struct WitnessMemory: Sendable {
    private let path: String

    /// - Parameter folder: of one vault, see `ClientPaths.state(of:)`; made when something is first saved.
    public init(folder: String) { path = FilePaths.join(folder, "witnesses") }

    /// Empty where nothing was saved yet.
    public func read() throws(StateError) -> [ListWitnesses.Witness] {
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(path, limit: ClientLimits.fileBytes) } catch {
            guard error.isMissingFile else { throw .file(error.errno) }
            return []
        }
        guard let value = try? JSONValue.parse(bytes, limits: .message), let list = try? ListWitnesses.Reply(value)
        else { throw .form }
        return list.witnesses
    }

    public func save(_ witnesses: [ListWitnesses.Witness]) throws(StateError) {
        let bytes = ListWitnesses.Reply(witnesses: witnesses).jsonValue.encode()
        do throws(HostError) {
            try Folder.createAll(FilePaths.folder(of: path), mode: 0o700)
            try DurableFile.replace(path, with: bytes)
        } catch { throw .file(error.errno) }
    }
}
