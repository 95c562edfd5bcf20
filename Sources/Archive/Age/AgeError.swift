/// Why an age file cannot be written or opened. No case carries a byte of a key or of the content.
public enum AgeError: Error, Equatable, Sendable {
    /// A file that nobody could open was asked for.
    case noRecipient
    /// More than 100 recipients.
    case tooManyRecipients
    /// No text of an X25519 recipient, or a key that no identity has.
    case recipient
    /// No text of an X25519 identity.
    case identity
    /// The file does not begin as an age file does, or is of another version.
    case notAge
    /// The file is in age's text form, which is not read here.
    case armored
    case header(AgeHeaderProblem)
    /// The header is sound, and none of its stanzas opens with the keys at hand.
    case noMatch
    /// The header was changed: its MAC is not the one of the file key.
    case headerMAC
    /// The file ends between two chunks: the last one is missing.
    case truncated
    /// A chunk (the first is 0) is not as it was written, or the file was cut within it: nobody can tell the two apart.
    case damaged(chunk: UInt64)
    /// The last chunk is empty and not the only one: no writer makes such a file.
    case emptyLastChunk
    /// Something follows the last chunk.
    case trailingBytes
}

/// What breaks the grammar of a header.
public enum AgeHeaderProblem: Equatable, Sendable {
    /// The file ends within the header, or within the nonce behind it.
    case truncated
    /// More than 64 KiB.
    case tooLong
    /// A line that is neither a stanza, nor of its body, nor the MAC.
    case line
    /// Not the one canonical base 64 without padding.
    case encoding
    /// There is no stanza at all.
    case noStanza
    /// An X25519 stanza whose arguments or body have another number or size, or whose share has small order.
    case stanza
    /// A stanza for a passphrase stands beside others.
    case passphraseNotAlone
}
