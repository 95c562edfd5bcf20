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
}
