public import VaultModel

/// Why an envelope did not open, in the order in which the checks are made.
///
/// The detail is for tests and for an operator's diagnosis on the host. A caller who could tell a wrong key from a
/// flipped bit would have an oracle: outside, all of these are `outward`.
public enum EnvelopeError: Error, Equatable, Sendable, CaseIterable {
    /// Shorter or longer than any envelope of suite 1.
    case length
    case version
    case suite
    case flags
    /// The pad policy is not the one the registry has for the field.
    case padPolicy
    /// Sealed under another version of the key (another epoch for a key wrap) than the one at hand.
    case keyVersion
    /// The commitment differs: another key, another context, or an edited header or nonce.
    case commitment
    /// The ciphertext or the tag was edited.
    case authentication
    case padding
    /// No type byte, an unknown one, or an absent value with content; for a key wrap: not a key's length.
    case bodyType
    /// Type 1, but not UTF-8.
    case text
    /// The envelope is newer than its record: a field of a later state put into an earlier one.
    case revision

    /// What every caller outside the host is told.
    public var outward: Reason { .integrity }
}

/// The value does not fit the field's pad policy.
public struct BodyTooLong: Error, Equatable, Sendable {
    /// The longest value the policy takes, in bytes.
    public let limitBytes: Int
}
