/// What goes to a server in one exchange, and what comes back.
final class Exchange {
    // MARK: - To the server

    var sent: [UInt8] = []
    /// Whether bytes are sent even when there are none.
    var isUpload = false
    /// Lines of the request's head.
    var requestHeaders: [String] = []
    /// Commands of SFTP that come before the rest.
    var quoted: [String] = []
    /// Judges the public key of an SSH server, as in its key exchange.
    var checkHostKey: (([UInt8]) -> Bool)?
    private var offset = 0

    // MARK: - From the server

    private(set) var body: [UInt8] = []
    /// What the reply's head says, by lower-case name. Of several lines with one name the last counts.
    private(set) var headers: [String: String] = [:]
    /// Whether the server sent more than was to be taken.
    private(set) var overran = false
    let limit: Int
    private var headerBytes = 0
    private static let mostHeaderBytes = 64 << 10

    init(limit: Int) { self.limit = limit }

    /// Whether all of it was sent.
    var isSent: Bool { offset == sent.count }

    func receive(_ piece: [UInt8]) -> Bool {
        guard piece.count <= limit - body.count else {
            overran = true
            return false
        }
        body += piece
        return true
    }

    /// Usually one line; what SFTP's `statvfs` answers comes in one piece.
    func receiveHeader(_ piece: [UInt8]) -> Bool {
        headerBytes += piece.count
        guard headerBytes <= Self.mostHeaderBytes else {
            overran = true
            return false
        }
        for line in String(decoding: piece, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimming { $0 == " " || $0 == "\t" }
            headers[line[..<colon].lowercased()] = String(value)
        }
        return true
    }

    func nextToSend(upTo count: Int) -> ArraySlice<UInt8> {
        let piece = sent[offset...].prefix(count)
        offset += piece.count
        return piece
    }
}

extension Substring {
    /// Without the characters at both ends that `isOuter` says yes to.
    func trimming(_ isOuter: (Character) -> Bool) -> Substring {
        var rest = self.drop(while: isOuter)
        while let last = rest.last, isOuter(last) { rest.removeLast() }
        return rest
    }
}
