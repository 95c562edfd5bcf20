internal import CSodium

/// The library's one-time start. Every entry point that draws randomness or allocates locked memory goes through
/// `ready`, so no caller can forget it.
enum Sodium {
    static let ready: Void = {
        guard sodium_init() >= 0 else { fatalError("libsodium could not be initialised") }
    }()
}

/// The one failure of every authenticated decryption. It says nothing about the cause on purpose: whoever can tell a
/// wrong key from a flipped bit has an oracle.
public struct AuthenticationFailure: Error, Equatable, Sendable {
    public init() {}
}
