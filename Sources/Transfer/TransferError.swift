/// Everything that can go wrong between Coffer and a place that keeps archives. No case carries a secret, and texts of
/// servers are cut down to the characters of an identifier.
public enum TransferError: Error, Hashable, Sendable {
    // What was asked

    /// A name that no object can have.
    case name
    /// The name is taken.
    case exists
    case notFound
    /// The object has more bytes than the caller takes, or the target lists more objects than any vault has.
    case tooLarge
    /// The object may not be removed before its date.
    case retained

    // The target

    /// The folder or bucket that the target names is not there: not mounted, not made, or another one.
    case missingTarget
    /// A link or another thing that Coffer never makes lies where an object or folder belongs.
    case planted
    /// Read back, the object is not what was sent.
    case altered
    case full
    /// The target's clock and this one's are too far apart for it to answer; by how much, where it says so.
    case clock(offsetSeconds: Int64?)
    /// The bucket lives in another region; which one, where the server says so.
    case region(String?)
    /// The target was to lock the object and has not.
    case notLocked

    // The way there

    case unreachable(Unreachable)
    case timeout
    case refused(Refused)
    case hostKey(HostKeyProblem)
    /// The server's certificate is not one that this machine trusts for that name.
    case certificate
    /// The server answers that it is busy, again and again.
    case busy
    /// What the server says is not of the protocol, or an error that no other case stands for: its code.
    case `protocol`(String)

    // What was configured

    case address(AddressProblem)
    case credentials(CredentialsProblem)
    /// A file of this machine could not be used: the value of `errno`.
    case file(errno: Int32)

    public enum Unreachable: Hashable, Sendable {
        /// The name has no address.
        case name
        /// Nothing answers there.
        case connection
        /// The connection ended in the middle, or the server failed there and gave no reason.
        case cut
    }

    public enum Refused: Hashable, Sendable {
        /// The server does not take the key or the password.
        case login
        /// The secret key does not belong to the access key, or the request was changed on its way.
        case signature
        /// The server knows who it is, and that one may not do this.
        case permission
    }

    public enum HostKeyProblem: Hashable, Sendable {
        /// No key was named that the server must have. Nothing was connected to.
        case unpinned
        /// What was named is no fingerprint and no public key of a kind that is accepted.
        case form
        /// The server has another key; its fingerprint, for somebody to compare.
        case mismatch(fingerprint: String)
        /// The server has an RSA key and no other.
        case rsa
        /// The server and this machine have no kind of host key in common that is accepted.
        case none
    }
}

/// Why the address of a target cannot be used.
public enum AddressProblem: Hashable, Sendable {
    case form
    /// Plain HTTP to another machine.
    case plaintext
    case user
    case path
    case bucket
    case region
}

/// Why a credentials file cannot be used. `line` counts from 1.
public enum CredentialsProblem: Hashable, Sendable {
    case missing
    /// Others than its owner can read or change it.
    case permissions
    /// It belongs to somebody else, or is no regular file.
    case owner
    case tooLarge
    case form(line: Int)
    case unknownName(line: Int)
    case repeated(line: Int)
    /// `agent` says something else than `yes`.
    case agent
    /// A value that the target needs is not there.
    case lacks(String)
    /// The key file that it names cannot be used: missing, readable by others, or not by this user.
    case keyFile
}
