/// Why a keyset is not one, or a change to it is refused.
public enum KeysetError: Error, Equatable, Sendable {
    /// Not the serialisation: wrong format number, order, length, kind or status.
    case malformed
    /// A kind has no enabled key.
    case incomplete
    /// There is no such key.
    case unknownKey
    /// A retired key is never enabled again, a destroyed one never comes back.
    case statusOnlyAdvances
    /// The ids of the kind, or the places of the keyset, are used up.
    case full
}
