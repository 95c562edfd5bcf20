import VaultModel

/// Base-32 digits of an enrolment code and their check.
enum EnrolmentDigits {
    static let count = 44
    static let groupSize = 5

    /// Digits of a text, hyphens and spaces skipped.
    static func digits(in text: String) throws(EnrolmentCode.Problem) -> [UInt8] {
        var digits: [UInt8] = []
        for byte in text.utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
            guard digits.count < count else { throw .length }
            guard let digit = Crockford.value(of: byte) else { throw .character(group: digits.count / groupSize + 1) }
            digits.append(digit)
        }
        guard digits.count == count else { throw .length }
        return digits
    }

    static func text(_ digits: [UInt8]) -> String {
        var characters: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if index > 0, index.isMultiple(of: groupSize) { characters.append(UInt8(ascii: "-")) }
            characters.append(Crockford.upper[Int(digit)])
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Five bytes make eight digits, most significant bits first.
    static func digits(of bytes: [UInt8]) -> [UInt8] {
        regroup(bytes, from: 8, to: 5)
    }

    static func bytes(of digits: ArraySlice<UInt8>) -> [UInt8] {
        regroup(Array(digits), from: 5, to: 8)
    }

    private static func regroup(_ words: [UInt8], from old: Int, to new: Int) -> [UInt8] {
        precondition((words.count * old).isMultiple(of: new), "whole words on both sides")
        var result: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for word in words {
            pending = pending << UInt32(old) | UInt32(word)
            bits += old
            while bits >= new {
                bits -= new
                result.append(
                    UInt8(truncatingIfNeeded: pending >> UInt32(bits)) & UInt8(truncatingIfNeeded: 1 << new - 1))
            }
            pending &= 1 << UInt32(bits) - 1
        }
        return result
    }

    /// Two digits over GF(32) = GF(2)[x]/(x⁵+x²+1): the payload as a polynomial at the generator, times the generator,
    /// then the sum of all digits including that one.
    ///
    /// The sum notices any one wrong digit; the polynomial notices two different digits that changed places, unless
    /// they stand 31 apart, because powers of the generator differ within 31 places. Anything else passes once in 1024.
    static func check(_ payload: [UInt8]) -> [UInt8] {
        let first = payload.reduce(0) { timesGenerator($0 ^ $1) }
        return [first, payload.reduce(first, ^)]
    }

    private static func timesGenerator(_ element: UInt8) -> UInt8 {
        let shifted = element << 1
        return shifted & 0b10_0000 == 0 ? shifted : shifted ^ 0b10_0101
    }
}
