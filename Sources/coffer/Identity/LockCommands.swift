import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import VaultModel

struct UnlockCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "Put your key into the ssh-agent for a shift, so that the passphrase is typed once.",
        discussion: """
            The agent forgets the key after the time given. A key of somebody else put there by coffer is taken out \
            first.

            Example: coffer unlock --minutes 240
            """)

    @Option(help: ArgumentHelp("How long, 1 to 960.", valueName: "minutes"))
    var minutes: UInt32 = 480

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        guard (1...ClientLimits.agentLifetimeSeconds / 60).contains(minutes) else {
            throw Failure.usage("--minutes is 1 to \(ClientLimits.agentLifetimeSeconds / 60)", why: "minutes")
        }
        let file = try IdentityAccess.read(try options.identityPath)
        let agent: SSHAgent
        do throws(AgentError) { agent = try IdentityAccess.agent() } catch { throw Failure(error) }
        let key = try IdentityAccess.open(file, passphrase: options.passphrase(output))
        let kid = file.identity.kid
        do throws(AgentError) {
            for other in try agent.keys() where other.kid != kid && AgentComment.isOurs(other.comment) {
                try agent.remove(other.kid)
                output.warning("took the key of \(AgentComment.name(other.comment)) out of the agent")
            }
            try agent.add(key, comment: AgentComment.text(file.identity), lifetimeSeconds: minutes * 60)
        } catch { throw Failure(error) }
        let until = SystemClock().nowMilliseconds() + Int64(minutes) * 60_000
        output.answer([
            "expires": .string(Moment.iso(until)), "fingerprint": .string(Fingerprint.text(kid)),
            "kid": .string(kid.text), "unlocked": true,
        ]) { "unlocked until \(Moment.local(until))\n" }
    }
}

struct LockCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Take your key out of the ssh-agent.",
        discussion: "Example: coffer lock")

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let kid = try IdentityAccess.read(try options.identityPath).identity.kid
        do throws(AgentError) {
            try IdentityAccess.agent().remove(kid)
        } catch {
            // No agent, or one without the key: it is locked, which is what was asked.
            guard error == .noKey || error == .noAgent else { throw Failure(error) }
        }
        output.answer(["kid": .string(kid.text), "locked": true]) { "locked\n" }
    }
}

/// How keys of ours are called in an agent.
enum AgentComment {
    private static let mark = "coffer "

    static func text(_ identity: Identity) -> String { mark + "\(identity.vault) \(identity.name)" }

    static func isOurs(_ comment: String) -> Bool { comment.hasPrefix(mark) }

    /// The person's name in a comment of ours.
    static func name(_ comment: String) -> String {
        comment.split(separator: " ", maxSplits: 2).dropFirst(2).first.map(String.init) ?? "somebody"
    }
}
