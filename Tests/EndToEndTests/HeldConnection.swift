import Client
import Foundation
import Glibc
import Testing
import VaultModel
import Wire

/// A connection kept open by hand.
final class HeldConnection {
    private let descriptor: Int32

    init(_ sandbox: Sandbox) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array((sandbox.vault + "/cofferd.sock").utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }

    deinit { close(descriptor) }

    /// A read of one customer's name by somebody of the staff.
    func request(of party: Party, _ customer: String, counter: UInt64, ahead: Int64 = 0) throws -> [UInt8] {
        try request(
            by: party.key, in: party.session.authority, purpose: "order", customer, counter: counter, ahead: ahead)
    }

    /// The same by any key, for any purpose.
    func request(
        by key: KeySigner, in vault: String, purpose: String, _ customer: String, counter: UInt64, ahead: Int64 = 0
    ) throws -> [UInt8] {
        let body = RequestBody(NoMembers()).encode()
        let head = RequestHead(
            act: .read, counter: counter, fields: ["customer.name"].compactMap { FieldName($0) }, form: .full,
            purpose: purpose, customers: [customer])
        let unsigned = try UnsignedRequest(
            endpoint: .customerShow, authority: vault, head: head, body: body, kid: key.kid,
            created: Int64(Date().timeIntervalSince1970) + ahead)
        let signed = try unsigned.signed(try key.sign(unsigned.base))
        var text = "POST \(Endpoint.customerShow.path) HTTP/1.1\r\nHost: \(vault)\r\n"
        for header in signed.headers { text += "\(header.name): \(header.value)\r\n" }
        return Array((text + "Content-Length: \(body.count)\r\n\r\n").utf8) + body
    }

    func exchange(_ request: [UInt8]) throws -> String {
        let sent = unsafe write(descriptor, request, request.count)
        #expect(sent == request.count)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe read(descriptor, &buffer, buffer.count)
        try #require(count > 0)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// Sends the same again and again and reads nothing, until nothing more is taken for a second, or `most` bytes have
    /// been. Returns how many were.
    func flood(_ request: String, most: Int) -> Int {
        let bytes = Array(request.utf8)
        var sent = 0
        while sent < most {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&waiting, 1, 1_000) == 1, waiting.revents & Int16(POLLHUP | POLLERR) == 0 else { break }
            let count = unsafe send(
                descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            if count < 0 { break }
            sent += count
        }
        return sent
    }

    /// Sends the pieces and reads so many replies, each of which says how long it is.
    ///
    /// - Parameter thenNoMore: whether to close our direction behind the last piece.
    func replies(to pieces: [String], count: Int, thenNoMore: Bool = false) throws -> [String] {
        for piece in pieces {
            let bytes = Array(piece.utf8)
            try #require(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        }
        if thenNoMore { shutdown(descriptor, Int32(SHUT_WR)) }
        var received: [UInt8] = []
        var replies: [String] = []
        while replies.count < count {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let read = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            try #require(read > 0)
            received += buffer[..<read]
            while let length = Self.length(ofReplyIn: String(decoding: received, as: UTF8.self)),
                received.count >= length
            {
                replies.append(String(decoding: received[..<length], as: UTF8.self))
                received.removeFirst(length)
            }
        }
        #expect(received.isEmpty)
        return replies
    }

    /// Bytes of the first reply, once its head is there.
    private static func length(ofReplyIn text: String) -> Int? {
        guard let end = text.range(of: "\r\n\r\n"),
            let field = text[..<end.lowerBound].firstMatch(of: /content-length: (\d+)/), let body = Int(field.1)
        else { return nil }
        return text[..<end.upperBound].utf8.count + body
    }

    /// Whether the other side has ended the connection, waiting so many milliseconds at most.
    func isClosed(within milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe Glibc.poll(&poll, 1, milliseconds) == 1 else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return unsafe read(descriptor, &buffer, buffer.count) <= 0
    }
}
