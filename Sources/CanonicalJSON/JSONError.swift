/// Why bytes were not accepted as canonical JSON, or why an object did not have the expected members.
///
/// No case carries anything taken from the input: the names in `missing` and `wrongType` are the ones the *caller*
/// asked for, so that an error can be printed and logged whatever was received.
public enum JSONError: Error, Hashable, Sendable {
    /// More bytes than the limit allows.
    case tooLong
    /// More nested objects and arrays than the limit allows.
    case tooDeep
    /// Not well-formed UTF-8, a byte-order mark, or half of a surrogate pair.
    case encoding
    /// Not JSON: a foreign byte, a raw control character, an unfinished value.
    case syntax
    /// A negative number, a fraction, an exponent, a leading zero, or more than 2^53-1.
    case number
    /// `null`, which the format leaves out: a member is there with a value, or not at all.
    case null
    /// A member name outside the permitted alphabet.
    case name
    /// Two members of one object with the same name.
    case duplicate
    /// Members out of order: RFC 8785 sorts them by UTF-16 code units.
    case order
    /// Another spelling of the same value: white space, a needless or upper-case escape.
    case notCanonical
    /// Bytes after the value.
    case trailing

    /// An object was expected.
    case notAnObject
    /// The object lacks this member.
    case missing(String)
    /// The member is there but its value has another type.
    case wrongType(String)
    /// The object has a member that no one asked for.
    case unknownMember
}
