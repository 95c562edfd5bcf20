import CanonicalJSON
import Foundation
import Testing

/// The cases of github.com/cyberphone/json-canonicalization, `testdata`. They are another project's and are not part of
/// this repository.
enum JCSVectors {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["COFFER_VECTORS"] {
            return URL(fileURLWithPath: path).appendingPathComponent("jcs")
        }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/vectors/jcs")
    }()

    static let arePresent: Bool = {
        let found = FileManager.default.fileExists(atPath: folder.appendingPathComponent("input").path)
        if !found {
            print("skipped: no RFC 8785 vectors at \(folder.path); set COFFER_VECTORS to a folder that has jcs/")
        }
        return found
    }()

    static func bytes(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appendingPathComponent(path)))
    }
}

@Suite("RFC 8785 vectors", .enabled(if: JCSVectors.arePresent, "the vectors of RFC 8785 are not here"))
struct VectorTests {
    @Test("inputs become the expected bytes", arguments: ["french", "structures", "unicode", "weird"])
    func canonicalises(name: String) throws {
        let input = try JSONSerialization.jsonObject(with: Data(JCSVectors.bytes("input/\(name).json")))
        let expected = try JCSVectors.bytes("output/\(name).json")
        let value = try #require(Self.value(input))
        #expect(value.encode() == expected)
        #expect(try JSONValue.parse(expected, limits: .anyNames) == value)
        let hex = String(decoding: try JCSVectors.bytes("outhex/\(name).txt"), as: UTF8.self)
        let bytes = hex.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
        #expect(value.encode() == bytes)
    }

    @Test(
        "inputs as they stand are not canonical",
        arguments: ["arrays", "french", "structures", "unicode", "values", "weird"])
    func refusesInputs(name: String) throws {
        #expect(refusal(of: try JCSVectors.bytes("input/\(name).json"), limits: .anyNames) != nil)
    }

    @Test("fractions and null are refused even in canonical form")
    func refusesFractionsAndNull() throws {
        #expect(refusal(of: try JCSVectors.bytes("output/arrays.json"), limits: .anyNames) == .null)
        #expect(refusal(of: try JCSVectors.bytes("output/values.json"), limits: .anyNames) == .null)
        let numbers = "[333333333.3333333,1e+30,4.5,0.002,1e-27]"
        for number in numbers.dropFirst().dropLast().split(separator: ",") {
            #expect(refusal(of: String(number), limits: .anyNames) == .number)
        }
    }

    @Test("names beyond the members of our formats are refused unless any name is allowed")
    func refusesForeignNames() throws {
        #expect(refusal(of: try JCSVectors.bytes("output/french.json"), limits: .message) == .name)
        #expect(refusal(of: try JCSVectors.bytes("output/weird.json"), limits: .message) == .name)
    }

    /// Foundation reads the inputs, which are not canonical; nil for what our format leaves out.
    private static func value(_ any: Any) -> JSONValue? {
        switch any {
        case let text as String: return .string(text)
        case let number as NSNumber: return .integer(number.int64Value)
        case let elements as [Any]:
            let values = elements.compactMap(value)
            return values.count == elements.count ? .array(values) : nil
        case let members as [String: Any]:
            let values = members.compactMapValues(value)
            return values.count == members.count ? .object(values) : nil
        default: return nil
        }
    }
}
