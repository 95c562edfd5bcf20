public import Authority
import CanonicalJSON
import Host
public import VaultModel
import Wire

/// An invitation that nobody has answered yet, on the side of the one who invited. It keeps the code, whose secret the
/// broker must never learn.
public struct PendingInvitation: Equatable, Sendable {
    public let invitation: InvitationID
    public let person: PersonID
    public let name: String
    public let role: RoleName
    public let shop: ShopName?
    /// Seconds since 1970.
    public let expires: Int64
    /// The code as it was read to the colleague. Secret.
    let code: Sensitive

    public init(
        code: borrowing EnrolmentCode, person: PersonID, name: String, role: RoleName, shop: ShopName?, expires: Int64
    ) {
        invitation = code.invitation
        self.person = person
        self.name = name
        self.role = role
        self.shop = shop
        self.expires = expires
        self.code = Sensitive(code.exposeText())
    }

    private init(
        invitation: InvitationID, person: PersonID, name: String, role: RoleName, shop: ShopName?, expires: Int64,
        code: Sensitive
    ) {
        self.invitation = invitation
        self.person = person
        self.name = name
        self.role = role
        self.shop = shop
        self.expires = expires
        self.code = code
    }

    /// Whether the key that answered knows the secret of this code: only then may it be signed.
    public func accepts(mac: [UInt8], vault: VaultID, kid: KeyID) -> Bool {
        guard let code = try? EnrolmentCode(code.text) else { return false }
        return code.accepts(mac: mac, vault: vault, kid: kid)
    }

    func encode() -> [UInt8] {
        var members = MessageWriter()
        members.put("code", code.text)
        members.put("expires", expires)
        members.put("invitation", invitation.text)
        members.put("name", name)
        members.put("person", person.text)
        members.put("role", role.text)
        members.put("shop", shop?.text ?? "")
        return members.value.encode() + [0x0A]
    }

    init(parsing bytes: [UInt8]) throws(StateError) {
        guard bytes.last == 0x0A, let parsed = try? Self.read(Array(bytes.dropLast())) else { throw .form }
        self = parsed
    }

    private static func read(_ bytes: [UInt8]) throws(MessageError) -> PendingInvitation {
        var members = try MessageReader(bytes, most: ClientLimits.fileBytes)
        let code = Sensitive(try members.text("code"))
        let invitation = try members.parsed("invitation") { InvitationID($0) }
        guard let parsed = try? EnrolmentCode(code.text), parsed.invitation == invitation else {
            throw .member("code")
        }
        let pending = PendingInvitation(
            invitation: invitation, person: try members.parsed("person") { PersonID($0) },
            name: try members.text("name"), role: try members.parsed("role") { RoleName($0) },
            shop: try members.optional("shop") { ShopName($0) }, expires: try members.number("expires"), code: code)
        try members.finish()
        return pending
    }
}

/// The invitations of one vault, a file of mode 0600 for each.
public struct PendingInvitations: Sendable {
    public let folder: String

    /// - Parameter folder: of one vault, see `ClientPaths.state(of:)`.
    public init(folder: String) { self.folder = FilePaths.join(folder, "invitations") }

    /// Keeps an invitation; `exists` when there is one of its id.
    public func add(_ pending: PendingInvitation) throws(StateError) {
        do throws(HostError) {
            try Folder.createAll(folder, mode: 0o700)
            try DurableFile.create(path(of: pending.invitation), with: pending.encode(), mode: 0o600)
        } catch {
            throw error.fileExists ? .exists : .file(error.errno)
        }
    }

    /// Nil when there is none, or it has expired by `now` (seconds since 1970) and is removed.
    public func find(_ invitation: InvitationID, now: Int64) throws(StateError) -> PendingInvitation? {
        let bytes: [UInt8]
        do throws(HostError) {
            bytes = try DurableFile.read(path(of: invitation), limit: ClientLimits.fileBytes)
        } catch {
            guard error.isMissingFile else { throw .file(error.errno) }
            return nil
        }
        let pending = try PendingInvitation(parsing: bytes)
        guard pending.invitation == invitation else { throw .form }
        guard now < pending.expires else {
            try remove(invitation)
            return nil
        }
        return pending
    }

    /// All that are alive at `now`; dead ones are removed.
    public func all(now: Int64) throws(StateError) -> [PendingInvitation] {
        let names: [String]
        do throws(HostError) { names = Folder.exists(folder) ? try Folder.names(in: folder) : [] } catch {
            throw .file(error.errno)
        }
        var found: [PendingInvitation] = []
        for name in names.prefix(ClientLimits.invitations) {
            guard name.hasSuffix(".json"), let id = InvitationID(String(name.dropLast(5))) else { continue }
            if let pending = try find(id, now: now) { found.append(pending) }
        }
        return found
    }

    /// A code dies after use. Nothing happens when it is gone already.
    public func remove(_ invitation: InvitationID) throws(StateError) {
        do throws(HostError) { try DurableFile.remove(path(of: invitation)) } catch { throw .file(error.errno) }
    }

    private func path(of invitation: InvitationID) -> String { FilePaths.join(folder, invitation.text + ".json") }
}
