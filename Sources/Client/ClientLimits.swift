/// Every limit of the client in one place.
public enum ClientLimits {
    /// How long one exchange with the broker may take, from the first byte sent to the last received. Unsealing hashes a
    /// passphrase for seconds and has its own.
    public static let deadlineSeconds: Int64 = 30
    public static let unsealDeadlineSeconds: Int64 = 180

    /// One exchange with a witness, and its first part: a person waits, and there may be several.
    static let witnessDeadlineSeconds: Int64 = 10
    static let witnessConnectSeconds: Int64 = 5

    /// A clock difference below this is no reason for a 401: requests live 60 s and may be 30 s early.
    static let noticeableClockSeconds: Int64 = 25

    /// One file of the client: identity, checkpoint, invitation.
    static let fileBytes = 64 * 1024
    /// Invitations kept for one vault.
    static let invitations = 1_000

    /// One message of the ssh-agent, its length not counted; OpenSSH's own bound is 256 KiB.
    static let agentMessageBytes = 256 * 1024
    static let agentKeys: UInt32 = 2_048
    /// How long the agent may think before an answer is given up.
    static let agentSeconds = 30
    /// The longest a key may stay in an agent: one long shift.
    public static let agentLifetimeSeconds: UInt32 = 16 * 3_600

    static let passphraseBytes = 1_024
}
