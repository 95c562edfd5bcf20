import Foundation
import Glibc
import Primitives
import TestSupport
import Testing

@testable import Transfer

@Suite("The credentials file") struct TargetCredentialsTests {
    private let scratch: ScratchFolder
    private static let canary = "canary-3f8a"

    init() throws { scratch = try ScratchFolder() }

    private func read(_ text: String, mode: Int = 0o600) throws -> TargetCredentials {
        try scratch.write("credentials", Array(text.utf8), mode: mode)
        return try TargetCredentials.read(scratch.file("credentials"))
    }

    @Test func `it is read with comments, blank lines and spaces`() throws {
        let text = "# a bucket\n\n  access-key-id =  AK \r\nsecret-access-key=a=b c\n#end\npassword = ä"
        let credentials = try read(text)
        #expect(credentials.text(.accessKeyID) == "AK")
        #expect(credentials.text(.secretAccessKey) == "a=b c")
        #expect(credentials.text(.password) == "ä")
        #expect(credentials[.keyFile] == nil)
    }

    @Test(arguments: [
        ("x", CredentialsProblem.form(line: 1)), ("# c\npassword", .form(line: 2)), ("password =", .form(line: 1)),
        ("pass = a", .unknownName(line: 1)), ("\nPassword = a", .unknownName(line: 2)), (" = a", .unknownName(line: 1)),
        ("password = a\npassword = a", .repeated(line: 2)), ("password = a\u{0}b", .form(line: 1)),
        ("password = a\u{7F}", .form(line: 1)), ("agent = no", .agent),
        ("password = " + String(repeating: "a", count: 4_097), .form(line: 1)),
    ])
    func `what cannot be read is said with its line`(text: String, problem: CredentialsProblem) {
        #expect(throws: TransferError.credentials(problem)) { try read(text) }
    }

    @Test func `a file that is too large is refused`() {
        #expect(throws: TransferError.credentials(.tooLarge)) { try read(String(repeating: "#\n", count: 8_193)) }
    }

    @Test(arguments: [0o604, 0o640, 0o620, 0o602, 0o644, 0o666])
    func `a file that others can read or change is refused`(mode: Int) {
        #expect(throws: TransferError.credentials(.permissions)) { try read("password = a", mode: mode) }
    }

    /// As systemd shows a credential to a service: root's, with an access list.
    @Test(.enabled(if: geteuid() == 0, "needs a file of root's")) func `a credential of systemd's is taken`() throws {
        _ = try read("password = a", mode: 0o440)
        #expect(unsafe chown(scratch.file("credentials"), 0, 1) == 0)
        #expect(throws: TransferError.credentials(.permissions)) {
            try TargetCredentials.read(scratch.file("credentials"))
        }
    }

    @Test func `a file that is not there, a folder and a link are refused`() throws {
        #expect(throws: TransferError.credentials(.missing)) { try TargetCredentials.read(scratch.file("none")) }
        #expect(throws: TransferError.credentials(.owner)) { try TargetCredentials.read(scratch.path) }
        _ = try read("password = a")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link"), withDestinationPath: scratch.file("credentials"))
        #expect(throws: TransferError.credentials(.owner)) { try TargetCredentials.read(scratch.file("link")) }
    }

    @Test(.enabled(if: geteuid() == 0, "needs a second user")) func `a file of somebody else is refused`() throws {
        _ = try read("password = a")
        #expect(unsafe chown(scratch.file("credentials"), 1, 1) == 0)
        #expect(throws: TransferError.credentials(.owner)) { try TargetCredentials.read(scratch.file("credentials")) }
    }

    @Test(arguments: [
        "password = \(canary)\nx", "password = \(canary)\npassword = \(canary)", "\(canary) = a", canary,
        "agent = \(canary)", "password = \(canary)\u{1}",
    ])
    func `no error repeats what stands in the file`(text: String) {
        do {
            _ = try read(text)
            Issue.record("it was read")
        } catch let error as TransferError {
            #expect(!"\(error) \(error.message) \(error.hint) \(error.why)".contains("canary"))
        } catch { Issue.record("another error: \(error)") }
    }

    @Test func `a description shows no value`() throws {
        let credentials = try read("password = \(Self.canary)\naccess-key-id = \(Self.canary)")
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!"\(credentials)\(String(reflecting: credentials))\(dumped)".contains("canary"))
    }
}
