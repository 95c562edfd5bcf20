extension AgeError {
    /// What is wrong, in one line: lower case, no full stop.
    public var message: String {
        switch self {
        case .noRecipient: "an archive needs somebody who can open it"
        case .tooManyRecipients: "more than \(AgeFormat.mostRecipients) recipients"
        case .recipient: "this is no recipient of age"
        case .identity: "this is no identity of age"
        case .notAge: "this is no age file of version 1"
        case .armored: "this is an age file in its text form"
        case .header(let problem): "the header of the age file is malformed: \(problem.message)"
        case .noMatch: "the age file is not sealed to this identity"
        case .headerMAC: "the header of the age file was changed"
        case .truncated: "the age file is not whole: its end is missing"
        case .damaged(let chunk): "chunk \(chunk) of the age file was changed, or the file ends within it"
        case .emptyLastChunk: "the age file ends with an empty chunk"
        case .trailingBytes: "something was added behind the end of the age file"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .noRecipient: "give a recipient: age1 and 58 more characters"
        case .tooManyRecipients: "seal to the recovery recipient and the drill's, and pass their identities on"
        case .recipient: "copy it again: age1 and 58 more characters, all lower case"
        case .identity: "copy the whole line again: an identity of age has 74 characters, all upper case"
        case .notAge: "is this the right file? its first line should be age-encryption.org/v1"
        case .armored: "turn it into the binary form: age -d FILE | age -r RECIPIENT"
        case .noMatch: "try the identity of the recovery cards that were valid when the file was written"
        case .header(.truncated), .truncated: "fetch the file again: the copy may have been interrupted"
        case .header, .headerMAC, .damaged, .emptyLastChunk, .trailingBytes:
            "fetch the file again, or from another target: this copy is not what was written"
        }
    }
}

extension AgeHeaderProblem {
    var message: String {
        switch self {
        case .truncated: "it ends too early"
        case .tooLong: "more than \(AgeFormat.largestHeaderSize >> 10) KiB"
        case .line: "a line that is none of a header"
        case .encoding: "wrong base 64"
        case .noStanza: "it names nobody who can open the file"
        case .stanza: "a stanza for X25519 of the wrong form"
        case .passphraseNotAlone: "a passphrase beside other ways to open the file"
        }
    }
}
