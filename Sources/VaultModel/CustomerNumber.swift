import Primitives

/// A customer's number, e.g. `C-7K3M-9QXD`: seven random characters of Crockford's base 32 (35 bits) and a check
/// character. It is the opaque id used in request heads, blocks and the log, and it says nothing about the person.
///
/// The check character is the value at the generator of GF(32) of the polynomial whose coefficients are the seven
/// digits, so that any one wrong character and any swap of two neighbours is noticed before the vault is asked.
public struct CustomerNumber: Hashable, Sendable, CustomStringConvertible {
    /// `C-` and two groups of four.
    public let text: String

    /// Accepts lower case, missing hyphens and the look-alikes of Crockford's alphabet (o for 0, i and l for 1).
    /// Returns nil when a character is foreign, the length is wrong or the check character does not fit.
    public init?(_ text: String) {
        var digits: [UInt8] = []
        digits.reserveCapacity(8)
        var input = text.utf8.makeIterator()
        guard let first = input.next(), first == UInt8(ascii: "C") || first == UInt8(ascii: "c"),
            text.utf8.count <= 16
        else {
            return nil
        }
        while let byte = input.next() {
            if byte == UInt8(ascii: "-") { continue }
            guard let digit = Crockford.value(of: byte) else { return nil }
            digits.append(digit)
        }
        guard digits.count == 8, digits[7] == Self.check(digits[0..<7]) else { return nil }
        self.init(digits: digits)
    }

    private init(digits: [UInt8]) {
        text = unsafe String(unsafeUninitializedCapacity: 11) { buffer in
            unsafe buffer.initialize(repeating: UInt8(ascii: "-"))
            unsafe buffer[0] = UInt8(ascii: "C")
            for (place, digit) in digits.enumerated() {
                unsafe buffer[place < 4 ? place + 2 : place + 3] = Crockford.upper[Int(digit)]
            }
            return 11
        }
    }

    /// A number no one has used, as far as 35 random bits can tell: the store knows those that are taken.
    public static func random() -> CustomerNumber {
        let digits = Random.bytes(7).map { $0 & 31 }
        return CustomerNumber(digits: digits + [check(digits[...])])
    }

    /// Returns nil unless `id` is that of a customer's own record.
    public init?(_ id: RecordID) {
        let text = id.bytes.prefix { $0 != 0 }
        guard let number = CustomerNumber(String(decoding: text, as: UTF8.self)), RecordID(number) == id else {
            return nil
        }
        self = number
    }

    /// Horner's rule in GF(32) with the primitive polynomial x⁵ + x² + 1; the result is multiplied once more, so that
    /// swapping the last digit with the check character shows too.
    private static func check(_ digits: ArraySlice<UInt8>) -> UInt8 {
        digits.reduce(0) { timesGenerator($0 ^ $1) }
    }

    private static func timesGenerator(_ element: UInt8) -> UInt8 {
        let shifted = element << 1
        return shifted & 0b10_0000 == 0 ? shifted : shifted ^ 0b10_0101
    }

    public var description: String { text }
}

/// Crockford's base 32: no I, L, O or U, read over a phone without spelling.
public enum Crockford {
    public static let upper = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    public static let lower = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// The value 0...31 of a character in either case, with o, i and l read as 0, 1 and 1.
    public static func value(of byte: UInt8) -> UInt8? {
        let value = values[Int(byte)]
        return value < 32 ? value : nil
    }

    /// By character; 255 where it is foreign.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in upper.enumerated() { values[Int(character)] = UInt8(value) }
        for (value, character) in lower.enumerated() { values[Int(character)] = UInt8(value) }
        for (character, value) in zip("OoIiLl".utf8, [0, 0, 1, 1, 1, 1] as [UInt8]) { values[Int(character)] = value }
        return values
    }()

    /// `count` random characters of the lower-case alphabet, five bits each.
    public static func randomLower(_ count: Int) -> String {
        String(decoding: Random.bytes(count).map { lower[Int($0 & 31)] }, as: UTF8.self)
    }
}
