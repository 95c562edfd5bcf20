import Host
public import VaultModel

/// Where the client keeps things, by the XDG base directory specification.
public struct ClientPaths: Equatable, Sendable {
    /// `$XDG_CONFIG_HOME/coffer`, by default `~/.config/coffer`.
    public let configuration: String
    /// `$XDG_STATE_HOME/coffer`, by default `~/.local/state/coffer`.
    public let state: String

    /// Nil when neither the variables nor `HOME` name absolute paths: nothing is ever written relative to wherever the
    /// program happens to stand.
    public init?(environment: [String: String]) {
        func folder(_ variable: String, _ fallback: String) -> String? {
            if let path = environment[variable], path.hasPrefix("/") { return FilePaths.join(path, "coffer") }
            guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
            return FilePaths.join(home, fallback)
        }
        guard let configuration = folder("XDG_CONFIG_HOME", ".config/coffer"),
            let state = folder("XDG_STATE_HOME", ".local/state/coffer")
        else { return nil }
        self.configuration = configuration
        self.state = state
    }

    /// The identity used when neither `--identity` nor `COFFER_IDENTITY` names one.
    public var identity: String { FilePaths.join(configuration, "identity") }

    /// What is remembered of one vault.
    public func state(of vault: VaultID) -> String { FilePaths.join(state, vault.description) }
}

/// Why something the client keeps beside the identity cannot be used.
public enum StateError: Error, Hashable, Sendable {
    /// A file cannot be read or written, for the reason of this `errno`.
    case file(Int32)
    /// A file does not have its form: it was edited, or cut by a full disk.
    case form
    /// A counter has reached 2⁵³-1, or would with this reservation.
    case exhausted
    /// There is one of this name already.
    case exists
}
