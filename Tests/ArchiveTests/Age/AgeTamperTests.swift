import Primitives
import Testing

@testable import Archive

struct AgeTamperTests {
    private let identity = AgeIdentity.generate()

    private func refusal(_ file: [UInt8]) -> AgeError? {
        let identity = identity
        return ageError { () throws(AgeError) in try AgeFile.open(file, with: identity) }
    }

    @Test func `no bit of a small file can be changed`() throws {
        let file = try AgeFile.seal(noise(100), to: [identity.recipient, AgeIdentity.example.recipient])
        #expect(refusal(file) == nil)
        for place in file.indices {
            for bit in 0..<8 {
                var changed = file
                changed[place] ^= 1 << UInt8(bit)
                #expect(refusal(changed) != nil, "bit \(bit) of byte \(place)")
            }
        }
    }

    @Test func `with the key at hand no bit can be changed either`() throws {
        var writer = try AgeWriter(to: [identity.recipient])
        let file = writer.header + writer.append(noise(50))
        let key = HeldSecret(writer.fileKey())
        let whole = file + writer.finish()
        #expect(try AgeFile.open(whole, fileKey: key.bytes) == noise(50))
        for place in whole.indices {
            var changed = whole
            changed[place] ^= 0x20
            #expect(
                ageError { () throws(AgeError) in try AgeFile.open(changed, fileKey: key.bytes) } != nil,
                "byte \(place)")
        }
    }

    @Test func `a file cut anywhere is refused`() throws {
        let file = try AgeFile.seal(noise(300), to: [identity.recipient])
        for count in 0..<file.count {
            let error = refusal(Array(file[..<count]))
            let expected: AgeError =
                switch count {
                case 0: .notAge
                case 1..<184: .header(.truncated)
                case 184..<200: .truncated
                default: .damaged(chunk: 0)
                }
            #expect(error == expected, "\(count) bytes")
        }
        #expect(refusal(file + [0]) == .damaged(chunk: 0))
    }

    /// Sizes at which chunks begin and end, two full ones and one with 5 bytes.
    @Test func `a file of several chunks cut between or within them is refused`() throws {
        let content = noise(2 * 65_536 + 5)
        let file = try AgeFile.seal(content, to: [identity.recipient])
        let ends = (0...2).map { 184 + $0 * 65_552 }
        for end in ends {
            for count in [end - 1, end, end + 1, end + 15, end + 16, end + 20] where count > 184 {
                let error = refusal(Array(file[..<count]))
                #expect(error != nil, "\(count) bytes")
                if count == end { #expect(error == .truncated) }
            }
        }
        // The content of chunks that were whole is not the content of the file.
        var reader = AgeReader(with: [identity])
        #expect(try reader.append(Array(file[..<ends[2]])) == Array(content[..<131_072]))
        var error: AgeError?
        do throws(AgeError) { _ = try reader.finish() } catch let refusal { error = refusal }
        #expect(error == .truncated)
    }

    @Test func `chunks cannot change places, be left out, repeated or taken from another file`() throws {
        let recipients = [identity.recipient]
        let file = try AgeFile.seal(noise(3 * 65_536), to: recipients)
        let other = try AgeFile.seal(noise(3 * 65_536), to: recipients)
        let head = Array(file[..<184])
        func chunk(_ number: Int, _ file: [UInt8]) -> [UInt8] {
            Array(file[(184 + number * 65_552)..<(184 + (number + 1) * 65_552)])
        }
        let (one, two, three) = (chunk(0, file), chunk(1, file), chunk(2, file))
        #expect(refusal(head + one + two + three) == nil)
        #expect(refusal(head + two + one + three) == .damaged(chunk: 0))
        #expect(refusal(head + one + three) == .damaged(chunk: 1))
        #expect(refusal(head + one + one + two + three) == .damaged(chunk: 1))
        #expect(refusal(head + one + chunk(1, other) + three) == .damaged(chunk: 1))
        #expect(refusal(head + one + two) == .truncated)
        #expect(refusal(head + one + two + three + [1]) == .trailingBytes)
        #expect(refusal(head + one + two + three + three) == .trailingBytes)
        #expect(refusal(Array(other[..<184]) + one + two + three) == .damaged(chunk: 0))
    }

    @Test func `an empty chunk ends nothing but an empty file`() throws {
        let key = HeldSecret(SecretBytes(copying: noise(16)))
        let stanza = identity.recipient.wrap(key.bytes, ephemeral: SecretBytes.random(count: 32))
        let nonce = noise(16)
        let head = AgeHeader.encode([stanza], fileKey: key.bytes) + nonce
        var payload = AgePayload(fileKey: key.bytes, nonce: nonce)
        var chunks: [UInt8] = []
        unsafe payload.seal(noise(65_536).span.bytes, isLast: false, onto: &chunks)
        unsafe payload.seal([UInt8]().span.bytes, isLast: true, onto: &chunks)
        #expect(refusal(head + chunks) == .emptyLastChunk)
        var empty: [UInt8] = []
        var first = AgePayload(fileKey: key.bytes, nonce: nonce)
        unsafe first.seal([UInt8]().span.bytes, isLast: true, onto: &empty)
        #expect(refusal(head + empty) == nil)
    }

    @Test func `after an error a reader gives nothing more`() throws {
        let file = try AgeFile.seal(noise(200_000), to: [identity.recipient])
        var changed = file
        changed[184 + 65_552] ^= 1
        var reader = AgeReader(with: [identity])
        #expect(try reader.append(Array(changed[..<100_000])).count == 65_536)
        var errors: [AgeError] = []
        for piece in [Array(changed[100_000...]), [], file, [0]] {
            do throws(AgeError) { _ = try reader.append(piece) } catch { errors.append(error) }
        }
        do throws(AgeError) { _ = try reader.finish() } catch { errors.append(error) }
        #expect(errors == [AgeError](repeating: .damaged(chunk: 1), count: 5))
    }
}
