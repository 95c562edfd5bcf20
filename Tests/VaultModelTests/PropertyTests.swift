import Testing
import VaultModel

/// A small generator with a seed, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("Random values")
struct PropertyTests {
    /// Characters that matter to some rule, beside any at all.
    private static let telling = Array(
        "0123456789+-() ./@#;:=xX年月日ＴTz０９：＠。，张欧阳市区省县自治路aAzZßİéÉΣς\u{301}\u{307}\u{327}\u{3099}ｶﾞ가각\u{200D}\u{FE0F}👩\n\r\t\u{3000}\u{A0}"
            .unicodeScalars)

    private static func text(_ random: inout SplitMix) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...24, using: &random) {
            let any = Unicode.Scalar(UInt32.random(in: 0...0x2_FFFF, using: &random))
            if Int.random(in: 0..<8, using: &random) == 0, let any {
                scalars.append(any)
            } else if let one = telling.randomElement(using: &random) {
                scalars.append(one)
            }
        }
        return String(scalars)
    }

    @Test(
        "are refused or stored in a form that is stable, fits, and compares like the raw value",
        arguments: FieldType.allCases)
    func stable(type: FieldType) throws {
        var random = SplitMix(state: 0xC0FF_EE00)
        let normalisers = LookupKind.allCases.filter { $0.fieldType == type }.map(\.normaliser)
        for _ in 0..<2_000 {
            let raw = Self.text(&random)
            guard let stored = try? type.canonical(raw, region: china) else { continue }
            let scalars = raw.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
            #expect(stored.utf8.count <= type.maximumBytes && !stored.isEmpty)
            #expect((try? type.canonical(stored, region: china)).map(utf8) == utf8(stored), "\(type): \(scalars)")
            for normaliser in normalisers {
                let fromRaw = try? normaliser.normalise(raw, region: china)
                #expect((try? normaliser.normalise(stored: stored)) == fromRaw, "\(normaliser): \(scalars)")
            }
        }
    }

    @Test(
        "normalise to a form that is its own", arguments: [Normaliser.name, .email, .memberNumber, .idNumber, .phone])
    func idempotent(normaliser: Normaliser) throws {
        var random = SplitMix(state: 0xBADC_AB1E)
        for _ in 0..<2_000 {
            let raw = Self.text(&random)
            guard let once = try? normaliser.normalise(raw, region: china) else { continue }
            let twice = try normaliser.normalise(String(decoding: once, as: UTF8.self), region: china)
            #expect(twice == once, "\(raw.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    @Test("are never shown whole by a mask that hides", arguments: Mask.allCases.filter { $0 != .none })
    func masked(mask: Mask) {
        var random = SplitMix(state: 0x5EED)
        for _ in 0..<2_000 {
            let value = Self.text(&random)
            let shown = mask.apply(value)
            #expect(shown.contains("**"))
            #expect(value.isEmpty || !shown.hasPrefix(value) || value.allSatisfy { $0 == "*" })
            #expect(
                shown.unicodeScalars.allSatisfy { $0.value >= 0x20 }
                    || !value.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        }
    }
}
