internal import CSodium

/// An integer modulo the order of the ristretto255 group (RFC 9496), in locked memory: the field secrets are shared over.
///
/// All arithmetic is libsodium's and takes no time from the values. A value is always the canonical one.
public struct Scalar: ~Copyable, Sendable {
    /// Bytes of an encoding, little-endian.
    public static let size = 32
    private let secret: SecretBytes

    private init(canonical secret: consuming SecretBytes) { self.secret = secret }

    /// The scalar of 32 little-endian bytes; nil for another length or a number that is not below the order: two
    /// encodings of one share would be two shares to whoever compares them.
    public init?(_ bytes: borrowing SecretBytes) {
        guard bytes.count == Self.size else { return nil }
        let wide = bytes.appending(SecretBytes(zeroed: Self.size))
        let reduced = SecretBytes(zeroed: Self.size)
        unsafe crypto_core_ristretto255_scalar_reduce(reduced.mutablePointer, wide.pointer)
        guard reduced.equals(bytes) else { return nil }
        secret = reduced
    }

    /// A random scalar, never zero.
    public static func random() -> Scalar {
        Sodium.ready
        let secret = SecretBytes(zeroed: size)
        unsafe crypto_core_ristretto255_scalar_random(secret.mutablePointer)
        return Scalar(canonical: secret)
    }

    /// A small number, e.g. the index of a share.
    public init(_ number: UInt8) {
        secret = SecretBytes(copying: [number] + [UInt8](repeating: 0, count: Self.size - 1))
    }

    public borrowing func plus(_ other: borrowing Scalar) -> Scalar {
        let sum = SecretBytes(zeroed: Self.size)
        unsafe crypto_core_ristretto255_scalar_add(sum.mutablePointer, secret.pointer, other.secret.pointer)
        return Scalar(canonical: sum)
    }

    public borrowing func minus(_ other: borrowing Scalar) -> Scalar {
        let difference = SecretBytes(zeroed: Self.size)
        unsafe crypto_core_ristretto255_scalar_sub(difference.mutablePointer, secret.pointer, other.secret.pointer)
        return Scalar(canonical: difference)
    }

    public borrowing func times(_ other: borrowing Scalar) -> Scalar {
        let product = SecretBytes(zeroed: Self.size)
        unsafe crypto_core_ristretto255_scalar_mul(product.mutablePointer, secret.pointer, other.secret.pointer)
        return Scalar(canonical: product)
    }

    /// The scalar that gives one when multiplied with this; nil for zero.
    public borrowing func inverse() -> Scalar? {
        let inverse = SecretBytes(zeroed: Self.size)
        guard unsafe crypto_core_ristretto255_scalar_invert(inverse.mutablePointer, secret.pointer) == 0 else {
            return nil
        }
        return Scalar(canonical: inverse)
    }

    public borrowing func clone() -> Scalar { Scalar(canonical: secret.clone()) }

    /// The 32 bytes.
    public borrowing func bytes() -> SecretBytes { secret.clone() }

    /// Compares in constant time.
    public borrowing func equals(_ other: borrowing Scalar) -> Bool { secret.equals(other.secret) }
}
