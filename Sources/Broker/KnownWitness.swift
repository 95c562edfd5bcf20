internal import AccessLog
internal import Host
internal import Keys
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import Wire

/// A witness of the list, with what it cosigned last checked again: the note is under the log's own key and bears the
/// witness's cosignature, whatever the row says.
struct KnownWitness: Sendable {
    struct Cosigned: Sendable {
        let checkpoint: Checkpoint
        let note: SignedNote
        /// Seconds since 1970 by the witness's clock.
        let time: Int64
    }

    let stored: StoredWitness
    let key: VerifierKey
    let cosigned: Cosigned?

    /// Returns nil where the row does not hold a witness's key. A note that does not verify is left out.
    init?(_ stored: StoredWitness, logKey: VerifierKey) {
        guard let key = VerifierKey(stored.key), key.algorithm == .cosignature else { return nil }
        self.stored = stored
        self.key = key
        cosigned = stored.note.flatMap { Cosigned($0, by: key, logKey: logKey) }
    }

    var name: String { stored.name }
}

extension StoredWitness {
    /// What heads and entries name a witness by: who it is, what it is called here and where it is asked.
    var object: String { AddWitness.object(name: name, key: key, url: url) }
}

extension KnownWitness.Cosigned {
    /// Returns nil unless `key` cosigned this note of the log.
    init?(_ bytes: [UInt8], by key: VerifierKey, logKey: VerifierKey) {
        guard let checkpoint = try? Checkpoint.open(bytes, key: logKey), let note = try? SignedNote(parsing: bytes),
            let time = note.cosignatureTime(by: key)
        else { return nil }
        self.init(checkpoint: checkpoint, note: note, time: Int64(clamping: time))
    }
}

extension [KnownWitness] {
    /// The largest checkpoint cosigned, and of those the latest.
    var newest: (name: String, size: UInt64, time: Int64)? {
        compactMap { witness in witness.cosigned.map { (witness.name, $0.checkpoint.size, $0.time) } }
            .max { ($0.1, $0.2) < ($1.1, $1.2) }
    }

    /// The note of the largest cosigned checkpoint of at most `size` entries, with the cosignatures of all who signed it;
    /// empty for none.
    func newestNote(upTo size: UInt64) -> String {
        let notes = compactMap(\.cosigned).filter { $0.checkpoint.size <= size }
        guard let newest = notes.max(by: { $0.checkpoint.size < $1.checkpoint.size }) else { return "" }
        var note = newest.note
        for other in notes { note.merge(other.note) }
        return String(decoding: note.bytes, as: UTF8.self)
    }
}

/// What was found of the list of witnesses when it last changed: whoever asks for the status need not be known, and two
/// signatures a witness are much for a question that anybody may ask.
final class KnownWitnesses: Sendable {
    private let last = Mutex<(stored: [StoredWitness], known: [KnownWitness])>(([], []))
    private let check: @Sendable (StoredWitness) -> KnownWitness?

    /// - Parameter check: what is asked of each row of another list than before.
    init(_ check: @escaping @Sendable (StoredWitness) -> KnownWitness?) { self.check = check }

    func of(_ stored: [StoredWitness]) -> [KnownWitness] {
        last.withLock { last in
            if last.stored != stored { last = (stored, stored.compactMap(check)) }
            return last.known
        }
    }
}

extension OpenVault {
    /// The shop's witnesses by name.
    func witnesses() throws(RequestRefusal) -> [KnownWitness] {
        try stored { () throws(StorageError) in try stores.log.witnesses() }
            .compactMap { KnownWitness($0, logKey: logKeys.verifier) }
    }
}

extension BrokerService {
    /// After how long without a cosignature the owner is warned: a weekly check, and a day.
    private static let witnessSeconds: Int64 = 8 * 86_400

    /// The shop's witnesses, also while the vault is sealed: neither keys of the vault nor values are needed.
    func witnesses(_ stores: Stores) -> [KnownWitness] {
        knownWitnesses.of((try? stores.log.witnesses()) ?? [])
    }

    func warnings(
        about witnesses: [KnownWitness], newest: (name: String, size: UInt64, time: Int64)?
    ) -> [String] {
        guard !witnesses.isEmpty else {
            return ["no witness: nobody off this machine would notice if the whole vault was put back"]
        }
        let now = files.clock.nowSeconds()
        let latest = witnesses.compactMap(\.cosigned?.time).max() ?? 0
        guard now - latest > Self.witnessSeconds else { return [] }
        let days = (now - latest) / 86_400
        return [
            latest == 0
                ? "no witness has cosigned the log yet: coffer witness check"
                : "no witness has cosigned the log for \(days) days: coffer witness check"
        ]
    }
}
