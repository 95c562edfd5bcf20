import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct StaffInviteCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Make an enrolment code for a new colleague.",
        discussion: """
            Read the code to the colleague, not by mail: it holds a secret, works once and for 24 hours. What proves \
            the new key stays on this device; approve from here. Somebody with a second role has a second key; with \
            --another-key the two remain one person, who cannot approve what she asks for herself.

            Example: coffer staff invite --name "Li Hua" --role customer-service
            """)

    @Option(help: ArgumentHelp("What the person is called here; stored encrypted.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The role, as the policy names it.", valueName: "role"))
    var role: String

    @Option(help: ArgumentHelp("The only shop the right covers; all if left out.", valueName: "shop"))
    var shop: String?

    @Flag(help: "One more key for somebody of this name who is enrolled.")
    var anotherKey = false

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.personName(name)
        let role = try Arguments.role(role)
        let shop = try shop.map(Arguments.shop)
        let session = try await Session.open(options, output)
        // The code commits to the keys this device trusts, not to what the broker says of itself just now.
        let code = EnrolmentCode.random(commitment: session.identity.broker.commitment(vault: session.vault))
        let person = anotherKey ? try await session.person(named: name) : .random()
        let pending = PendingInvitation(
            code: code, person: person, name: name, role: role, shop: shop,
            expires: session.nowSeconds + EnrolmentCode.lifetimeSeconds)
        let invitations = session.invitations
        do throws(StateError) { try invitations.add(pending) } catch { throw Failure(error) }
        let request = InviteStaff.Request(
            invitation: pending.invitation.text, person: pending.person, name: name, role: role, shop: shop,
            expires: pending.expires)
        let reply: Answer<NoMembers>
        do {
            reply = try await session.call(InviteStaff.self, request)
        } catch {
            // The broker knows nothing of it: the code would never work.
            try? invitations.remove(pending.invitation)
            throw error
        }
        let text = code.exposeText()
        output.answer(
            reply.members([
                "code": .string(text), "expires": .string(Moment.iso(pending.expires * 1_000)),
                "person": .string(pending.person.text),
            ])
        ) { text + "\n" }
        if !output.isJSON { output.note("valid until \(Moment.local(pending.expires * 1_000))") }
        output.hint("on the colleague's device: coffer enroll --code CODE; then here: coffer staff approve NAME")
    }
}
