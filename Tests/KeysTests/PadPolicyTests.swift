import Testing

@testable import Keys

struct PadPolicyTests {
    @Test func `the numbers of the policies never change`() {
        #expect(PadPolicy.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
        #expect(PadPolicy(rawValue: 6) == nil)
    }

    @Test(arguments: [
        (PadPolicy.blocks16, [(1, 16), (15, 16), (16, 32), (1_023, 1_024)], 1_024),
        (.blocks32, [(1, 32), (31, 32), (32, 64), (1_023, 1_024)], 1_024),
        (.blocks64, [(1, 64), (63, 64), (64, 128), (1_023, 1_024)], 1_024),
        (.blocks128, [(1, 128), (127, 128), (128, 256), (1_023, 1_024)], 1_024),
        (
            .buckets,
            [
                (1, 256), (255, 256), (256, 512), (511, 512), (512, 1_024), (8_191, 8_192), (8_192, 16_384),
                (16_383, 16_384),
            ], 16_384
        ),
        (.unpadded, [(16, 16), (32, 32), (65_536, 65_536)], 65_537),
    ])
    func `bodies grow to the documented sizes`(pad: PadPolicy, sizes: [(Int, Int)], tooLong: Int) {
        for (count, padded) in sizes { #expect(pad.paddedSize(of: count) == padded, "\(count)") }
        #expect(pad.paddedSize(of: tooLong) == nil)
    }

    @Test func `what is padded is unpadded, and no other length is`() {
        for pad in PadPolicy.allCases {
            for count in stride(from: 16, through: 1_000, by: 7) {
                let body = [UInt8](repeating: 0x80, count: count)
                var padded = body
                #expect(pad.pad(&padded))
                #expect(pad.unpaddedCount(of: padded) == count)
                guard pad != .unpadded else { continue }
                #expect(pad.unpaddedCount(of: padded + [0]) == nil)
                #expect(pad.unpaddedCount(of: padded + padded.map { _ in 0 }) == nil, "more padding than needed")
                #expect(pad.unpaddedCount(of: Array(padded.dropLast())) == nil)
            }
        }
    }

    @Test func `a body that is too long is left as it is`() {
        var body = [UInt8](repeating: 1, count: 1_024)
        #expect(!PadPolicy.blocks64.pad(&body))
        #expect(body.count == 1_024)
    }

    @Test func `the capacity is that of the value`() throws {
        let fixture = try Fixture()
        for pad in PadPolicy.allCases where pad != .unpadded {
            let longest = [UInt8](repeating: 7, count: pad.capacity)
            let envelope = try Envelope.seal(
                .bytes(longest), context: fixture.context, key: fixture.key, revision: 1, pad: pad)
            #expect(envelope.count == pad.limit + Envelope.overheadBytes)
            #expect(throws: BodyTooLong(limitBytes: pad.capacity)) {
                try Envelope.seal(
                    .bytes(longest + [7]), context: fixture.context, key: fixture.key, revision: 1, pad: pad)
            }
        }
    }
}
