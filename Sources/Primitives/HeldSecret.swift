/// A secret that several places hold or that goes to another thread. It is wiped when the last of them lets go.
public final class HeldSecret: Sendable {
    public let bytes: SecretBytes

    public init(_ bytes: consuming SecretBytes) { self.bytes = bytes }
}

/// The same of a scalar.
public final class HeldScalar: Sendable {
    public let value: Scalar

    public init(_ value: consuming Scalar) { self.value = value }
}
