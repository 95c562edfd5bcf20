import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import VaultModel
import Wire

struct EnrollCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Make your key on this device, with the code the owner gave you.",
        discussion: """
            Before anything is made the broker's keys are compared with the code. `--code -` reads it from standard \
            input, so that it does not stand in the process list.

            Example: coffer enroll --code 7K3M9-QXD2A-…
            """)

    @Option(help: ArgumentHelp("The code, with or without hyphens; - reads standard input.", valueName: "code"))
    var code: String

    @Option(
        help: ArgumentHelp("What you are called on this device. Default: the name of your account.", valueName: "name"))
    var name: String?

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let code = try Self.code(try FieldArguments.term(code))
        let name = try Arguments.personName(name ?? Account.name)
        let path = try options.identityPath
        guard !Folder.exists(path) else { throw Failure(IdentityError.exists) }

        let health = try await Session.anonymous(options).healthOrFailure()
        let key = Ed25519.SigningKey.generate()
        let identity: Identity
        do throws(ClientError) {
            identity = try Enrolment.identity(for: key, code: code, health: health, name: name)
        } catch { throw Failure(error) }
        let kid = identity.kid
        let secret = try options.passphrase(output).new(for: "your identity")
        do throws(IdentityError) {
            try IdentityFile.seal(key, identity: identity, passphrase: secret).create(at: path)
        } catch { throw Failure(error) }
        do {
            let session = try Session(options, identity: identity, signer: KeySigner(key))
            _ = try await session.call(Enroll.self, Enrolment.request(for: identity, code: code))
        } catch {
            // The key proves nothing to anybody: the next try makes a new one.
            IdentityAccess.discard(path)
            throw error
        }
        output.answer(["fingerprint": .string(Fingerprint.text(kid)), "kid": .string(kid.text)]) {
            var list = LabelList()
            list.add("key", kid.text)
            list.add("fingerprint", Fingerprint.text(kid))
            return list.rendered(paint: output.paint)
        }
        output.hint("the owner must approve it now: coffer staff approve NAME")
    }

    private static func code(_ text: String) throws(Failure) -> EnrolmentCode {
        do throws(EnrolmentCode.Problem) {
            return try EnrolmentCode(text)
        } catch {
            let hint =
                switch error {
                case .character(let group): "look at group \(group): letters and digits only, without U"
                case .length: "it has 44 characters; hyphens and blanks do not count"
                case .check: "a character is wrong, or two have changed places"
                }
            throw .usage("this is not an enrolment code", hint: hint, why: "code")
        }
    }
}
