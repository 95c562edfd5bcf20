import AccessLog
import Foundation
import Primitives
import Testing

/// The inclusion and consistency cases of transparency-dev/merkle.
@Suite(.enabled(if: Vectors.has("merkle"), "the vectors are not here"))
struct MerkleVectorTests {
    private struct Inclusion: Decodable {
        let leafIdx: UInt64
        let treeSize: UInt64
        let root: String
        let leafHash: String
        let proof: [String]?
        let wantErr: Bool
    }

    private struct Consistency: Decodable {
        let size1: UInt64
        let size2: UInt64
        let root1: String
        let root2: String
        let proof: [String]?
        let wantErr: Bool
    }

    private static func hash(_ text: String) -> [UInt8] { Base64.decode(text) ?? [] }

    @Test func `there are 98 cases of each kind`() {
        #expect(Vectors.files(under: "merkle/inclusion", ending: ".json").count == 98)
        #expect(Vectors.files(under: "merkle/consistency", ending: ".json").count == 98)
    }

    @Test(arguments: Vectors.files(under: "merkle/inclusion", ending: ".json"))
    func `an inclusion proof is accepted exactly where it should be`(path: String) throws {
        let sample = try JSONDecoder().decode(Inclusion.self, from: Data(Vectors.bytes(path)))
        let accepted = Merkle.isIncluded(
            leafHash: Self.hash(sample.leafHash), index: sample.leafIdx, size: sample.treeSize,
            root: Self.hash(sample.root), proof: (sample.proof ?? []).map(Self.hash))
        #expect(accepted == !sample.wantErr)
    }

    @Test(arguments: Vectors.files(under: "merkle/consistency", ending: ".json"))
    func `a consistency proof is accepted exactly where it should be`(path: String) throws {
        let sample = try JSONDecoder().decode(Consistency.self, from: Data(Vectors.bytes(path)))
        let accepted = Merkle.isConsistent(
            old: sample.size1, oldRoot: Self.hash(sample.root1), new: sample.size2, newRoot: Self.hash(sample.root2),
            proof: (sample.proof ?? []).map(Self.hash))
        #expect(accepted == !sample.wantErr)
    }
}
