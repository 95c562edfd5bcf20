internal import Primitives

/// One way to the file key: arguments, the first of which says what kind it is, and a body.
struct AgeStanza: Equatable, Sendable {
    let arguments: [String]
    let body: [UInt8]

    static let x25519 = "X25519"
    static let scrypt = "scrypt"

    /// The lines of a header, each with its line end.
    var text: String {
        var text = "-> " + arguments.joined(separator: " ") + "\n"
        // The last line is shorter than the others, and empty if need be: so a reader knows that it is the last.
        for start in stride(from: 0, through: body.count, by: AgeFormat.bodyLineSize) {
            text += Base64Unpadded.encode(Array(body[start..<min(start + AgeFormat.bodyLineSize, body.count)])) + "\n"
        }
        return text
    }
}
