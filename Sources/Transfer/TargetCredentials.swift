private import Glibc
internal import Host
internal import Primitives

/// What a target wants to see before it lets somebody in, from a file that only its owner can read:
///
/// ```
/// # for the bucket of the archives
/// access-key-id = AKIAEXAMPLE
/// secret-access-key = wJalrXUtnFEMI
/// ```
///
/// Names are those of `Name`. Blank lines and lines that begin with `#` are skipped. There is no other way to give a
/// secret to a target: arguments and the environment can be read by others.
public struct TargetCredentials: Sendable {
    /// What a line may be about.
    public enum Name: String, CaseIterable, Sendable {
        case accessKeyID = "access-key-id"
        case secretAccessKey = "secret-access-key"
        case password
        /// The path of a private key, Ed25519 or ECDSA, as ssh-keygen writes it.
        case keyFile = "key-file"
        case keyPassphrase = "key-passphrase"
        /// `yes`: the ssh-agent of this session signs.
        case agent
    }

    private let values: [Name: HeldSecret]

    init(_ values: [Name: HeldSecret]) { self.values = values }

    /// Reads the file; every refusal is `credentials` with the reason.
    public static func read(_ path: String) throws(TransferError) -> TargetCredentials {
        let secret: SecretBytes
        do throws(HostError) { secret = try PrivateFile.read(path, limit: TransferLimits.credentialsBytes) } catch {
            throw .credentials(problem(error))
        }
        return TargetCredentials(try parse(secret))
    }

    subscript(name: Name) -> HeldSecret? { values[name] }

    func required(_ name: Name) throws(TransferError) -> HeldSecret {
        guard let value = values[name] else { throw .credentials(.lacks(name.rawValue)) }
        return value
    }

    /// A value that is no secret in itself.
    func text(_ name: Name) -> String? {
        values[name].map { String(decoding: $0.bytes.exposeBytes(), as: UTF8.self) }
    }

    private static func problem(_ error: HostError) -> CredentialsProblem {
        switch error.errno {
        case ENOENT, ENOTDIR: .missing
        case EPERM: .permissions
        case EFBIG: .tooLarge
        default: .owner
        }
    }

    private static func parse(_ file: borrowing SecretBytes) throws(TransferError) -> [Name: HeldSecret] {
        var values: [Name: HeldSecret] = [:]
        for (index, line) in lines(of: file).enumerated() {
            let number = index + 1
            guard !line.isEmpty, byte(file, line.lowerBound) != UInt8(ascii: "#") else { continue }
            guard line.allSatisfy({ isAllowed(byte(file, $0)) }),
                let equals = line.first(where: { byte(file, $0) == UInt8(ascii: "=") })
            else { throw .credentials(.form(line: number)) }
            let nameRange = trimmed(file, line.lowerBound..<equals)
            let valueRange = trimmed(file, equals + 1..<line.upperBound)
            guard !valueRange.isEmpty, valueRange.count <= TransferLimits.credentialBytes else {
                throw .credentials(.form(line: number))
            }
            // Only what stands before the sign leaves the locked memory, and only to be compared.
            let written = String(decoding: nameRange.map { byte(file, $0) }, as: UTF8.self)
            guard let name = Name(rawValue: written) else { throw .credentials(.unknownName(line: number)) }
            guard values[name] == nil else { throw .credentials(.repeated(line: number)) }
            values[name] = HeldSecret(file.slice(valueRange))
        }
        guard let agent = values[.agent] else { return values }
        guard agent.bytes.equals(SecretBytes(copying: Array("yes".utf8))) else { throw .credentials(.agent) }
        return values
    }

    /// The lines without their ends and without spaces around them.
    private static func lines(of file: borrowing SecretBytes) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        for end in 0..<file.count where byte(file, end) == 0x0A {
            found.append(trimmed(file, start..<end))
            start = end + 1
        }
        found.append(trimmed(file, start..<file.count))
        return found
    }

    private static func trimmed(_ file: borrowing SecretBytes, _ range: Range<Int>) -> Range<Int> {
        func isSpace(_ index: Int) -> Bool { [0x20, 0x09, 0x0D].contains(byte(file, index)) }
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high, isSpace(low) { low += 1 }
        while low < high, isSpace(high - 1) { high -= 1 }
        return low..<high
    }

    private static func byte(_ file: borrowing SecretBytes, _ index: Int) -> UInt8 {
        file.withBytes { unsafe $0.unsafeLoad(fromByteOffset: index, as: UInt8.self) }
    }

    /// No control characters: what is handed to C ends at the first zero.
    private static func isAllowed(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }
}
