import Primitives
import Testing
import VaultModel

@testable import Wire

@Suite struct RequestProfileTests {
    @Test func `a request of the profile is read in full`() throws {
        let block = Base64URL.encode([UInt8](repeating: 9, count: 32))
        let sent = try Sample.signed(capability: block)
        let request = try Sample.parse(sent.incoming)
        #expect(request.endpoint == .customerShow)
        #expect(request.path == "/v1/customer/show")
        #expect(request.head == Sample.head())
        #expect(request.headBytes == Sample.head().encode())
        #expect(request.kid == KeyID(Sample.key().publicKey))
        #expect(request.created == Sample.created)
        #expect(request.expires == Sample.created + 60)
        #expect(request.nonce == Sample.nonce)
        #expect(request.capability == block)
        #expect(request.body == Sample.body())
        #expect(request.binding == sent.binding)
        #expect(request.hasValidSignature())
    }

    @Test func `the signature base is the one RFC 9421 prescribes, byte for byte`() throws {
        let sent = try Sample.signed()
        let request = try Sample.parse(sent.incoming)
        let digest = Base64.encode(SHA256.hash(Sample.body()))
        let head = Base64.encode(Sample.head().encode())
        let kid = KeyID(Sample.key().publicKey)
        let expected = """
            "@method": POST
            "@authority": 000102030405060708090a0b0c0d0e0f
            "@path": /v1/customer/show
            "@query": ?
            "content-type": application/json
            "content-digest": sha-256=:\(digest):
            "coffer-request": :\(head):
            "coffer-capability": ::
            "@signature-params": ("@method" "@authority" "@path" "@query" "content-type" "content-digest" \
            "coffer-request" "coffer-capability");created=1795286734;keyid="ed25519:\(kid)";expires=1795286794;\
            nonce="AAECAwQFBgcICQoLDA0ODw";tag="coffer-req-v1"
            """
        #expect(request.base == expected)
        #expect(request.capability == nil)
    }

    @Test func `a request whose headers come in another order is the same request`() throws {
        let sent = try Sample.signed().incoming
        let request = try Sample.parse(sent.with(headers: sent.headers.reversed()))
        #expect(request.hasValidSignature())
    }

    @Test(arguments: WireHeader.allCases)
    func `each header is needed, and once`(header: WireHeader) throws {
        let sent = try Sample.signed().incoming
        #expect(throws: WireError.missing(header)) { try Sample.parse(sent.dropping(header)) }
        #expect(throws: WireError.duplicate(header)) { try Sample.parse(sent.adding(header.rawValue, "x")) }
        #expect(throws: WireError.duplicate(header)) {
            try Sample.parse(sent.adding(header.rawValue, sent.value(header)))
        }
    }

    @Test func `a body changed under a valid signature is noticed before anything else`() throws {
        let sent = try Sample.signed().incoming
        for index in sent.body.indices {
            var body = sent.body
            body[index] ^= 1
            #expect(throws: WireError.digestMismatch) { try Sample.parse(sent.with(body: body)) }
        }
        #expect(throws: WireError.digestMismatch) { try Sample.parse(sent.with(body: sent.body.dropLast())) }
        #expect(throws: WireError.digestMismatch) { try Sample.parse(sent.with(body: sent.body + [0x20])) }
        // Even where everything else is wrong too.
        let worse = sent.with(method: "PUT", authority: "other", path: "/v2", body: [])
        #expect(throws: WireError.digestMismatch) { try Sample.parse(worse) }
    }

    @Test func `the digest has one form`() throws {
        let sent = try Sample.signed().incoming
        let right = sent.value(.contentDigest)
        let wrong = [
            right.uppercased(), " " + right, right + " ", right + ", " + right, right + ";q=1", "sha-256=" + right,
            "sha-512=:AAAA:", "sha-256=::", right.replacing("=:", with: ":"), "md5=:AAAA:, " + right,
            String(right.dropLast()), "",
        ]
        for value in wrong {
            #expect(throws: WireError.digestForm) { try Sample.parse(sent.with(.contentDigest, value)) }
        }
    }

    @Test func `another digest with its own body is refused by the signature`() throws {
        let sent = try Sample.signed().incoming
        let other = Sample.body(#"{"rid":"BBECAwQFBgcICQoLDA0ODw"}"#)
        let digest = FixedHeaders.contentDigest(of: other)
        let request = try Sample.parse(sent.with(body: other).with(.contentDigest, digest))
        #expect(!request.hasValidSignature())
    }

    @Test func `method, path, query, type and authority are fixed`() throws {
        let sent = try Sample.signed().incoming
        #expect(throws: WireError.method) { try Sample.parse(sent.with(method: "GET")) }
        #expect(throws: WireError.method) { try Sample.parse(sent.with(method: "post")) }
        #expect(throws: WireError.path) { try Sample.parse(sent.with(path: "/v1/customer/show/")) }
        #expect(throws: WireError.path) { try Sample.parse(sent.with(path: "/v1/nothing")) }
        #expect(throws: WireError.path) { try Sample.parse(sent.with(path: "/v1/%63ustomer/show")) }
        #expect(throws: WireError.query) { try Sample.parse(sent.with(query: "x=1")) }
        #expect(throws: WireError.query) { try Sample.parse(sent.with(query: "")) }
        #expect(throws: WireError.contentType) {
            try Sample.parse(sent.with(.contentType, "application/json; charset=utf-8"))
        }
        #expect(throws: WireError.contentType) { try Sample.parse(sent.with(.contentType, "text/plain")) }
        #expect(throws: WireError.authority) { try Sample.parse(sent.with(authority: "other.example")) }
        #expect(throws: WireError.authority) { try Sample.parse(sent.with(authority: "")) }
        #expect(throws: WireError.authority) { try RequestProfile.parse(sent, authority: "other.example") }
    }

    @Test func `a request moved to another broker, channel or path is refused by the signature`() throws {
        let sent = try Sample.signed().incoming
        let elsewhere = try RequestProfile.parse(sent.with(authority: "shop.example"), authority: "shop.example")
        #expect(!elsewhere.hasValidSignature())
        let path = try Sample.parse(sent.with(path: "/v1/staff/whoami"))
        #expect(!path.hasValidSignature())
    }

    @Test func `two hosts are refused, one that agrees is not`() throws {
        let sent = try Sample.signed().incoming
        let host = sent.adding("host", Sample.authority)
        #expect(try Sample.parse(host).hasValidSignature())
        #expect(throws: WireError.hosts) { try Sample.parse(host.adding("host", Sample.authority)) }
        #expect(throws: WireError.hosts) { try Sample.parse(sent.adding("host", "other.example")) }
    }

    @Test(arguments: ["content-encoding", "transfer-encoding", "trailer"])
    func `codings that change what the digest covers are refused`(name: String) throws {
        #expect(throws: WireError.coding) { try Sample.parse(try Sample.signed().incoming.adding(name, "gzip")) }
    }

    @Test func `the head's act must be the endpoint's`() throws {
        let sent = try Sample.signed().incoming
        #expect(throws: WireError.act) { try Sample.parse(sent.with(path: "/v1/customer/add")) }
        #expect(throws: WireError.act) { try Sample.unsigned(endpoint: .customerAdd) }
        for endpoint in Endpoint.allCases {
            for act in Act.allCases {
                let request = try? Sample.unsigned(endpoint: endpoint, head: Sample.head(act: act))
                #expect((request != nil) == endpoint.acts.contains(act))
            }
        }
    }

    @Test func `the head and the capability have one form`() throws {
        let sent = try Sample.signed().incoming
        let head = sent.value(.request)
        for value in ["", ":", "::", head + " ", String(head.dropLast()), ":" + head, head.replacing(":", with: "")] {
            #expect(throws: WireError.headForm) { try Sample.parse(sent.with(.request, value)) }
        }
        for value in ["", ":", ":AAAA:", "::;a", "?0", ": :", ":" + String(repeating: "A", count: 44) + ":"] {
            #expect(throws: WireError.capability) { try Sample.parse(sent.with(.capability, value)) }
        }
        #expect(throws: WireError.capability) { try Sample.unsigned(capability: "short") }
    }

    @Test func `dropping or swapping a capability is refused by the signature`() throws {
        let mine = Base64URL.encode([UInt8](repeating: 1, count: 32))
        let sent = try Sample.signed(capability: mine).incoming
        #expect(isRefused(sent.with(.capability, "::")))
        #expect(isRefused(sent.with(.capability, ":" + Base64.encode([UInt8](repeating: 2, count: 32)) + ":")))
        let without = try Sample.signed().incoming
        #expect(isRefused(without.with(.capability, ":" + Base64.encode([UInt8](repeating: 2, count: 32)) + ":")))
    }

    @Test func `headers of sixteen KiB pass and one byte more does not`() throws {
        let sent = try Sample.signed().incoming
        let used = sent.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        let room = WireLimits.headerBytes - used - "x-fill".count - 4
        #expect(try Sample.parse(sent.adding("x-fill", String(repeating: "a", count: room))).hasValidSignature())
        #expect(throws: WireError.headersTooLarge) {
            try Sample.parse(sent.adding("x-fill", String(repeating: "a", count: room + 1)))
        }
    }

    @Test func `at most sixty-four header fields are read`() throws {
        let sent = try Sample.signed().incoming
        let filled = (sent.headers.count..<64).reduce(sent) { request, index in request.adding("x-\(index)", "") }
        #expect(try Sample.parse(filled).hasValidSignature())
        #expect(throws: WireError.headersTooLarge) { try Sample.parse(filled.adding("x-more", "")) }
    }

    @Test func `a body of sixty-four KiB passes and one byte more does not`() throws {
        let body = [UInt8](repeating: 0x20, count: WireLimits.bodyBytes)
        let sent = try Sample.signed(body: body).incoming
        #expect(try Sample.parse(sent).hasValidSignature())
        #expect(throws: WireError.bodyTooLarge) { try Sample.unsigned(body: body + [0x20]) }
        let more = sent.with(body: body + [0x20]).with(.contentDigest, FixedHeaders.contentDigest(of: body + [0x20]))
        #expect(throws: WireError.bodyTooLarge) { try Sample.parse(more) }
    }

    @Test func `any bit flipped in any header is refused`() throws {
        let sent = try Sample.signed().incoming
        for header in WireHeader.allCases {
            let value = Array(sent.value(header).utf8)
            for index in value.indices {
                for bit in 0..<7 {
                    var changed = value
                    changed[index] ^= 1 << bit
                    let request = sent.with(header, String(decoding: changed, as: UTF8.self))
                    #expect(isRefused(request), "\(header) byte \(index) bit \(bit)")
                }
            }
        }
    }
}
