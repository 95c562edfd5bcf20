import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct StaffApproveCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Check the key that answered an invitation, and sign it and its right.",
        discussion: """
            Needs the authority's key and the device the invitation was made on. The right lasts 120 days and falls \
            due for review after 90.

            Example: coffer staff approve "Li Hua" --nda-signed 2026-11-01
            """)

    @Argument(help: ArgumentHelp("The name in the invitation.", valueName: "name"))
    var name: String

    @OptionGroup var authority: AuthorityOptions

    @Option(help: ArgumentHelp("Day the confidentiality agreement was signed. Default: today.", valueName: "date"))
    var ndaSigned: String?

    @Option(help: ArgumentHelp("Last day the training counts. Default: in 365 days.", valueName: "date"))
    var trainingUntil: String?

    @Option(
        name: .customLong("bind-uid"),
        help: ArgumentHelp("Accept the key from this local user only.", valueName: "uid"))
    var boundUser: UInt32?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.personName(name)
        let (nda, training) = (
            try Arguments.day(ndaSigned, "--nda-signed"), try Arguments.day(trainingUntil, "--training-until")
        )
        guard boundUser != .max else { throw Failure.usage("this is no user's number", why: "uid") }
        let session = try await Session.open(options, output)
        let pending = try await session.call(PendingStaff.self, .init(name: name)).message
        let invitation = try Self.invitation(pending, name: name, session)
        let signer = try authority.open(options, session, output)
        let now = session.nowSeconds
        let today = Moment.today(now * 1_000)
        let enrolment = EnrolBlock(
            header: BlockHeader(vault: session.vault, issuer: signer.kid, at: now), person: invitation.person,
            kid: pending.kid, role: invitation.role, nda: nda ?? CalendarDay(today.description),
            training: training ?? CalendarDay(today.adding(days: 365).description), uid: boundUser)
        let root = CapabilityBlock.root(
            vault: session.vault, authority: signer.kid, audience: pending.kid, role: invitation.role,
            shops: invitation.shop.map { .only([$0]) } ?? .any, notBefore: now,
            expires: now + CapabilityBlock.rootSeconds)
        // Both are signed before the first is sent: a passphrase mistyped in between must not leave half an approval.
        let blocks = [try signer.seal(enrolment), try signer.seal(root)]
        _ = try await session.call(
            ApproveStaff.self, .init(block: blocks[0].value), RequestScope(object: blocks[0].object))
        let reply = try await session.call(
            ApproveStaff.self, .init(block: blocks[1].value), RequestScope(object: blocks[1].object))
        try? session.invitations.remove(invitation.invitation)
        output.answer(
            reply.members([
                "expires": .string(Moment.iso(root.expires * 1_000)), "grant": .string(reply.message.grant),
                "kid": .string(pending.kid.text), "person": .string(invitation.person.text),
                "role": .string(invitation.role.text),
            ])
        ) {
            var list = LabelList()
            list.add("name", name)
            list.add("role", invitation.role.text)
            list.add("fingerprint", Fingerprint.text(pending.kid))
            list.add("right until", Moment.local(root.expires * 1_000))
            list.add("grant", reply.message.grant)
            return list.rendered(paint: output.paint)
        }
        output.entry(reply.entry)
    }

    /// The invitation kept here, if the key that answered knows the secret of its code. What is signed comes from here:
    /// the broker is believed in nothing but the key, and the key because of its MAC.
    private static func invitation(
        _ pending: PendingStaff.Reply, name: String, _ session: Session
    ) throws(Failure) -> PendingInvitation {
        let found: PendingInvitation?
        do throws(StateError) {
            found = try InvitationID(pending.invitation).flatMap { (id) throws(StateError) in
                try session.invitations.find(id, now: session.nowSeconds)
            }
        } catch { throw Failure(error) }
        guard let found, found.name.utf8.elementsEqual(name.utf8) else {
            throw Failure(
                code: "not-found", why: "no-invitation",
                message: "this device has no invitation of that name, or it has expired",
                hint: "approve on the device the code was made on, or invite again", exitCode: 4)
        }
        guard found.accepts(mac: pending.mac, vault: session.vault, kid: pending.kid) else {
            throw Failure(
                code: "integrity", why: "enrolment-mac",
                message: "the key shown was not made with the code you gave; nothing was signed",
                hint: "somebody may have put another key in its place: tell the colleague, and invite again",
                exitCode: 6)
        }
        return found
    }
}
