import Primitives
import Testing
import VaultModel

@testable import Keys

/// `count` bytes that count up from `first`: the shape of all keys and ids in the vectors.
func ramp(_ first: UInt8, _ count: Int) -> [UInt8] { (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) } }

func hex(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> [UInt8] {
    try #require(Hex.decode(text), "hexadecimal", sourceLocation: location)
}

/// The context of the first vector, and what goes with it.
struct Fixture {
    let vault: VaultID
    /// Differs from `vault` in every byte.
    let otherVault: VaultID
    let customer: RecordID
    let nonce = ramp(0x40, 24)
    var context: FieldContext

    init() throws {
        vault = try #require(VaultID(ramp(0x20, 16)))
        otherVault = try #require(VaultID(ramp(0x21, 16)))
        customer = try #require(RecordID(ramp(0x30, 16)))
        context = FieldContext(vault: vault, customer: customer, record: customer, table: 1, field: 2)
    }

    var cek: SecretBytes { SecretBytes(copying: ramp(0, 32)) }
    var key: CustomerKey { CustomerKey(cek, version: 7) }

    func phone() throws -> [UInt8] {
        try Envelope.seal(
            .text("+15555550123"), context: context, key: key, revision: 42, pad: .blocks32, nonce: nonce)
    }
}

func recordID(_ bytes: [UInt8]) throws -> RecordID { try #require(RecordID(bytes)) }

/// The error a throwing expression ends with, or nil. Lets a table of cases be compared in one line.
func failure<R, E: Error>(_ body: () throws(E) -> R) -> E? {
    do {
        _ = try body()
        return nil
    } catch {
        return error
    }
}
