internal import Authority
internal import CanonicalJSON
internal import Host
internal import Turnstile
internal import VaultModel
internal import Wire

/// What the quorum ordered, beside its place until the log has the block: before, nobody may follow it, and after, nothing
/// that follows from it must be missed. The name in it is sealed.
struct AnnouncedRecovery: WireMessage {
    /// A DSSE envelope of a succession statement.
    let statement: JSONValue
    let owner: AnnouncedOwner?

    init(statement: JSONValue, owner: AnnouncedOwner?) {
        self.statement = statement
        self.owner = owner
    }

    init(reading members: inout MessageReader) throws(MessageError) {
        statement = try members.object("statement")
        owner = try members.list("owner", of: AnnouncedOwner.self, count: 1).first
    }

    func write(to members: inout MessageWriter) {
        members.put("statement", statement)
        members.put("owner", owner.map { [$0] } ?? [])
    }

    /// Who rules by it; nil when it is none.
    var authority: KeyID? {
        guard let envelope = try? DSSEEnvelope(statement) else { return nil }
        return try? SuccessionStatement(envelope).authority
    }
}

/// Who is to be enrolled once the new authority rules.
struct AnnouncedOwner: MessagePart {
    /// Sealed under the staff key.
    let name: [UInt8]
    let enrolment: JSONValue
    let root: JSONValue

    init(name: [UInt8], enrolment: JSONValue, root: JSONValue) {
        self.name = name
        self.enrolment = enrolment
        self.root = root
    }

    init(reading members: inout MessageReader) throws(MessageError) {
        name = try members.bytes("name", most: 4_096)
        enrolment = try members.object("enrolment")
        root = try members.object("root")
    }

    func write(to members: inout MessageWriter) {
        members.put("name", bytes: name)
        members.put("enrolment", enrolment)
        members.put("root", root)
    }
}

extension VaultFiles {
    private static let largestBytes = 16_384
    private static let largestAnnouncedBytes = 128 * 1_024
    private var successionPath: String { FilePaths.join(folder, "succession.json") }
    private var announcedPath: String { FilePaths.join(folder, "succession.next") }

    /// The quorum's word on which keys the vault has now; empty for a vault that never had others.
    func succession() -> [UInt8] { (try? DurableFile.read(successionPath, limit: Self.largestBytes)) ?? [] }

    /// Keeps an order until the log has its block.
    func announce(_ recovery: AnnouncedRecovery) throws(RequestRefusal) {
        do throws(HostError) { try DurableFile.replace(announcedPath, with: recovery.jsonValue.encode()) } catch {
            throw Self.refusal(error)
        }
    }

    /// The order that was kept; nil where there is none. One that cannot be read is none: the log has what counts.
    func announcedRecovery() throws(RequestRefusal) -> AnnouncedRecovery? {
        guard Folder.exists(announcedPath) else { return nil }
        let bytes: [UInt8]
        do throws(HostError) { bytes = try DurableFile.read(announcedPath, limit: Self.largestAnnouncedBytes) } catch {
            throw Self.refusal(error)
        }
        guard var members = try? MessageReader(bytes, most: Self.largestAnnouncedBytes),
            let recovery = try? AnnouncedRecovery(reading: &members)
        else {
            try forgetAnnouncedRecovery()
            return nil
        }
        return recovery
    }

    /// Gives the word to the devices.
    func publish(_ recovery: AnnouncedRecovery) throws(RequestRefusal) {
        do throws(HostError) { try DurableFile.replace(successionPath, with: recovery.statement.encode()) } catch {
            throw Self.refusal(error)
        }
    }

    func forgetAnnouncedRecovery() throws(RequestRefusal) {
        do throws(HostError) { try DurableFile.remove(announcedPath) } catch { throw Self.refusal(error) }
    }

    private static func refusal(_ error: HostError) -> RequestRefusal {
        RequestRefusal(.unavailable, .unavailable, hint: "succession.json: \(error.reason)")
    }
}
