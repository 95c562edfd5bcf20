/// `Mask.middle`.
enum PhoneMask {
    /// Shows up to three leading and four trailing digits of the national form; of short numbers less, so that four
    /// digits always stay hidden, whoever knows the numbering plan.
    static func apply(_ stored: String) -> String {
        guard let national = PhoneNumber.national(ofStored: stored) else { return "****" }
        let digits = Array(national.utf8)
        let tail = min(4, max(0, digits.count - 4))
        let head = min(3, max(0, digits.count - tail - 4))
        return String(decoding: digits.prefix(head), as: UTF8.self) + "****"
            + String(decoding: digits.suffix(tail), as: UTF8.self)
    }
}
