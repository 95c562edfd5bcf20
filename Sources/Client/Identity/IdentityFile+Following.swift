import Authority
import CanonicalJSON
public import Primitives
import AccessLog
import Host
import VaultModel

extension IdentityFile {
    /// Why an identity does not follow.
    public enum FollowProblem: Error, Equatable, Sendable {
        /// The broker has no word of a quorum: its vault was never brought back.
        case none
        /// The word is no statement, or its signature does not hold.
        case form
        /// It is signed by another quorum than the one the person has compared.
        case quorum(fingerprint: String)
        /// It is about another vault.
        case vault
        /// The identity trusts these keys already, or later ones: those of this very word, or an authority that was replaced.
        case current
        case identity(IdentityError)
    }

    /// The same key under the keys that the recovery quorum names. Takes as long as opening and sealing.
    ///
    /// - Parameters:
    ///   - statement: a DSSE text.
    ///   - quorum: the fingerprint as it stands on the cards.
    public func following(
        _ statement: String, quorum: String, passphrase: borrowing SecretBytes
    ) throws(FollowProblem) -> IdentityFile {
        guard !statement.isEmpty else { throw .none }
        guard let envelope = try? DSSEEnvelope(parsing: Array(statement.utf8)),
            let word = try? SuccessionStatement(envelope)
        else { throw .form }
        let shown = envelope.keyid.quorumFingerprint
        guard shown.utf8.elementsEqual(quorum.utf8) else { throw .quorum(fingerprint: shown) }
        guard word.vault == identity.vault else { throw .vault }
        let known = LogOrigin(identity.broker.logKey.name)?.incarnation ?? 0
        let origin = LogOrigin(vault: word.vault, incarnation: word.generation).description
        guard let key = Ed25519.PublicKey(word.logKey.rawKey), let logKey = VerifierKey(name: origin, key: key),
            let broker = BrokerKeys(
                logKey: logKey.description, replyKey: word.replyKey, tlsPin: word.tlsPin, authority: word.authority)
        else { throw .form }
        // In one generation only the authority changes, and one that was replaced never comes back: an old word is shown
        // by whoever has its key.
        guard word.generation > known || word.generation == known && broker != identity.broker,
            !identity.earlierAuthorities.contains(word.authority)
        else { throw .current }
        var earlier = identity.earlierAuthorities
        if word.authority != identity.broker.authority { earlier.append(identity.broker.authority) }
        guard earlier.count <= Identity.mostEarlierAuthorities else { throw .form }
        do throws(IdentityError) {
            let key = try open(passphrase: passphrase)
            return try IdentityFile.seal(
                key,
                identity: Identity(
                    kind: identity.kind, vault: identity.vault, kid: identity.kid, name: identity.name,
                    profile: identity.profile, broker: broker, earlierAuthorities: earlier), passphrase: passphrase)
        } catch { throw .identity(error) }
    }

    /// Puts this file in the place of the one that it follows.
    public func replace(at path: String) throws(IdentityError) {
        do throws(HostError) { try DurableFile.replace(path, with: encode()) } catch { throw .file(error.errno) }
    }
}
