import ArgumentParser
import Authority
import CanonicalJSON
import Client
import Console
import Policy
import VaultModel
import Wire

struct PolicyApplyCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Put a policy into force: signed by the authority, logged, with the difference shown.",
        discussion: "Example: coffer policy apply policies/takeout.yaml --authority /media/stick/authority")

    @Argument(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var file: String

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let policy = try PolicyFile.parse(file, output)
        guard policy.bytes.count <= ApplyPolicy.policyBytes else {
            throw Failure.usage("the policy is longer than \(ApplyPolicy.policyBytes / 1_024) KiB", why: "policy")
        }
        let session = try await Session.open(options, output)
        let current = try await session.policy()
        guard current.sha256 != policy.sha256 else {
            throw Failure(
                code: "conflict", why: "conflict", message: "this policy is in force already", exitCode: 7)
        }
        let signer = try authority.open(options, session, output)
        let header = BlockHeader(vault: session.vault, issuer: signer.kid, at: session.nowSeconds)
        guard let block = PolicyBlock(header: header, sha256: policy.sha256, previous: current.sha256) else {
            preconditionFailure("a document's hash is a hash")
        }
        let signed = try signer.seal(block)
        let request = ApplyPolicy.Request(policy: policy.bytes, block: signed.value)
        let reply = try await session.call(ApplyPolicy.self, request, RequestScope(object: signed.object))
        output.answer(
            reply.members([
                "difference": .strings(reply.message.difference), "policy": .string(reply.message.policy),
            ])
        ) { reply.message.difference.map { TerminalText.safe($0) + "\n" }.joined() }
        output.entry(reply.entry)
    }
}
