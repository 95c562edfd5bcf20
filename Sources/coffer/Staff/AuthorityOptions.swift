import ArgumentParser
import Authority
import Client
import Console
import Primitives
import VaultModel

/// The key that signs blocks: where it lies and how it is opened.
struct AuthorityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The authority's key file. Default: your identity file's name and .authority.", valueName: "file"),
        completion: .file())
    var authority: String?

    @Option(
        help: ArgumentHelp(
            "File with the passphrase of the authority's key. Default: that of the identity.", valueName: "file"),
        completion: .file())
    var authorityPassphraseFile: String?

    func path(_ options: GlobalOptions) throws(Failure) -> String {
        if let authority { return authority }
        return try options.identityPath + ".authority"
    }

    func passphrase(_ options: GlobalOptions, _ output: Output) -> Passphrase {
        let file = authorityPassphraseFile ?? options.passphrasePath
        return Passphrase(file: file, option: "--authority-passphrase-file", output: output)
    }

    /// Opens the key and makes sure that it is the one of the vault that the session speaks with.
    func open(_ options: GlobalOptions, _ session: Session, _ output: Output) throws(Failure) -> BlockSigner {
        let file: IdentityFile
        let path = try path(options)
        do throws(IdentityError) {
            file = try IdentityFile.read(path)
        } catch {
            guard error != .missing else {
                throw Failure(
                    code: "not-found", why: "no-authority", message: "the authority's key is not there",
                    hint: "name its file: --authority FILE; it may lie on a stick", exitCode: 4)
            }
            throw Failure(error)
        }
        guard file.identity.kind == .authority, file.identity.vault == session.vault,
            file.identity.kid == session.identity.broker.authority
        else {
            throw Failure(
                code: "denied", why: "other-authority", message: "this is not the authority's key of this vault",
                hint: "name its file: --authority FILE", exitCode: 3)
        }
        return BlockSigner(signer: try IdentityAccess.signer(for: file, passphrase: passphrase(options, output)))
    }
}

/// Signs blocks: with the authority's key, or a person's own.
struct BlockSigner {
    let signer: any Signer

    var kid: KeyID { signer.kid }

    func seal(_ block: some BlockBody) throws(Failure) -> DSSEEnvelope {
        do throws(AgentError) {
            return try DSSEEnvelope.sealing(block) { (pae) throws(AgentError) in try signer.sign(pae) }
        } catch { throw Failure(error) }
    }
}

extension DSSEEnvelope {
    /// What the head of the request that brings a block says of it: the SHA-256 of its payload in hexadecimal.
    var object: String { Hex.encode(BlockID(payload: payload).bytes) }
}
