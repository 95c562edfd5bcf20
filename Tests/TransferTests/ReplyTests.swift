import Primitives
import Testing

@testable import Transfer

@Suite("What servers answer") struct ReplyTests {
    @Test func `XML is read as far as S3 uses it`() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <a xmlns="http://s3/" x='1'><b>1 &lt; 2 &amp;&#65;&#x42;</b><p:b/><c><d>ä</d></c>
            </a>
            """
        let tree = try #require(XMLTree(Array(text.utf8)))
        #expect(tree.name == "a")
        #expect(tree.all("b").map(\.text) == ["1 < 2 &AB", ""])
        #expect(tree["c"]?["d"]?.text == "ä")
        #expect(tree["d"] == nil)
    }

    @Test(arguments: [
        "", "a", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "<a>&#xD800;</a>", "<a>&", "<a b></a>", "<a b=c/>",
        "<!DOCTYPE a><a/>", "<a><!-- c --></a>", "<a><![CDATA[x]]></a>", "<?xml", "<a b='<'/>", "<a><?p?></a>", "<>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a>\u{0}</a",
        String(repeating: "<a>", count: 9) + String(repeating: "</a>", count: 9),
    ])
    func `other XML is refused`(text: String) { #expect(XMLTree(Array(text.utf8)) == nil) }

    @Test func `deep nesting and bytes that are no text are refused without a trap`() {
        #expect(XMLTree(Array(String(repeating: "<a>", count: 100_000).utf8)) == nil)
        #expect(XMLTree([0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E]) == nil)
        let valid = Array("<a b=\"c\"><d>&amp;e</d></a>".utf8)
        for length in 0..<valid.count { #expect(XMLTree(Array(valid.prefix(length))) == nil) }
        // Any byte may change: nothing traps, whatever it says then.
        for index in valid.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = valid
                changed[index] = byte
                if let tree = XMLTree(changed) { #expect(!tree.name.isEmpty) }
            }
        }
    }

    @Test(arguments: [
        "<ListVersionsResult><Version><Key>a</Key></Version></ListVersionsResult>",
        "<ListVersionsResult><Version><Size>1</Size></Version></ListVersionsResult>",
        "<ListVersionsResult><Version><Key>a</Key><Size>-1</Size></Version></ListVersionsResult>",
        "<ListVersionsResult><IsTruncated>true</IsTruncated></ListVersionsResult>", "<Other/>", "x",
    ])
    func `a listing that lacks something is refused`(text: String) throws {
        // The first has no size, which only markers may lack.
        let error = TransferError.protocol("listing")
        #expect(throws: error) { try S3Versions(Array(text.utf8)) }
    }

    @Test func `a listing of a folder is read from lines of ls`() throws {
        let text = """
            drwxr-xr-x    2 root     root         4096 Nov 22 09:58 .
            drwxr-xr-x    3 root     root         4096 Nov 22 09:58 ..
            -rw-------    1 root     root            6 Nov 22 09:58 f.json
            -rw-------    1 0 0 70000000000 Jan  1  2020 g.0011.part
            drwx------    1 root     root         4096 Nov 22 09:58 v
            lrwxrwxrwx    1 root     root           11 Nov 22 09:58 link -> /etc/passwd
            prw-------    1 root     root            0 Nov 22 09:58 pipe
            -rw-------    1 root     root            6 Nov 22 09:58 Some File
            -rw-------    1 root     root            6 Nov 22 09:58 .hidden
            """
        #expect(
            try SFTPListing(Array(text.utf8)).entries == [
                .init(name: "f.json", kind: .file, sizeBytes: 6),
                .init(name: "g.0011.part", kind: .file, sizeBytes: 70_000_000_000),
                .init(name: "v", kind: .folder, sizeBytes: 4_096), .init(name: "link", kind: .other, sizeBytes: 11),
                .init(name: "pipe", kind: .other, sizeBytes: 0),
            ])
        for line in ["-rw------- 1 root root x Nov 22 09:58 a", "a", "-rw------- a", "-rw- 1 r r -6 N 2 0 a"] {
            #expect(throws: TransferError.protocol("listing")) { try SFTPListing(Array(line.utf8)) }
        }
    }

    @Test func `a reply's words are shown only if they are one word`() {
        for text in ["<Code>a b</Code>", "<Code>\u{1B}[31m</Code>", "<Code>canary/51</Code>", "<Code></Code>"] {
            let body = Array("<Error>\(text)</Error>".utf8)
            let reply = S3Connection.Reply(status: 400, headers: [:], body: body)
            #expect(S3Refusal(reply).error(nowSeconds: 0) == .protocol("HTTP 400"))
        }
    }

    @Test func `every error has a word, a sentence, and no full stop`() {
        let errors: [TransferError] = [
            .name, .exists, .notFound, .tooLarge, .retained, .missingTarget, .planted, .altered, .full,
            .clock(offsetSeconds: 7), .clock(offsetSeconds: nil), .region("x"), .region(nil), .notLocked,
            .unreachable(.name), .unreachable(.connection), .unreachable(.cut), .timeout, .refused(.login),
            .refused(.signature), .refused(.permission), .hostKey(.unpinned), .hostKey(.form),
            .hostKey(.mismatch(fingerprint: "SHA256:x")), .hostKey(.rsa), .hostKey(.none), .certificate, .busy,
            .protocol("x"), .address(.form), .address(.plaintext), .address(.user), .address(.path), .address(.bucket),
            .address(.region), .credentials(.missing), .credentials(.permissions), .credentials(.owner),
            .credentials(.tooLarge), .credentials(.form(line: 1)), .credentials(.unknownName(line: 1)),
            .credentials(.repeated(line: 1)), .credentials(.agent), .credentials(.lacks("x")), .credentials(.keyFile),
            .file(errno: 5),
        ]
        for error in errors {
            #expect(error.why.wholeMatch(of: /[a-z-]+/) != nil)
            #expect(!error.message.isEmpty && !error.message.hasSuffix(".") && !error.hint.hasSuffix("."))
            #expect(error.message.first?.isUppercase == false)
        }
        #expect(Set(errors.map { $0.message + $0.hint }).count == errors.count)
        #expect(errors.allSatisfy { [2, 3, 4, 7, 10, 12, 13, 14, 16].contains($0.exitCode) })
        let codes: [TransferError: Int32] = [
            .unreachable(.connection): 13, .missingTarget: 14, .hostKey(.mismatch(fingerprint: "x")): 14,
            .clock(offsetSeconds: 1): 16, .altered: 12, .refused(.signature): 3,
        ]
        for (error, code) in codes { #expect(error.exitCode == code) }
    }
}
