import Primitives
import Testing
import VaultModel

@testable import Keys

/// Every choice of `count` elements.
func choices<T>(of list: [T], _ count: Int) -> [[T]] {
    guard count > 0 else { return [[]] }
    guard list.count >= count else { return [] }
    let rest = Array(list.dropFirst())
    return choices(of: rest, count - 1).map { [list[0]] + $0 } + choices(of: rest, count)
}

private func scalar(_ text: String) throws -> HeldScalar {
    guard let bytes = Hex.decode(text), let scalar = Scalar(SecretBytes(copying: bytes)) else {
        throw EnvelopeError.length
    }
    return HeldScalar(scalar)
}

struct SecretSharingTests {
    /// RFC 9591, appendix E.3: a dealer's polynomial over the ristretto255 scalar field.
    @Test func `the shares of RFC 9591 E.3 come out, and any two give the secret`() throws {
        let secret = try scalar("1b25a55e463cfd15cf14a5d3acc3d15053f08da49c8afcf3ab265f2ebc4f970b")
        let coefficient = try scalar("410f8b744b19325891d73736923525a4f596c805d060dfb9c98009d34e3fec02")
        let shares = SecretSharing.split(secret.value, threshold: 2, count: 3, coefficients: [coefficient])
        #expect(shares.map(\.index) == [1, 2, 3])
        #expect(
            shares.map { Hex.encode($0.value.bytes().exposeBytes()) } == [
                "5c3430d391552f6e60ecdc093ff9f6f4488756aa6cebdbad75a768010b8f830e",
                "b06fc5eac20b4f6e1b271d9df2343d843e1e1fb03c4cbb673f2872d459ce6f01",
                "f17e505f0e2581c6acfe54d3846a622834b5e7b50cad9a2109a97ba7a80d5c04",
            ])
        for pair in choices(of: shares, 2) {
            let isSecret = SecretSharing.combine(pair).equals(secret.value)
            #expect(isSecret)
        }
    }

    @Test func `k shares of n give the secret in any order, fewer do not`() {
        for count in UInt8(2)...6 {
            for threshold in 2...count {
                let secret = Scalar.random()
                let shares = SecretSharing.split(secret, threshold: threshold, count: count)
                for chosen in choices(of: shares, Int(threshold)) {
                    let isSecret = SecretSharing.combine(chosen.reversed()).equals(secret)
                    #expect(isSecret, "\(threshold) of \(count)")
                }
                for chosen in choices(of: shares, Int(threshold) - 1) {
                    let isSecret = SecretSharing.combine(chosen).equals(secret)
                    #expect(!isSecret, "\(threshold) - 1 of \(count)")
                }
            }
        }
    }

    @Test(
        arguments: [
            (1, 1, false), (1, 3, false), (0, 0, false), (2, 1, false), (3, 2, false), (2, 2, true), (2, 3, true),
            (16, 16, true), (2, 17, false), (17, 17, false), (0, 3, false), (255, 255, false),
        ] as [(UInt8, UInt8, Bool)])
    func `only 2 to 16 cards with k from 2 to n are made`(threshold: UInt8, count: UInt8, isAccepted: Bool) {
        #expect(ShareSet.accepts(threshold: threshold, count: count) == isAccepted)
    }

    /// A loop that did not look would return a wrong secret.
    @Test func `a repeated index is a mistake of the program and never a secret`() async {
        await #expect(processExitsWith: .failure) {
            let shares = SecretSharing.split(.random(), threshold: 2, count: 3)
            _ = SecretSharing.combine([shares[0], shares[0]])
        }
        await #expect(processExitsWith: .failure) {
            _ = SecretSharing.combine([SecretShare(index: 0, value: .random())])
        }
    }

    // MARK: - Scalars

    /// The group's order, and numbers around it.
    @Test(arguments: [
        ("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", false),
        ("eed3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", false),
        ("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", true),
        ("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false),
        ("0000000000000000000000000000000000000000000000000000000000000080", false),
        ("0000000000000000000000000000000000000000000000000000000000000000", true),
        ("0100", false),
    ])
    func `a scalar has one encoding`(text: String, isScalar: Bool) throws {
        let bytes = try hex(text)
        var isAccepted = false
        if Scalar(SecretBytes(copying: bytes)) != nil { isAccepted = true }
        #expect(isAccepted == isScalar)
    }

    @Test func `arithmetic agrees with small numbers`() {
        let sums = [
            Scalar(5).plus(Scalar(7)).equals(Scalar(12)), Scalar(12).minus(Scalar(7)).equals(Scalar(5)),
            Scalar(5).times(Scalar(7)).equals(Scalar(35)),
        ]
        #expect(sums == [true, true, true])
        var isOne = false
        if let inverse = Scalar(35).inverse() { isOne = inverse.times(Scalar(35)).equals(Scalar(1)) }
        #expect(isOne)
        var hasInverse = false
        if Scalar(0).inverse() != nil { hasInverse = true }
        #expect(!hasInverse)
        let isRepeated = Scalar.random().equals(Scalar.random())
        #expect(!isRepeated)
    }
}
