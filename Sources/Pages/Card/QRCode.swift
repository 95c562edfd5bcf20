internal import CQRCode

/// A QR code as a drawing, by libqrencode.
struct QRCode {
    /// Modules of one side.
    let width: Int
    private let isDark: [Bool]

    /// Nil when the text is too long for a code. Letters are read as capitals, which makes the code coarser and easier
    /// to scan from worn paper; level Q survives a quarter of it.
    init?(_ text: String) {
        guard let code = unsafe QRcode_encodeString(text.uppercased(), 0, QR_ECLEVEL_Q, QR_MODE_8, 0) else {
            return nil
        }
        defer { unsafe QRcode_free(code) }
        guard let data = unsafe code.pointee.data else { return nil }
        let width = unsafe Int(code.pointee.width)
        self.width = width
        isDark = (0..<width * width).map { unsafe data[$0] & 1 == 1 }
    }

    func isDark(_ column: Int, _ row: Int) -> Bool { isDark[row * width + column] }

    /// Black on white whatever the page's colours are, with the four light modules around that readers need.
    var svg: Markup {
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                guard isDark(column, row) else {
                    column += 1
                    continue
                }
                let start = column
                while column < width, isDark(column, row) { column += 1 }
                path += "M\(start + 4) \(row + 4)h\(column - start)v1h-\(column - start)z"
            }
        }
        let side = width + 8
        return """
            <svg class="code" viewBox="0 0 \(side) \(side)" role="img" aria-label="QR" shape-rendering="crispEdges"><rect \
            width="\(side)" height="\(side)" fill="#fff"/><path fill="#000" d="\(path)"/></svg>
            """
    }
}
