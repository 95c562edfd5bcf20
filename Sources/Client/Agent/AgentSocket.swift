private import Glibc

/// One connection to an agent's Unix socket, closed when it goes. Calls block, at most `ClientLimits.agentSeconds`
/// each: the agent may be asking a person.
struct AgentSocket: ~Copyable {
    private let descriptor: Int32

    init(path: String) throws(AgentError) { self.init(owning: try Self.connected(to: path)) }

    private init(owning descriptor: Int32) { self.descriptor = descriptor }

    private static func connected(to path: String) throws(AgentError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        // One byte stays zero, the path's end.
        guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw .noAgent
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .connection(errno) }
        var limit = timeval(tv_sec: ClientLimits.agentSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let reason = errno
            close(descriptor)
            throw .connection(reason)
        }
        return descriptor
    }

    deinit { close(descriptor) }

    /// Sends one message and reads its answer, both with their lengths.
    borrowing func exchange(_ message: [UInt8]) throws(AgentError) -> [UInt8] {
        guard message.count <= ClientLimits.agentMessageBytes else { throw .answer }
        try write(AgentMessages.number(UInt32(message.count)))
        try write(message)
        var reader = AgentReader(try read(4))
        let count = Int(try reader.number())
        guard (1...ClientLimits.agentMessageBytes).contains(count) else { throw .answer }
        return try read(count)
    }

    private borrowing func write(_ bytes: [UInt8]) throws(AgentError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                // MSG_NOSIGNAL: an agent that went away is an error, not the end of the process.
                unsafe send(
                    descriptor, buffer.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Self.failure()
            }
            sent += count
        }
    }

    private borrowing func read(_ count: Int) throws(AgentError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let more = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress.map { unsafe $0 + received }, count - received, 0)
            }
            if more < 0 {
                if errno == EINTR { continue }
                throw Self.failure()
            }
            guard more > 0 else { throw .answer }
            received += more
        }
        return bytes
    }

    private static func failure() -> AgentError {
        errno == EAGAIN || errno == EWOULDBLOCK ? .timeout : .connection(errno)
    }
}
