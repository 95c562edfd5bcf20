internal import CHost
private import Glibc
public import Primitives

/// The person's terminal.
public enum Terminal {
    public enum PromptFailure: Error, Equatable, Sendable {
        /// Nobody can be asked: the process has no terminal.
        case noTerminal
        /// More than 1,024 bytes were typed.
        case tooLong
        /// The input ended or could not be read.
        case interrupted
    }

    /// Asks for a secret on the terminal itself, never on standard input, and does not echo it.
    public static func askSecret(_ prompt: String) throws(PromptFailure) -> SecretBytes {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let length = unsafe coffer_read_without_echo(prompt, &buffer, UInt64(buffer.count))
        guard length != -2 else { throw .noTerminal }
        guard length >= 0 else { throw errno == EMSGSIZE ? .tooLong : .interrupted }
        let whole = SecretBytes(wiping: &buffer)
        return whole.slice(0..<Int(length))
    }

    /// Asks for a line on the terminal itself, never on standard input.
    public static func ask(_ prompt: String) throws(PromptFailure) -> String {
        let terminal = unsafe Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw .noTerminal }
        defer { Glibc.close(terminal) }
        write(Array(prompt.utf8), to: terminal)
        var line: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = unsafe Glibc.read(terminal, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { throw .interrupted }
            if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
            guard line.count < 1_024 else { throw .tooLong }
            line.append(byte)
        }
    }

    public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Columns of the terminal at a descriptor, or nil when it is none.
    public static func columns(_ descriptor: Int32) -> Int? {
        let columns = coffer_terminal_columns(descriptor)
        return columns > 0 ? Int(columns) : nil
    }

    /// Writes all bytes to a descriptor. Failures are ignored: there is nowhere to report them.
    public static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            guard count > 0 || errno == EINTR else { return }
            written += max(count, 0)
        }
    }
}

/// The environment, read by name.
public enum Environment {
    public static func value(_ name: String) -> String? {
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }
}
