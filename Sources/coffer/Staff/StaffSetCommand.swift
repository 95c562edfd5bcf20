import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

struct StaffSetCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Record another day of the agreement or the training, or bind a key to a local user.",
        discussion: """
            Needs the authority's key. Holds for all keys of the person, or for that of one role. What is not named \
            stays as it was; the role of a key never changes.

            Example: coffer staff set "Li Hua" --training-until 2027-11-21
            """)

    @Argument(help: ArgumentHelp("The name in the staff list.", valueName: "name"))
    var name: String

    @OptionGroup var authority: AuthorityOptions

    @Option(help: ArgumentHelp("Day the confidentiality agreement was signed.", valueName: "date"))
    var ndaSigned: String?

    @Option(help: ArgumentHelp("Last day the training counts.", valueName: "date"))
    var trainingUntil: String?

    @Option(
        name: .customLong("bind-uid"),
        help: ArgumentHelp("Accept the key from this local user only.", valueName: "uid"))
    var boundUser: UInt32?

    @Option(help: ArgumentHelp("Only the key of this role.", valueName: "role"))
    var role: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let name = try Arguments.personName(name)
        let (nda, training) = (
            try Arguments.day(ndaSigned, "--nda-signed"), try Arguments.day(trainingUntil, "--training-until")
        )
        let role = try role.map(Arguments.role)
        guard boundUser != .max else { throw Failure.usage("this is no user's number", why: "uid") }
        guard nda != nil || training != nil || boundUser != nil else {
            throw Failure.usage(
                "say what to record", hint: "--nda-signed DATE, --training-until DATE or --bind-uid N", why: "usage")
        }
        let session = try await Session.open(options, output)
        let rights = try await session.rights(ofPerson: name, act: .enrol).filter { right in
            !right.known.isRevoked && (role == nil || right.enrolment.role == role)
        }
        guard !rights.isEmpty else {
            throw Failure(
                code: "not-found", why: "person", message: "this person has no such key", hint: "coffer staff list",
                exitCode: 4)
        }
        let signer = try authority.open(options, session, output)
        var keys: [JSONValue] = []
        var last: Answer<SetStaff.Reply>?
        for right in rights {
            var block = right.enrolment
            block.header = BlockHeader(vault: session.vault, issuer: signer.kid, at: session.nowSeconds)
            block.nda = nda ?? block.nda
            block.training = training ?? block.training
            block.uid = boundUser ?? block.uid
            let signed = try signer.seal(block)
            let reply = try await session.call(
                SetStaff.self, .init(block: signed.value), RequestScope(object: signed.object))
            keys.append(Self.json(block, reply))
            last = reply
            if !output.isJSON { output.note("\(block.role): recorded for key \(Fingerprint.text(block.kid))") }
        }
        guard let last else { return }
        output.answer(last.members(["keys": .array(keys), "name": .string(name)])) { "" }
        output.entry(last.entry)
    }

    private static func json(_ block: EnrolBlock, _ reply: Answer<SetStaff.Reply>) -> JSONValue {
        [
            "enrolment": .string(reply.message.grant), "kid": .string(block.kid.text),
            "nda": .string(block.nda?.text ?? ""), "person": .string(block.person.text),
            "role": .string(block.role.text), "training": .string(block.training?.text ?? ""),
            "uid": .string(block.uid.map(String.init) ?? ""),
        ]
    }
}
