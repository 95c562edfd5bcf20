/// Whether a vault is for use or for trying things out. The profile is in the seal file's MAC and in every slot's
/// associated data; no vault is ever converted.
public enum VaultProfile: UInt8, CaseIterable, Hashable, Sendable {
    case standard = 1
    /// Cheap passphrase hashing; never for personal data.
    case test = 2

    /// `default` or `test`, as the command line has it.
    public var name: String { self == .standard ? "default" : "test" }

    public init?(name: String) {
        guard let profile = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = profile
    }
}

/// What one try of a passphrase costs, with Argon2id in one lane.
public struct PassphraseCost: Hashable, Sendable {
    /// Passes over the memory.
    public let operations: Int
    public let memoryBytes: Int

    public init(operations: Int, memoryBytes: Int) {
        self.operations = operations
        self.memoryBytes = memoryBytes
    }
}

extension VaultProfile {
    /// What new slots cost: 4 passes over 512 MiB take some 4 s on a small shop server.
    public var defaultCost: PassphraseCost {
        switch self {
        case .standard: PassphraseCost(operations: 4, memoryBytes: 512 << 20)
        case .test: PassphraseCost(operations: 1, memoryBytes: 8 << 20)
        }
    }

    /// Whether a slot may ask for `cost`. The floor keeps a downgraded slot from being written or trusted, the cap
    /// keeps a tampered file from hanging the host: it is checked before any work is done.
    public func accepts(_ cost: PassphraseCost) -> Bool {
        switch self {
        case .standard:
            (3...10).contains(cost.operations) && (256 << 20...2 << 30).contains(cost.memoryBytes)
        case .test: cost == defaultCost
        }
    }
}
