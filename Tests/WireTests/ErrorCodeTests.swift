import Testing

@testable import Wire

@Suite struct ErrorCodeTests {
    @Test func `every code has its status and exit code`() {
        let table: [ErrorCode: (Int, Int32)] = [
            .malformed: (400, 2), .unauthenticated: (401, 3), .denied: (403, 3), .approvalRequired: (403, 3),
            .notFound: (404, 4), .erased: (410, 4), .conflict: (409, 7), .tooLarge: (413, 2), .rateLimited: (429, 8),
            .integrity: (500, 6), .sealed: (503, 5), .unavailable: (503, 5), .internal: (500, 70),
        ]
        #expect(table.count == ErrorCode.allCases.count)
        for (code, (status, exit)) in table {
            #expect(code.status == status)
            #expect(code.exitCode.rawValue == exit)
        }
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 70, 74])
    }

    @Test func `a refusal is written and read back`() throws {
        for code in ErrorCode.allCases {
            let body = ErrorBody(code: code, why: "field", hint: "ask \"her\"", request: "r_1")
            #expect(try ErrorBody(canonical: body.encode()) == body)
        }
        let text = String(decoding: ErrorBody(code: .denied, why: "field").encode(), as: UTF8.self)
        #expect(text == #"{"error":{"code":"denied","hint":"","request":"","why":"field"}}"#)
    }

    @Test(
        arguments: [
            "{}", #"{"error":{}}"#, #"{"error":{"code":"denied","hint":"","request":"","why":"x"},"more":1}"#,
            #"{"error":{"code":"new-code","hint":"","request":"","why":"x"}}"#,
            #"{"error":{"code":"denied","extra":"","hint":"","request":"","why":"x"}}"#, "", "[]", "null",
        ])
    func `a refusal in another form is no refusal`(text: String) {
        #expect(throws: MessageError.self) { try ErrorBody(canonical: Array(text.utf8)) }
    }
}
