import Client
import Foundation
import Glibc
import Primitives
import VaultModel
import Wire

/// One person with one connection, who sends requests that were signed beforehand: the measurement is of the broker,
/// not of the signing client beside it on the same two cores.
final class LoadClient: @unchecked Sendable {  // Used by one thread at a time, handed over between phases.
    private let kid: KeyID
    private let key: KeySigner
    private let authority: String
    private let descriptor: Int32
    private var counter: UInt64
    private var prepared = Prepared()
    private var buffer = [UInt8](repeating: 0, count: 1_024 * 1_024)

    init(_ bench: Workbench, _ who: String) throws {
        let file = try IdentityFile.read(bench.identity(who))
        var secret = Array("passphrase of \(who)".utf8)
        key = KeySigner(try file.open(passphrase: SecretBytes(wiping: &secret)))
        kid = file.identity.kid
        authority = file.identity.vault.description
        // Above whatever the key has used: microseconds since 1970.
        counter = UInt64(Date().timeIntervalSince1970 * 1e6)
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array((bench.vault + "/cofferd.sock").utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw Workbench.Failed(description: "no socket") }
    }

    deinit { close(descriptor) }

    func prepareShow(_ numbers: [String], count: Int) throws {
        try prepare(count) { counter in
            (
                .customerShow,
                RequestHead(
                    act: .read, counter: counter,
                    fields: ["customer.name", "customer.phone"].compactMap { FieldName($0) },
                    form: .full, purpose: "order", customers: numbers),
                RequestBody(NoMembers()).encode()
            )
        }
    }

    func prepareFind(_ phones: [String]) throws {
        var remaining = phones[...]
        try prepare(phones.count) { counter in
            (
                .find,
                RequestHead(
                    act: .find, counter: counter, fields: ["customer.name"].compactMap { FieldName($0) }, form: .masked,
                    purpose: "order"),
                RequestBody(
                    FindCustomers.Request(by: .phone, value: Sensitive(remaining.popFirst() ?? ""))
                ).encode()
            )
        }
    }

    /// One change of one field of each customer, as the counter makes it.
    func prepareUpdate(_ numbers: [String], preference: String) throws {
        guard let fields = FieldValues(["preferences": [preference]]) else {
            throw Workbench.Failed(description: "field")
        }
        var remaining = numbers[...]
        try prepare(numbers.count) { counter in
            (
                .customerUpdate,
                RequestHead(
                    act: .write, counter: counter,
                    fields: ["customer.preferences"].compactMap { FieldName($0) },
                    purpose: "order", customers: [remaining.popFirst() ?? ""]),
                RequestBody(UpdateCustomer.Request(fields: fields, rev: 0)).encode()
            )
        }
    }

    private func prepare(_ count: Int, _ make: (UInt64) -> (Endpoint, RequestHead, [UInt8])) throws {
        var requests: [[UInt8]] = []
        for _ in 0..<count {
            counter += 1
            let (endpoint, head, body) = make(counter)
            let unsigned = try UnsignedRequest(
                endpoint: endpoint, authority: authority, head: head, body: body, kid: kid,
                created: Int64(Date().timeIntervalSince1970))
            let request = try unsigned.signed(try key.sign(unsigned.base))
            var text = "POST \(endpoint.path) HTTP/1.1\r\nHost: \(authority)\r\n"
            for header in request.headers { text += "\(header.name): \(header.value)\r\n" }
            text += "Content-Length: \(body.count)\r\n\r\n"
            requests.append(Array(text.utf8) + body)
        }
        prepared = Prepared(requests)
    }

    /// Lets this connection send what another one of the same person has prepared. Each request is sent by one of them,
    /// in the order of their counters: a key's counters may overtake each other only so far.
    func share(_ other: LoadClient) { prepared = other.prepared }

    /// Sends what was prepared, one after the other; the milliseconds each took.
    ///
    /// - Parameter each: gets the reply, head and body.
    func run(_ each: (ArraySlice<UInt8>) throws -> Void = { _ in }) throws -> [Double] {
        var times: [Double] = []
        while let request = prepared.next() {
            let start = monotonicSeconds()
            let length = try exchange(request)
            times.append((monotonicSeconds() - start) * 1_000)
            try each(buffer[..<length])
        }
        return times
    }

    /// - Returns: how many bytes of the buffer are the reply.
    private func exchange(_ request: [UInt8]) throws -> Int {
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + sent }, request.count - sent)
            }
            guard count > 0 else { throw Workbench.Failed(description: "write") }
            sent += count
        }
        var received = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                read(descriptor, bytes.baseAddress.map { $0 + received }, bytes.count - received)
            }
            guard count > 0 else { throw Workbench.Failed(description: "read") }
            received += count
            guard let length = try buffer.withUnsafeBytes({ try Self.replyLength($0[..<received]) }) else { continue }
            if received >= length { return length }
        }
    }

    /// Bytes of a whole successful reply, once its head is there. It looks at bytes: what the generator spends is taken
    /// from the broker beside it.
    private static func replyLength(_ bytes: Slice<UnsafeRawBufferPointer>) throws -> Int? {
        guard let end = headEnd(bytes) else { return nil }
        guard bytes.starts(with: Array("HTTP/1.1 200".utf8)) else {
            throw Workbench.Failed(description: String(decoding: bytes, as: UTF8.self))
        }
        var line = bytes.startIndex
        while line < end {
            var next = line
            while bytes[next] != 0x0D { next += 1 }
            if next - line > 16,
                bytes[line..<line + 16].elementsEqual("content-length: ".utf8, by: { $0 | 0x20 == $1 | 0x20 })
            {
                return end + 4 + bytes[line + 16..<next].reduce(0) { $0 * 10 + Int($1 & 0x0F) }
            }
            line = next + 2
        }
        return end + 4
    }

    private static func headEnd(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...bytes.count - 4
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index
        }
        return nil
    }
}

/// Signed requests, to be sent in their order.
final class Prepared: @unchecked Sendable {  // Everything is behind the lock.
    private let lock = NSLock()
    private var requests: ArraySlice<[UInt8]>

    init(_ requests: [[UInt8]] = []) { self.requests = requests[...] }

    func next() -> [UInt8]? {
        lock.lock()
        defer { lock.unlock() }
        return requests.popFirst()
    }
}
