import AccessLog
import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Primitives
import VaultModel

struct IdentityFollowCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract:
            "Trust the new keys of a vault, by word of its recovery quorum: after a restore, or for a lost authority's.",
        discussion: """
            After a restore the broker has other keys, and this device refuses it. The quorum that brought it back has signed \
            which keys it has now; its fingerprint stands on every card and in the receipt of the restore. Compare it, and \
            give it here. Your own key stays as it is. An authority's key file follows the same way.

            After coffer keys recover the log goes on and the authority's key is another: whoever gives rights follows.

            Members of --json: vault_id, log_key, authority, seen_before.

            Example: coffer identity follow --quorum 5d21-07aa-93be-41c0-88f2-6d3e-0b17-c94a
            """)

    @Option(help: ArgumentHelp("The quorum's fingerprint, as on the cards.", valueName: "fingerprint"))
    var quorum: String

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        let path = try options.identityPath
        let file = try IdentityAccess.read(path)
        let inquiry = try Session.anonymous(options)
        let statement: String
        do throws(ClientError) { statement = try await inquiry.succession() } catch { throw Failure(error) }
        let passphrase = try options.passphrase(output).existing(of: "the identity of \(file.identity.name)")
        let next: IdentityFile
        do throws(IdentityFile.FollowProblem) {
            next = try file.following(statement, quorum: quorum.lowercased(), passphrase: passphrase)
        } catch { throw Failure(error) }
        // Where the same log goes on, what this device remembers of it goes on as well.
        let isOtherLog = next.identity.broker.logKey != file.identity.broker.logKey
        let seen = try Session.rememberedSize(options, of: file.identity.vault)
        let memory = FilePaths.join(try options.paths.state(of: file.identity.vault), "checkpoint")
        if isOtherLog, Folder.exists(memory) {
            // What the old log showed stays as evidence; it says nothing about the new one.
            let aside = memory + "." + Hex.encode(Random.bytes(4))
            do throws(HostError) { try Folder.rename(memory, to: aside) } catch {
                throw Failure.file(error, "what this device remembers of the log cannot be put aside", why: "state")
            }
        }
        do throws(IdentityError) { try next.replace(at: path) } catch { throw Failure(error) }
        output.answer([
            "authority": .string(next.identity.broker.authority.text),
            "log_key": .string(next.identity.broker.logKey.description), "seen_before": .integer(Int64(seen ?? 0)),
            "vault_id": .string(next.identity.vault.description),
        ]) {
            var list = LabelList()
            list.add("vault", next.identity.vault.description)
            list.add("log key", next.identity.broker.logKey.description)
            list.add("authority", next.identity.broker.authority.text)
            return list.rendered(paint: output.paint)
        }
        if isOtherLog, let seen {
            output.note("this device had seen \(seen) entries of the log; compare with the entry of the restore")
        }
    }
}

extension Failure {
    init(_ problem: IdentityFile.FollowProblem) {
        switch problem {
        case .none:
            self.init(
                code: "not-found", why: "succession",
                message: "this vault was never restored, and its authority never replaced: there is nobody to follow",
                hint: "if the broker is refused, find out which broker answers here", exitCode: 4)
        case .form:
            self.init(
                code: "integrity", why: "succession", message: "the broker's word of a quorum is not one",
                hint: "do not go on: find out which broker answers here", exitCode: 6)
        case .quorum(let fingerprint):
            self.init(
                code: "denied", why: "quorum", message: "the broker shows the word of another quorum: \(fingerprint)",
                hint: "compare with what stands on the cards; if that is another one, this is not your vault",
                exitCode: 3)
        case .vault:
            self.init(
                code: "denied", why: "vault", message: "the word is about another vault than this identity's",
                hint: "name the right folder or identity: --dir, --identity", exitCode: 3)
        case .current:
            self.init(
                code: "conflict", why: "current", message: "this identity trusts these keys, or later ones, already",
                hint: "nothing to do", exitCode: 7)
        case .identity(let error): self.init(error)
        }
    }
}
