private import Glibc

/// One conversion descriptor of iconv(3): from a legacy encoding to UTF-8.
@safe struct EncodingConverter: ~Copyable {
    private let descriptor: iconv_t

    init(_ encoding: TextEncoding) {
        guard let descriptor = unsafe iconv_open(TextEncoding.utf8.iconvName, encoding.iconvName),
            Int(bitPattern: descriptor) != -1
        else { preconditionFailure("glibc ships a converter for \(encoding.rawValue)") }
        unsafe self.descriptor = descriptor
    }

    deinit { unsafe _ = iconv_close(descriptor) }

    /// Converts as much as it can; `isValid` is false when it stopped at bytes that are no character.
    borrowing func convert(_ bytes: [UInt8]) -> (text: [UInt8], used: Int, isValid: Bool) {
        var input = bytes.map { CChar(bitPattern: $0) }
        // The longest growth: two bytes of GB 18030 or Big5 become at most three or four of UTF-8.
        var output = [CChar](repeating: 0, count: bytes.count * 3 + 16)
        var inputLeft = input.count
        var outputLeft = output.count
        let code = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                var from = source.baseAddress
                var to = target.baseAddress
                return unsafe iconv(descriptor, &from, &inputLeft, &to, &outputLeft) == -1 ? errno : 0
            }
        }
        precondition(code != E2BIG, "the output was sized for the longest growth")
        let text = output.prefix(output.count - outputLeft).map { UInt8(bitPattern: $0) }
        // EINVAL: the last character is cut. EILSEQ: no character.
        return (text, bytes.count - inputLeft, code == 0 || code == EINVAL)
    }
}
