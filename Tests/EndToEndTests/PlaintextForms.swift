import Foundation
import Testing

/// The forms in which a value of a customer could lie in a file.
enum PlaintextForms {
    /// UTF-8, UTF-16 both ways, base64 at its three alignments, and for digits the reverse.
    static func of(_ value: String) -> [Data] {
        var forms = [Data(value.utf8)]
        forms.append(value.data(using: .utf16LittleEndian) ?? Data())
        forms.append(value.data(using: .utf16BigEndian) ?? Data())
        for shift in 0..<3 {
            let padded = Data(repeating: 0x20, count: shift) + Data(value.utf8)
            let text = padded.base64EncodedString()
            // Characters at both ends depend on the neighbours.
            let middle = text.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(4)
            if middle.utf8.count >= 6 { forms.append(Data(middle.utf8)) }
        }
        if value.allSatisfy(\.isNumber) { forms.append(Data(String(value.reversed()).utf8)) }
        return forms.filter { !$0.isEmpty }
    }

    /// Records an issue for each place that holds one of the values.
    static func expectNone(of values: [String], in bytes: [UInt8], of place: String) {
        let data = Data(bytes)
        for value in values {
            for form in of(value) where data.range(of: form) != nil {
                Issue.record("\(place) holds a value")
            }
        }
    }
}
