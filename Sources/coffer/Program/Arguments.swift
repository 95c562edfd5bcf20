import AccessLog
import Authority
import Console
import Host
import VaultModel
import Wire

/// Arguments that are names or ids. What is refused is not repeated: it may be a value in the wrong place.
enum Arguments {
    static func customer(_ text: String) throws(Failure) -> CustomerNumber {
        guard let number = CustomerNumber(text) else {
            throw .usage(
                "this is not a customer's number", hint: "it looks like C-7K3M-9QXD; one wrong character is noticed",
                why: "number")
        }
        return number
    }

    /// Sorted as a head wants them, each once.
    static func customers(_ texts: [String]) throws(Failure) -> [CustomerNumber] {
        var numbers: [CustomerNumber] = []
        for text in texts {
            let number = try customer(text)
            if !numbers.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    /// The id of an order or another record.
    static func record(_ text: String) throws(Failure) -> RecordName {
        guard let name = RecordName(text) else {
            throw .usage(
                "this is not a record's id", hint: "it begins with letters and _, e.g. o_… for an order", why: "id")
        }
        return name
    }

    /// The id of a request that waits for other persons.
    static func request(_ text: String) throws(Failure) -> String {
        guard OpaqueID.isRecord(text), text.hasPrefix("r_") else {
            throw .usage(
                "this is not a request's id", hint: "it begins with r_; coffer request list shows them", why: "request")
        }
        return text
    }

    /// The code of an emergency.
    static func breakGlass(_ text: String) throws(Failure) -> String {
        guard Label.isValid(text) else {
            throw .usage(
                "this is not a code of an emergency", hint: "the policy lists them, e.g. threat-to-life",
                why: "break-glass")
        }
        return text
    }

    /// What the shop calls a witness.
    static func witness(_ text: String) throws(Failure) -> String {
        guard Label.isValid(text) else {
            throw .usage(
                "this is not a witness's name", hint: "up to 32 lower-case letters, digits and -, e.g. officer",
                why: "name")
        }
        return text
    }

    static func purpose(_ text: String) throws(Failure) -> Purpose {
        guard let purpose = Purpose(text) else {
            throw .usage(
                "this is not a purpose's name", hint: "the policy lists them, e.g. order or support", why: "purpose")
        }
        return purpose
    }

    static func role(_ text: String) throws(Failure) -> RoleName {
        guard let role = RoleName(text) else {
            throw .usage(
                "this is not a role's name", hint: "the policy lists them, e.g. customer-service", why: "role")
        }
        return role
    }

    static func shop(_ text: String) throws(Failure) -> ShopName {
        guard let shop = ShopName(text) else {
            throw .usage("this is not a shop's name", hint: "lower-case letters, digits and -, e.g. s12", why: "shop")
        }
        return shop
    }

    static func form(_ text: String) throws(Failure) -> Form {
        guard let form = Form(rawValue: text), form != .match else {
            throw .usage("--form is full or masked", why: "form")
        }
        return form
    }

    /// Milliseconds since 1970; 0 where the option was not given.
    static func time(_ text: String?, _ option: String) throws(Failure) -> Int64 {
        guard let text else { return 0 }
        guard let time = Moment.parse(text), time >= 0 else {
            throw .usage("\(option) is not a time", hint: "2026-11-21 or 2026-11-21T08:00+08:00", why: "time")
        }
        return time
    }

    /// A day of the calendar, where the option was given.
    static func day(_ text: String?, _ option: String) throws(Failure) -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw .usage("\(option) is not a day", hint: "2026-11-21", why: "date")
        }
        return day
    }

    /// A log's verifier key, or the first one in the file of that name.
    static func logKey(_ text: String, option: String) throws(Failure) -> VerifierKey {
        if let key = VerifierKey(text), key.algorithm == .ed25519 { return key }
        if let bytes = try? DurableFile.read(text, limit: keyFileBytes) {
            let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            let keys = words.lazy.compactMap { VerifierKey(String($0)) }
            if let key = keys.first(where: { $0.algorithm == .ed25519 }) { return key }
        }
        throw .usage(
            "\(option) is no log's key", hint: "coffer init printed it: NAME+HASH+KEY", why: "key")
    }

    private static let keyFileBytes = 4 * 1_024

    /// The name of a person of the staff, as it is stored.
    static func personName(_ text: String) throws(Failure) -> String {
        guard !text.isEmpty, text.utf8.count <= 256, !text.unicodeScalars.contains(where: \.isControl) else {
            throw .usage("a name has 1 to 256 bytes and no control characters", why: "name")
        }
        return text
    }
}

extension Unicode.Scalar {
    var isControl: Bool { properties.generalCategory == .control }
}
