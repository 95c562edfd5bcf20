private import Glibc
import Host
public import Primitives

/// Where a passphrase comes from: a file, or the person at the terminal. Never an argument or the environment, which
/// other users of the machine can read.
public struct Passphrase: Sendable {
    /// The option that names the file, for hints.
    private let option: String
    private let file: String?
    private let output: Output
    private let ask: @Sendable (String) throws(Terminal.PromptFailure) -> SecretBytes

    /// - Parameters:
    ///   - file: its first line is the passphrase; nil asks at the terminal.
    ///   - option: the option that names the file.
    public init(file: String?, option: String = "--passphrase-file", output: Output) {
        self.init(file: file, option: option, output: output) { prompt throws(Terminal.PromptFailure) in
            try Terminal.askSecret(prompt)
        }
    }

    init(
        file: String?, option: String = "--passphrase-file", output: Output,
        ask: @escaping @Sendable (String) throws(Terminal.PromptFailure) -> SecretBytes
    ) {
        self.file = file
        self.option = option
        self.output = output
        self.ask = ask
    }

    /// The passphrase of something that exists.
    public func existing(of subject: String) throws(Failure) -> SecretBytes {
        if let file { return try read(file) }
        return try answer("passphrase of \(subject): ")
    }

    /// A new passphrase, asked for twice so that a slip of the finger does not lock anybody out.
    public func new(for subject: String) throws(Failure) -> SecretBytes {
        if let file { return try read(file) }
        let first = try answer("new passphrase for \(subject): ")
        let second = try answer("the same again: ")
        guard first.equals(second) else {
            throw .usage("the two passphrases differ", hint: "nothing was changed; try again", why: "passphrase")
        }
        return first
    }

    private func answer(_ prompt: String) throws(Failure) -> SecretBytes {
        let secret: SecretBytes
        do throws(Terminal.PromptFailure) {
            secret = try ask(TerminalText.safe(prompt))
        } catch {
            switch error {
            case .noTerminal:
                throw .usage(
                    "there is no terminal to ask for the passphrase", hint: "name a file with \(option)",
                    why: "no-terminal")
            case .tooLong: throw .usage("the passphrase is longer than 1,024 bytes", why: "passphrase")
            case .interrupted: throw .usage("no passphrase was given", why: "passphrase")
            }
        }
        guard secret.count > 0 else { throw .usage("the passphrase is empty", why: "passphrase") }
        return secret
    }

    /// The first line of a file.
    private func read(_ path: String) throws(Failure) -> SecretBytes {
        warnIfOthersCanRead(path)
        let whole = try firstBytes(of: path)
        let length = whole.withBytes { span -> Int? in
            func byte(_ index: Int) -> UInt8 { unsafe span.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
            var end = 0
            while end < span.byteCount, byte(end) != 0x0A { end += 1 }
            if end == Self.fileBytes { return nil }
            return end > 0 && byte(end - 1) == 0x0D ? end - 1 : end
        }
        guard let length, length <= Self.mostBytes else {
            throw .usage("the first line of the passphrase file is longer than 1,024 bytes", why: "passphrase-file")
        }
        guard length > 0 else { throw .usage("the first line of the passphrase file is empty", why: "passphrase-file") }
        return whole.slice(0..<length)
    }

    private static let mostBytes = 1_024
    /// More than the longest line, its end included.
    private static let fileBytes = 1_040

    /// The beginning of a file or a pipe, read into memory that is wiped: no other copy is made.
    private func firstBytes(of path: String) throws(Failure) -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: Self.fileBytes)
        var filled = 0
        while filled < buffer.count {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress.map { unsafe $0 + filled }, $0.count - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let reason = errno
                _ = SecretBytes(wiping: &buffer)
                throw unreadable(reason)
            }
            if count == 0 { break }
            filled += count
        }
        return SecretBytes(wiping: &buffer).slice(0..<filled)
    }

    private func unreadable(_ number: Int32) -> Failure {
        let reason = HostError(operation: "open", path: nil, errno: number).reason.lowercased()
        return .usage("the passphrase file cannot be read: \(reason)", hint: "check \(option)", why: "passphrase-file")
    }

    private func warnIfOthersCanRead(_ path: String) {
        guard PrivateFile.isOpenToOthers(path) else { return }
        output.warning("the passphrase file can be read by other users of this machine")
        output.hint("chmod 600 the file named by \(option)")
    }
}
