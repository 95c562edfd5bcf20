/// `Mask.middle`.
enum PhoneMask {
    /// Shows up to three leading and four trailing digits of the national form; of short numbers less, so that four
    /// digits always stay hidden, whoever knows the numbering plan.
    static func apply(_ stored: String) -> String {
        let e164 = PhoneNumber.e164(ofStored: stored)
        guard e164.utf8.first == UInt8(ascii: "+"), let phone = try? PhoneNumber(e164, region: .mainlandChina) else {
            return "****"
        }
        let digits = Array(phone.national.utf8)
        let tail = min(4, max(0, digits.count - 4))
        let head = min(3, max(0, digits.count - tail - 4))
        return String(decoding: digits.prefix(head), as: UTF8.self) + "****"
            + String(decoding: digits.suffix(tail), as: UTF8.self)
    }
}
