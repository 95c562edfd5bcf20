public import Primitives
public import VaultModel

/// The person's ssh-agent: `coffer unlock` puts a decrypted key there for a shift, and requests are signed by it.
///
/// An agent signs for every process of the same user. A key in it is as safe as the session at the terminal.
public struct SSHAgent: Sendable {
    /// The socket's path.
    public let path: String

    public init(path: String) { self.path = path }

    /// The agent that `SSH_AUTH_SOCK` names.
    public init(environment: [String: String]) throws(AgentError) {
        guard let path = environment["SSH_AUTH_SOCK"], !path.isEmpty else { throw .noAgent }
        self.init(path: path)
    }

    /// The Ed25519 keys it holds.
    public func keys() throws(AgentError) -> [AgentKey] {
        try AgentMessages.identities(AgentSocket(path: path).exchange(AgentMessages.requestIdentities))
    }

    /// Hands a key over. The agent forgets it after `lifetimeSeconds`, at most 16 hours.
    ///
    /// - Parameter comment: shown by `ssh-add -l`; the person's name and the vault.
    public func add(
        _ key: borrowing Ed25519.SigningKey, comment: String, lifetimeSeconds: UInt32
    ) throws(AgentError) {
        let lifetime = min(max(lifetimeSeconds, 1), ClientLimits.agentLifetimeSeconds)
        let socket = try AgentSocket(path: path)
        var message = AgentMessages.add(key, comment: comment, lifetimeSeconds: lifetime)
        defer { _ = SecretBytes(wiping: &message) }
        try AgentMessages.success(socket.exchange(message))
    }

    /// Takes a key back; `noKey` when it is not there.
    public func remove(_ kid: KeyID) throws(AgentError) {
        do {
            try AgentMessages.success(AgentSocket(path: path).exchange(AgentMessages.remove(kid)))
        } catch AgentError.refused {
            throw .noKey
        }
    }

    /// A signer for a key the agent holds.
    public func signer(for kid: KeyID) throws(AgentError) -> AgentSigner {
        guard try keys().contains(where: { $0.kid == kid }) else { throw .noKey }
        return AgentSigner(agent: self, kid: kid)
    }
}

/// A key in an ssh-agent.
public struct AgentSigner: Signer {
    public let agent: SSHAgent
    public let kid: KeyID

    /// Asks the agent. What it answers is checked: a wrong signature never reaches the broker.
    public func sign(_ message: [UInt8]) throws(AgentError) -> [UInt8] {
        let answer = try AgentSocket(path: agent.path).exchange(AgentMessages.sign(message, with: kid))
        let signature = try AgentMessages.signature(answer)
        guard let key = Ed25519.PublicKey(kid.rawKey), key.isValid(signature: signature, for: message) else {
            throw .answer
        }
        return signature
    }
}
