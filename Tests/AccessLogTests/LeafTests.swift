import AccessLog
import Primitives
import Testing

struct LeafTests {
    private let leaf = Leaf(
        hashing: Array("core".utf8), subject: Array("subject".utf8), evidence: Array("evidence".utf8))

    @Test func `the text is the header and three lines of hexadecimal`() throws {
        let lines = String(decoding: leaf.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5)
        #expect(lines[0] == "coffer/log/v1")
        #expect(lines[1] == "\(Hex.encode(SHA256.hash(Array("core".utf8))))")
        #expect(lines[2] == "\(Hex.encode(SHA256.hash(Array("subject".utf8))))")
        #expect(lines[3] == "\(Hex.encode(SHA256.hash(Array("evidence".utf8))))")
        #expect(lines[4].isEmpty)
        #expect(leaf.bytes.count == Leaf.size)
        #expect(leaf.hash == SHA256.hash([0] + leaf.bytes))
        #expect(Leaf(parsing: leaf.bytes) == leaf)
    }

    @Test func `every changed byte makes another leaf or none`() {
        for offset in 0..<Leaf.size {
            for mask: UInt8 in [1, 0x20, 0x80] {
                var bytes = leaf.bytes
                bytes[offset] ^= mask
                #expect(Leaf(parsing: bytes) != leaf)
            }
        }
        #expect(Leaf(parsing: leaf.bytes.dropLast()) == nil)
        #expect(Leaf(parsing: leaf.bytes + [10]) == nil)
        let upper = String(decoding: leaf.bytes, as: UTF8.self).uppercased().replacing(
            "COFFER/LOG/V1", with: "coffer/log/v1")
        #expect(Leaf(parsing: Array(upper.utf8)) == nil)
    }

    @Test(.enabled(if: Vectors.has("coffer/log"), "the vectors are not here"))
    func `the sample leaf has the hash that the sample proof leads from`() throws {
        let bytes = try Vectors.bytes("coffer/log/leaf423")
        let sample = try #require(Leaf(parsing: bytes))
        #expect(sample.bytes == bytes)
        #expect(sample.core == SHA256.hash(try Vectors.bytes("coffer/log/core423.json")))
        let proof = try LogProof(parsing: Vectors.bytes("coffer/log/e423.tlog-proof"))
        #expect(proof.index == 423)
        let key = try #require(VerifierKey(String(try Vectors.text("coffer/log/keys.txt").dropLast())))
        #expect(try proof.open(leaf: sample, key: key).size == 700)
    }
}
