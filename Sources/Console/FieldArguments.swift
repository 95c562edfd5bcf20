private import Host
public import VaultModel

/// Fields as they are named and filled in on the command line.
public enum FieldArguments {
    /// The most bytes read from a file or standard input: more does not fit into one request.
    public static let maximumBytes = 64 * 1_024

    /// `name,phone` as `customer.name`, `customer.phone`; a name with a dot keeps its record. Sorted, each once.
    public static func names(_ list: String, record: String = "customer") throws(Failure) -> [FieldName] {
        var names: Set<FieldName> = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            names.insert(try name(part.trimmed, record: record))
        }
        return names.sorted()
    }

    /// One field's name.
    public static func name(_ text: String, record: String = "customer") throws(Failure) -> FieldName {
        let name = text.contains(".") ? FieldName(text) : FieldName(record: record, field: text)
        guard let name else {
            // What is no name may be a value that was meant for another option: it is not repeated.
            throw .usage(
                "this is not a field's name",
                hint: "lower-case letters, digits and _, e.g. phone or customer.phone; separate several by commas",
                why: "field")
        }
        return name
    }

    /// The values of repeated `--field name=value`, and of a file with such lines.
    ///
    /// - Parameters:
    ///   - assignments: `name=value`; `name=-` takes the value from standard input.
    ///   - file: lines `name=value`, empty ones and those that begin with `#` skipped; `-` is standard input.
    ///   - readInput: reads standard input, at most once.
    /// - Returns: the fields in the order of their first mention, each with its values in the order given.
    public static func values(
        _ assignments: [String], file: String?, record: String = "customer",
        readInput: () throws(Failure) -> [UInt8] = { () throws(Failure) in try standardInput() }
    ) throws(Failure) -> [(name: FieldName, values: [String])] {
        var collected: [(name: FieldName, values: [String])] = []
        func add(_ name: FieldName, _ value: String) {
            if let index = collected.firstIndex(where: { $0.name == name }) {
                collected[index].values.append(value)
            } else {
                collected.append((name, [value]))
            }
        }
        var inputIsUsed = false
        func input() throws(Failure) -> String {
            guard !inputIsUsed else {
                throw .usage(
                    "standard input can give one value only", hint: "put the fields into a file: --fields-file FILE",
                    why: "field")
            }
            inputIsUsed = true
            return try text(try readInput())
        }
        if let file {
            let lines = file == "-" ? try input() : try text(try contents(of: file))
            for (number, line) in lines.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .enumerated()
            where !line.trimmed.isEmpty && !line.hasPrefix("#") {
                let (name, value) = try assignment(String(line), record, place: "line \(number + 1) of the fields file")
                add(name, value)
            }
        }
        for text in assignments {
            let (name, value) = try assignment(text, record, place: "--field")
            add(name, value == "-" ? try input() : value)
        }
        return collected
    }

    /// A search term: `-` reads it from standard input.
    public static func term(
        _ argument: String,
        readInput: () throws(Failure) -> [UInt8] = { () throws(Failure) in try standardInput() }
    ) throws(Failure) -> String {
        argument == "-" ? try text(try readInput()) : argument
    }

    private static func assignment(
        _ text: String, _ record: String, place: String
    ) throws(Failure) -> (FieldName, String) {
        guard let equals = text.firstIndex(of: "=") else {
            throw .usage("\(place) is not name=value", hint: "e.g. phone=13812345678", why: "field")
        }
        let name = try name(text[..<equals].trimmed, record: record)
        return (name, String(text[text.index(after: equals)...]))
    }

    public static func standardInput() throws(Failure) -> [UInt8] { try contents(of: "/dev/stdin") }

    private static func contents(of path: String) throws(Failure) -> [UInt8] {
        do throws(HostError) {
            return try DurableFile.read(path, limit: maximumBytes)
        } catch {
            throw .usage(
                path == "/dev/stdin"
                    ? "standard input cannot be read: \(error.reason.lowercased())"
                    : "the fields file cannot be read: \(error.reason.lowercased())", why: "field")
        }
    }

    /// The bytes as text without the line end that `echo` adds.
    private static func text(_ bytes: [UInt8]) throws(Failure) -> String {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw .usage("the input is not UTF-8", why: "field")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}

extension StringProtocol {
    /// Without blanks at both ends.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
