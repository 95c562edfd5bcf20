import Primitives
import Testing

@testable import Archive

struct AgeRoundTripTests {
    private let identity = AgeIdentity.generate()

    private static let sizes = [
        0, 1, 2, 1_000, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 196_608, 200_001,
    ]

    @Test(arguments: sizes)
    func `what was sealed opens, however it was cut`(size: Int) throws {
        let content = noise(size)
        for step in [size + 1, 65_536, 65_537, 7_919, 997] {
            var writer = try AgeWriter(to: [identity.recipient])
            var file = writer.header
            for piece in pieces(of: content, step) { file += writer.append(piece) }
            let key = writer.fileKey()
            file += writer.finish()
            #expect(file.count == 184 + size + 16 * max(1, (size + 65_535) / 65_536))
            #expect(try AgeFile.open(file, with: identity) == content)
            #expect(try AgeFile.open(file, fileKey: key) == content)
            var reader = AgeReader(with: [identity])
            var read: [UInt8] = []
            for piece in pieces(of: file, step) { read += try reader.append(piece) }
            read += try reader.finish()
            #expect(read == content)
        }
    }

    @Test func `a file read byte by byte gives its content chunk by chunk`() throws {
        let content = noise(70_000)
        let file = try AgeFile.seal(content, to: [identity.recipient])
        var reader = AgeReader(with: [identity])
        var given: [(Int, Int)] = []
        var read: [UInt8] = []
        for (place, byte) in file.enumerated() {
            let piece = try reader.append([byte])
            if !piece.isEmpty { given.append((place, piece.count)) }
            read += piece
        }
        #expect(given.map(\.0) == [184 + 65_551])
        #expect(given.map(\.1) == [65_536])
        read += try reader.finish()
        #expect(read == content)
    }

    @Test func `each of several recipients opens, others do not`() throws {
        let others = [AgeIdentity.generate(), .generate()]
        let file = try AgeFile.seal(noise(100), to: [identity.recipient] + others.map(\.recipient))
        for one in others + [identity] { #expect(try AgeFile.open(file, with: one) == noise(100)) }
        let stranger = AgeIdentity.generate()
        #expect(ageError { () throws(AgeError) in try AgeFile.open(file, with: stranger) } == .noMatch)
        var reader = AgeReader(with: [stranger, others[1]])
        var content = try reader.append(file)
        content += try reader.finish()
        #expect(content == noise(100))
    }

    @Test func `nobody and too many are no recipients`() {
        let recipient = identity.recipient
        #expect(ageError { () throws(AgeError) in try AgeFile.seal([], to: []) } == .noRecipient)
        let most = [AgeRecipient](repeating: recipient, count: 100)
        let identity = identity
        #expect(
            ageError { () throws(AgeError) in try AgeFile.open(try AgeFile.seal([1], to: most), with: identity) } == nil
        )
        #expect(
            ageError { () throws(AgeError) in try AgeFile.seal([], to: most + [recipient]) } == .tooManyRecipients)
    }

    @Test func `a secret goes into a file from locked memory`() throws {
        let secret = SecretBytes(copying: noise(32))
        var writer = try AgeWriter(to: [identity.recipient])
        var file = writer.header + writer.append([1])
        file += secret.withBytes { writer.append($0) }
        file += writer.finish()
        #expect(try AgeFile.open(file, with: identity) == [1] + noise(32))
    }

    @Test func `keys and nonces come from the random bytes that were given, each once`() throws {
        let calls = Calls()
        let make = { (count: Int) -> SecretBytes in
            calls.counts.append(count)
            return SecretBytes(copying: [UInt8](repeating: UInt8(calls.counts.count), count: count))
        }
        let recipients = [identity.recipient, AgeIdentity.example.recipient]
        let writer = try AgeWriter(to: recipients, random: make)
        #expect(calls.counts == [16, 16, 32, 32])
        let (header, key) = (writer.header, writer.fileKey().exposeBytes())
        #expect(key == [UInt8](repeating: 1, count: 16))
        #expect(header.suffix(16) == [UInt8](repeating: 2, count: 16)[...])
        calls.counts = []
        let again = try AgeWriter(to: recipients, random: make).header
        #expect(again == header)
        #expect(try AgeFile.seal([], to: recipients) != AgeFile.seal([], to: recipients))
    }

    private final class Calls {
        var counts: [Int] = []
    }

    @Test func `the key of one file opens no other`() async throws {
        let writer = try AgeWriter(to: [identity.recipient])
        let key = writer.fileKey()
        let other = try AgeFile.seal([1], to: [identity.recipient])
        var error: AgeError?
        do throws(AgeError) { _ = try AgeFile.open(other, fileKey: key) } catch let refusal { error = refusal }
        #expect(error == .headerMAC)
        await #expect(processExitsWith: .failure) { _ = AgeReader(fileKey: SecretBytes.random(count: 15)) }
    }
}
