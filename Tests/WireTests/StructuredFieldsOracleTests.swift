import Primitives
import RawStructuredFieldValues
import Testing
import VaultModel

@testable import Wire

/// The library for structured fields is the oracle of the template parser: whatever the template accepts means the
/// same to the library, and whatever the library finds to be of the profile and canonical, the template accepts.
@Suite struct StructuredFieldsOracleTests {
    private static let components = [
        "@method", "@authority", "@path", "@query", "content-type", "content-digest", "coffer-request",
        "coffer-capability",
    ]

    /// What the library makes of a value, nil unless it has the profile's label, components and parameters.
    private func oracle(_ value: String) -> SignatureInput? {
        var parser = StructuredFieldValueParser(Array(value.utf8))
        guard let dictionary = try? parser.parseDictionaryFieldValue(), dictionary.count == 1,
            case .innerList(let list) = dictionary["sig1"], list.rfc9651Parameters.map(\.0) == Self.parameterNames,
            case .integer(let created) = list.rfc9651Parameters["created"],
            case .string(let keyid) = list.rfc9651Parameters["keyid"],
            case .integer(let expires) = list.rfc9651Parameters["expires"],
            case .string(let nonce) = list.rfc9651Parameters["nonce"],
            case .string("coffer-req-v1") = list.rfc9651Parameters["tag"]
        else { return nil }
        var names: [String] = []
        for item in list.bareInnerList {
            guard item.rfc9651Parameters.isEmpty, case .string(let name) = item.rfc9651BareItem else { return nil }
            names.append(name)
        }
        guard names == Self.components, created >= 0, expires >= 0, keyid.hasPrefix("ed25519:"),
            let kid = KeyID(String(keyid.dropFirst(8))), WireNonce.isValid(nonce)
        else { return nil }
        return SignatureInput(created: created, kid: kid, expires: expires, nonce: nonce)
    }

    private static let parameterNames = ["created", "keyid", "expires", "nonce", "tag"]

    private static func input(_ generator: inout SplitMix) -> SignatureInput {
        let numbers: [Int64] = [0, 1, 9, 10, 1_795_286_734, 999_999_999_999_999]
        return SignatureInput(
            created: numbers.randomElement(using: &generator) ?? 0, kid: KeyID(Sample.key(3).publicKey),
            expires: numbers.randomElement(using: &generator) ?? 0, nonce: Base64URL.encode(generator.bytes(16)))
    }

    @Test func `what we write, the library reads with the same meaning`() {
        var generator = SplitMix(state: 1)
        for _ in 0..<500 {
            let input = Self.input(&generator)
            #expect(oracle(input.value) == input)
            #expect(SignatureInput(input.value) == input)
        }
    }

    @Test func `on twenty thousand mutated values template and library agree`() {
        var generator = SplitMix(state: 2)
        var accepted = 0
        for _ in 0..<20_000 {
            let input = Self.input(&generator)
            var bytes = Array(input.value.utf8)
            mutate(&bytes, &generator)
            let text = String(decoding: bytes, as: UTF8.self)
            let ours = SignatureInput(text)
            if let ours { accepted += 1; #expect(oracle(text) == ours, "\(text)") }
            // The library accepts several spellings of one value; the template takes the canonical one.
            if let theirs = oracle(text), theirs.value == text { #expect(ours == theirs, "\(text)") }
        }
        // Mutations inside numbers and nonces leave the profile intact: both sides of the comparison were visited.
        #expect((200...19_000).contains(accepted))
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
        let index = Int.random(in: bytes.indices, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.remove(at: index)
        case 1: bytes.insert(bytes[index], at: index)
        case 2: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
        case 3: bytes.insert(Array(" ;,=\"()0".utf8).randomElement(using: &generator) ?? 0x20, at: index)
        case 4: bytes.swapAt(index, Int.random(in: bytes.indices, using: &generator))
        default:
            if (0x30...0x39).contains(bytes[index]) { bytes[index] = UInt8.random(in: 0x30...0x39, using: &generator) }
        }
    }
}

/// A generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }
}
