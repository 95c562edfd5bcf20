/// Why a store could not do what was asked. Names files, settings and schema objects, never a value.
public enum StorageError: Error, Equatable, Sendable {
    /// The file is not there.
    case missing(StorageFile)
    /// A new vault was to be made where a file already is.
    case alreadyExists(StorageFile)
    /// Not one of our databases: no SQLite file, another application's, or not a regular file.
    case foreign(StorageFile)
    /// Somebody besides the owner may read or write the file.
    case exposed(StorageFile)
    /// Made by another version of the schema.
    case version(StorageFile)
    /// The schema is not the compiled-in one. `object` is the first table, index, trigger or view that differs.
    case schemaMismatch(StorageFile, object: String)
    /// A setting did not take; `name` is the pragma or switch.
    case setting(StorageFile, name: String)
    /// The file belongs to another vault than its siblings.
    case swapped(StorageFile)
    /// SQLite or a stored form says that the file is damaged.
    case corrupt(StorageFile)
    /// The disk, or the size set for the file, is full. Nothing was changed.
    case full(StorageFile)
    /// Another connection held the file for too long.
    case busy(StorageFile)
    /// Reading, writing or making durable failed, now or before: the file is not used again by this process. Whether
    /// the last transaction became durable is unknown until the next start. `code` is SQLite's extended result code.
    case unavailable(StorageFile, code: Int32)
    /// A revision was not the expected one, or a key was already taken. Nothing was changed.
    case conflict(StorageFile)
    /// What was to be changed does not exist. Nothing was changed.
    case notFound(StorageFile)
    /// The customer has been erased: no key is stored for her again.
    case erased
    /// More was asked for than the limits of `StorageLimits` allow.
    case limit(StorageFile)
    /// The last checkpoint is not the one the stored entries give.
    case logInconsistent
    /// The file's rows are not those that the keyed tag beside them, the anchor, or this process vouches for: somebody
    /// changed it from outside.
    case tampered(StorageFile)
    /// The file is older, or further, than the anchor says: somebody put another copy in its place.
    case rolledBack(StorageFile)
    /// The file `anchor` cannot be relied on.
    case anchor(AnchorFault)
    /// The vault's folder could not be used. `errno` is the system's code.
    case folder(errno: Int32)

    /// The file it is about, if it is one.
    public var file: StorageFile? {
        switch self {
        case .missing(let file), .alreadyExists(let file), .foreign(let file), .exposed(let file), .version(let file),
            .swapped(let file), .corrupt(let file), .full(let file), .busy(let file), .conflict(let file),
            .notFound(let file), .limit(let file), .schemaMismatch(let file, _), .setting(let file, _),
            .unavailable(let file, _), .tampered(let file), .rolledBack(let file):
            file
        case .erased: .keyring
        case .logInconsistent: .log
        case .folder, .anchor: nil
        }
    }
}

extension StorageError: CustomStringConvertible {
    /// What is wrong, as it stands behind `error:`.
    public var description: String {
        switch self {
        case .missing(let file): "\(file.name) is missing"
        case .alreadyExists(let file): "\(file.name) already exists"
        case .foreign(let file): "\(file.name) is not a database of a vault"
        case .exposed(let file): "\(file.name) is open to other users"
        case .version(let file): "\(file.name) was made by another version"
        case .schemaMismatch(let file, let object): "\(file.name) has a schema that is not ours: \(object)"
        case .setting(let file, let name): "\(file.name) does not accept the setting \(name)"
        case .swapped(let file): "\(file.name) belongs to another vault"
        case .corrupt(let file): "\(file.name) is damaged"
        case .full(let file): "no space left for \(file.name)"
        case .busy(let file): "\(file.name) is in use"
        case .unavailable(let file, let code): "\(file.name) cannot be used: SQLite error \(code)"
        case .conflict(let file): "\(file.name) has changed meanwhile"
        case .notFound(let file): "\(file.name) has no such row"
        case .erased: "the customer has been erased"
        case .limit(let file): "too much at once for \(file.name)"
        case .logInconsistent: "log.db does not give the root of its last checkpoint"
        case .tampered(let file): "\(file.name) was changed from outside"
        case .rolledBack(let file): "\(file.name) is not in the state that the anchor names"
        case .anchor(let fault): fault.description
        case .folder(let errno): "the vault's folder cannot be used: error \(errno)"
        }
    }

    /// What to do about it, as it stands behind `hint:`.
    public var hint: String {
        switch self {
        case .missing(let file):
            "is this the vault's folder? a new vault is made with coffer init; otherwise \(file.wayBack)"
        case .alreadyExists: "choose an empty folder for a new vault"
        case .foreign(let file), .corrupt(let file), .swapped(let file): "put the right file back, or \(file.wayBack)"
        case .exposed(let file): "chmod 600 \(file.name), and find out who could read it"
        case .version: "use the version of cofferd that made this vault"
        case .schemaMismatch(let file, _): "somebody has changed the file from outside; \(file.wayBack)"
        case .setting: "the system's SQLite is too old or built differently"
        case .full: "make room on the disk, then try again"
        case .busy: "end other programs that have the file open"
        case .unavailable: "check the disk, then start the broker again"
        case .conflict: "read again, then repeat the change"
        case .notFound, .limit, .erased: "nothing was changed"
        case .logInconsistent: "run coffer log verify on the last export; \(StorageFile.log.wayBack)"
        case .tampered, .rolledBack, .anchor(.forged), .anchor(.foreign), .anchor(.damaged), .anchor(.missing),
            .anchor(.oldSeal):
            "nothing is opened: put back the whole folder as it was last, and find out who changed it"
        case .anchor(.unwritable): "check the disk, then start the broker again"
        case .folder: "check that the folder exists and belongs to the broker's user"
        }
    }
}
