internal import Turnstile
internal import VaultModel
internal import Wire

/// What the broker is doing, with the data of that state. Pure transitions; the service acts on what they return.
enum BrokerState {
    case sealed(SealedVault)
    /// Somebody's passphrase is being stretched: one attempt at a time.
    case unsealing(SealedVault)
    case unsealed(OpenVault, SealedVault)
    /// The process ends; the vault is kept only for what must still be logged.
    case stopping(OpenVault?)

    /// Begins an attempt. The refusal names what stands in its way.
    mutating func beginUnsealing() throws(RequestRefusal) -> SealedVault {
        switch self {
        case .sealed(let vault):
            self = .unsealing(vault)
            return vault
        case .unsealing:
            throw RequestRefusal(.rateLimited, .rate, hint: "somebody is unsealing right now; try again in a moment")
        case .unsealed: throw .conflict("the vault is unsealed already")
        case .stopping: throw .stopping
        }
    }

    mutating func endUnsealing(_ opened: OpenVault?) {
        guard case .unsealing(let vault) = self else { return }
        self = opened.map { .unsealed($0, vault) } ?? .sealed(vault)
    }

    /// Answers nothing from now on. The open vault is kept for the last entry.
    mutating func beginStopping() {
        switch self {
        case .unsealed(let open, _): self = .stopping(open)
        case .sealed, .unsealing: self = .stopping(nil)
        case .stopping: break
        }
    }

    /// The open vault, if this was the first to ask for the end.
    mutating func stop() -> OpenVault? {
        beginStopping()
        guard case .stopping(let open) = self else { return nil }
        self = .stopping(nil)
        return open
    }
}

extension RequestRefusal {
    static let stopping = RequestRefusal(.sealed, .sealed, hint: "the broker is stopping; start it again and unseal")
    static let sealed = RequestRefusal(
        .sealed, .sealed, hint: "the vault is sealed; whoever may unseal it runs: coffer unseal")
}
