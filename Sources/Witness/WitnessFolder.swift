internal import AccessLog
public import Host
internal import Primitives

/// Where a witness remembers: a folder with a file for each log, named by the hash of its origin.
///
/// A witness that has lost its memory would cosign anything. The folder therefore names the key it belongs to, and is
/// made only together with a key: one without the other is refused.
public final class WitnessFolder: Sendable {
    private let path: String
    /// Two processes with one key could cosign two histories.
    private let lock: DirectoryLock

    public enum Problem: Error, Equatable, Sendable {
        case host(HostError)
        /// Another process serves this folder.
        case inUse
        case key(WitnessKey.Problem)
        /// There is a key and no folder for it: what it cosigned is forgotten.
        case lost
        /// There is a folder with checkpoints and no key.
        case keyMissing
        /// The folder belongs to another key.
        case otherKey
        /// A stored checkpoint does not bear the signatures it was stored with.
        case damaged
    }

    /// A file that says which key's memory this is.
    private static let markName = "witness.pub"
    private static let suffix = ".checkpoint"

    private init(_ path: String) throws(Problem) {
        self.path = path
        do throws(HostError) { lock = try DirectoryLock(folder: path) } catch {
            throw DirectoryLock.isHeld(error) ? .inUse : .host(error)
        }
    }

    /// Opens the folder and its key; at the first start both are made.
    ///
    /// - Parameters:
    ///   - name: of a key that is made now.
    public static func open(
        _ path: String, keyFile: String, name: String?
    ) throws(Problem) -> (folder: WitnessFolder, key: WitnessKey, isNew: Bool) {
        if Folder.exists(keyFile) {
            let key: WitnessKey
            do throws(WitnessKey.Problem) { key = try WitnessKey.read(keyFile) } catch { throw .key(error) }
            guard Folder.exists(FilePaths.join(path, markName)) else { throw .lost }
            let folder = try WitnessFolder(path)
            guard try folder.mark() == key.verifier.description else { throw .otherKey }
            return (folder, key, false)
        }
        do throws(HostError) { try Folder.createAll(path, mode: 0o700) } catch { throw .host(error) }
        let folder = try WitnessFolder(path)
        // A first start that was cut short left a mark and no key; a key that is gone left checkpoints.
        guard try folder.names().isEmpty else { throw .keyMissing }
        let key: WitnessKey
        do throws(WitnessKey.Problem) { key = try WitnessKey.generate(name: name) } catch { throw .key(error) }
        try folder.write(markName, Array((key.verifier.description + "\n").utf8))
        do throws(WitnessKey.Problem) { try key.store(at: keyFile) } catch { throw .key(error) }
        return (folder, key, true)
    }

    /// The checkpoints stored of these logs. One without the signature of its log and of this witness is refused:
    /// somebody else wrote it.
    func seen(of logs: [VerifierKey], by witness: VerifierKey) throws(Problem) -> [WitnessState.Seen] {
        var seen: [WitnessState.Seen] = []
        for name in try names() {
            let bytes: [UInt8]
            do throws(HostError) {
                bytes = try DurableFile.read(FilePaths.join(path, name), limit: LogLimits.noteBytes)
            } catch { throw .host(error) }
            guard let note = try? SignedNote(parsing: bytes), let checkpoint = try? Checkpoint(parsing: note.text),
                Self.name(checkpoint.origin) == name, note.cosignatureTime(by: witness) != nil
            else { throw .damaged }
            // A log that is no longer served keeps its memory, in case it is served again.
            let keys = logs.filter { $0.name.utf8.elementsEqual(checkpoint.origin.utf8) }
            if keys.isEmpty { continue }
            guard keys.contains(where: note.isSigned) else { throw .damaged }
            seen.append(WitnessState.Seen(checkpoint: checkpoint, note: note))
        }
        return seen
    }

    /// Stores the last checkpoint of a log; durable when it returns.
    func store(_ seen: WitnessState.Seen) throws(Problem) {
        try write(Self.name(seen.checkpoint.origin), seen.note.bytes)
    }

    private func mark() throws(Problem) -> String {
        do throws(HostError) {
            let bytes = try DurableFile.read(FilePaths.join(path, Self.markName), limit: 1_024)
            return String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self)
        } catch { throw .host(error) }
    }

    private func names() throws(Problem) -> [String] {
        do throws(HostError) {
            return try Folder.names(in: path).filter {
                $0.utf8.count == 64 + Self.suffix.count && $0.hasSuffix(Self.suffix)
            }
        } catch { throw .host(error) }
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws(Problem) {
        do throws(HostError) { try DurableFile.replace(FilePaths.join(path, name), with: bytes) } catch {
            throw .host(error)
        }
    }

    private static func name(_ origin: String) -> String {
        Hex.encode(SHA256.hash(Array(origin.utf8))) + suffix
    }
}
