public import Archive
internal import Primitives
public import Transfer
import VaultModel

/// A target at hand: it is the one that the operator named, and what it has of a vault has been read.
public final class BackupTarget {
    public let name: String
    public let store: any ObjectStore

    /// Why a target cannot be used.
    public enum Problem: Error, Sendable {
        case transfer(TransferError)
        /// It is another one than the operator named, or nothing that was ever made a target.
        case otherTarget
        /// Its clock and ours differ by more than ten minutes: nobody could say which archives are due.
        case clock(offsetSeconds: Int64)
        /// What came back is not what was sent: the object's name.
        case altered(String)

        public var isUnreachable: Bool {
            switch self {
            case .transfer(.unreachable), .transfer(.timeout), .transfer(.busy): true
            default: false
            }
        }
    }

    private static let longestOffsetMilliseconds: Int64 = 600_000

    /// - Parameters:
    ///   - id: what its mark must say.
    ///   - now: milliseconds since 1970.
    public init(_ name: String, _ store: any ObjectStore, id: String, now: Int64) throws(Problem) {
        self.name = name
        self.store = store
        do throws(TransferError) {
            guard try TargetMark.read(store)?.id == id else { throw TransferError.missingTarget }
            if let clock = try store.probe().clockMilliseconds, abs(clock - now) > Self.longestOffsetMilliseconds {
                throw TransferError.clock(offsetSeconds: (clock - now) / 1_000)
            }
        } catch {
            switch error {
            case .missingTarget: throw .otherTarget
            case .clock(let offset?): throw .clock(offsetSeconds: offset)
            default: throw .transfer(error)
            }
        }
    }

    /// What the target has of one generation of a vault.
    public func catalog(_ names: ArchiveNames, trust: SignedManifest.Trust) throws(Problem) -> ArchiveCatalog {
        do throws(TransferError) { return try store.catalog(names, trust: trust) } catch { throw .transfer(error) }
    }

    /// The generations it has of any vault.
    ///
    /// - Parameter withPacks: also those whose manifests are gone, or never came.
    public func generations(withPacks: Bool = false) throws(Problem) -> [ArchiveNames] {
        do throws(TransferError) { return try store.generations(withPacks: withPacks) } catch { throw .transfer(error) }
    }

    /// The lines of the ledger of erasures it has of a generation, with their names.
    public func ledgerLines(_ names: ArchiveNames) throws(Problem) -> [(name: String, bytes: [UInt8])] {
        do throws(TransferError) { return try store.ledger(names) } catch { throw .transfer(error) }
    }

    /// The places of the ledger of erasures it has of a generation.
    public func ledger(_ names: ArchiveNames) throws(Problem) -> [String] {
        do throws(TransferError) { return try store.list(names.ledger).map(\.name) } catch { throw .transfer(error) }
    }

    /// Writes an object. One that is there already is left alone when it is the same; an interrupted run may have put it
    /// there.
    func put(_ name: String, _ bytes: [UInt8], retainUntil: Int64?) throws(Problem) {
        do throws(TransferError) {
            try store.write(name, bytes, retainUntilSeconds: retainUntil.map { $0 / 1_000 })
        } catch {
            guard case .exists = error else { throw .transfer(error) }
            let found: [UInt8]
            do throws(TransferError) { found = try store.read(name, limit: bytes.count) } catch {
                if case .tooLarge = error { throw .altered(name) }
                throw .transfer(error)
            }
            guard found == bytes else { throw .altered(name) }
        }
    }
}
