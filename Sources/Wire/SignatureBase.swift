/// A signature base of RFC 9421, section 2.5: one line for each component, the last for the parameters, no final
/// newline. The caller vouches that no value holds a line break; the profile's values cannot.
enum SignatureBase {
    struct Line {
        /// The component's identifier as it stands in `Signature-Input`, quotes and parameters included.
        let component: String
        let value: String

        init(_ component: String, _ value: String) {
            self.component = component
            self.value = value
        }
    }

    static func text(_ lines: [Line], parameters: String) -> String {
        var text = ""
        text.reserveCapacity(2_048)
        for line in lines {
            text += line.component
            text += ": "
            text += line.value
            text += "\n"
        }
        text += "\"@signature-params\": "
        text += parameters
        return text
    }

    /// The base of a request of the profile.
    static func request(
        authority: String, path: String, digest: String, head: String, capability: String, parameters: String
    ) -> String {
        text(
            [
                Line("\"@method\"", "POST"),
                Line("\"@authority\"", authority),
                Line("\"@path\"", path),
                Line("\"@query\"", "?"),
                Line("\"content-type\"", FixedHeaders.contentType),
                Line("\"content-digest\"", digest),
                Line("\"coffer-request\"", head),
                Line("\"coffer-capability\"", capability),
            ], parameters: parameters)
    }
}
