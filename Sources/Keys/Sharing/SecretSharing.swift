public import Primitives

/// Shamir's secret sharing over the ristretto255 scalar field, as RFC 9591 (appendix C.1) has it: the secret is the
/// value at zero of a random polynomial of degree k-1, a share is its value at the share's index.
enum SecretSharing {
    /// Most shares of one secret.
    static let largestCount: UInt8 = 16

    /// Whether k of n may be asked for. With k = 1 every card would be the secret itself.
    static func accepts(threshold: UInt8, count: UInt8) -> Bool {
        count <= largestCount && threshold >= 2 && threshold <= count
    }

    /// The shares 1 to `count`.
    ///
    /// - Parameter coefficients: of x, x², …; given only by tests with known answers.
    static func split(
        _ secret: borrowing Scalar, threshold: UInt8, count: UInt8, coefficients: [HeldScalar]? = nil
    ) -> [SecretShare] {
        precondition(accepts(threshold: threshold, count: count), "2 ≤ k ≤ n ≤ 16")
        let coefficients = coefficients ?? (1..<threshold).map { _ in HeldScalar(.random()) }
        precondition(coefficients.count == Int(threshold) - 1, "a polynomial of degree k-1")
        return (1...count).map { index in
            let place = Scalar(index)
            var value = Scalar(0)
            for coefficient in coefficients.reversed() {
                value = value.plus(coefficient.value).times(place)
            }
            return SecretShare(index: index, value: value.plus(secret))
        }
    }

    /// The secret, by Lagrange's interpolation at zero. The indexes are not zero and differ: a loop that did not look
    /// would give a wrong secret without a word.
    static func combine(_ shares: [SecretShare]) -> Scalar {
        precondition(Set(shares.map(\.index)).count == shares.count, "the indexes differ")
        precondition(shares.allSatisfy { $0.index > 0 }, "the secret itself is no share")
        var secret = Scalar(0)
        for share in shares {
            var numerator = Scalar(1)
            var denominator = Scalar(1)
            let own = Scalar(share.index)
            for other in shares where other.index != share.index {
                let place = Scalar(other.index)
                numerator = numerator.times(place)
                denominator = denominator.times(place.minus(own))
            }
            guard let inverse = denominator.inverse() else { preconditionFailure("differences are not zero") }
            secret = secret.plus(share.value.times(numerator).times(inverse))
        }
        return secret
    }
}

/// One share: a place on the polynomial and its value there.
public final class SecretShare: Sendable {
    /// 1 and up.
    public let index: UInt8
    public let value: Scalar

    public init(index: UInt8, value: consuming Scalar) {
        self.index = index
        self.value = value
    }
}
