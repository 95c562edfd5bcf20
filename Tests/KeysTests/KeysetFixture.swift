import Primitives
import Testing
import VaultModel

@testable import Keys

extension Fixture {
    /// One key of each kind, id 1; the key of kind k is the ramp that starts at 16k.
    func keyset() throws -> Keyset {
        try Keyset(
            entries: KeysetEntry.Kind.allCases.map {
                KeysetEntry(
                    kind: $0, id: 1, status: .enabled,
                    material: KeyMaterial(SecretBytes(copying: ramp($0.rawValue &* 16, 32))))
            })
    }

    /// The ramp that starts at 0xE0.
    func root() -> RootKey { RootKey(SecretBytes(copying: ramp(0xE0, 32))) }
}
