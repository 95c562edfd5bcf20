import Primitives
import Testing
import VaultModel

@testable import Wire

@Suite struct ReplyProfileTests {
    private static let body = Array(#"{"entry":1,"receipt":{}}"#.utf8)

    private func reply(
        status: Int = 200, body: [UInt8] = body, to request: RequestBinding, key: UInt8 = 9
    ) -> IncomingReply {
        let key = Sample.key(key)
        let reply = ReplyProfile.sign(
            status: status, body: body, for: request, kid: KeyID(key.publicKey), created: Sample.created + 1
        ) { key.sign($0) }
        return IncomingReply(status: reply.status, headers: reply.headers, body: reply.body)
    }

    private func verify(_ reply: IncomingReply, for request: RequestBinding) throws(ReplyError) -> VerifiedReply {
        try ReplyProfile.verify(reply, for: request, key: Sample.key(9).publicKey)
    }

    @Test func `a signed reply verifies for the request it answers`() throws {
        let request = try Sample.signed()
        let verified = try verify(reply(to: request.binding), for: request.binding)
        #expect(verified == VerifiedReply(status: 200, body: Self.body, created: Sample.created + 1))
        let parsed = try Sample.parse(request.incoming)
        #expect(try verify(reply(to: parsed.binding), for: request.binding) == verified)
    }

    @Test func `a reply to A cannot be given to B`() throws {
        let mine = try Sample.signed()
        let others = [
            try Sample.signed(head: Sample.head(counter: 43)), try Sample.signed(body: Sample.body("{}")),
            try Sample.signed(created: Sample.created + 1),
            try Sample.signed(endpoint: .staffWhoAmI, head: Sample.head()),
        ]
        for other in others {
            #expect(throws: ReplyError.signature) { try verify(reply(to: other.binding), for: mine.binding) }
        }
    }

    @Test func `each part of the request is bound`() throws {
        let right = try Sample.signed().binding
        let parts = [
            right.method, right.authority, right.path, right.contentDigest, right.cofferRequest, right.signature,
        ]
        for index in parts.indices {
            var parts = parts
            parts[index] += "x"
            let wrong = RequestBinding(
                method: parts[0], authority: parts[1], path: parts[2], contentDigest: parts[3], cofferRequest: parts[4],
                signature: parts[5])
            #expect(throws: ReplyError.signature) { try verify(reply(to: wrong), for: right) }
        }
    }

    @Test func `status, body and time are covered`() throws {
        let binding = try Sample.signed().binding
        let right = reply(to: binding)
        let status = IncomingReply(status: 201, headers: right.headers, body: right.body)
        #expect(throws: ReplyError.signature) { try verify(status, for: binding) }
        let body = IncomingReply(status: 200, headers: right.headers, body: right.body + [0x20])
        #expect(throws: ReplyError.digest) { try verify(body, for: binding) }
        let headers = right.headers.map { field in
            HeaderField(field.name, field.value.replacing("created=1795286735", with: "created=1795286736"))
        }
        let time = IncomingReply(status: 200, headers: headers, body: right.body)
        #expect(throws: ReplyError.signature) { try verify(time, for: binding) }
    }

    @Test func `bytes are not taken for JSON, nor JSON for bytes, and a refusal is JSON`() throws {
        let request = try Sample.signed().binding
        func reply(_ status: Int, _ form: ReplyForm) -> IncomingReply {
            let reply = ReplyProfile.sign(
                status: status, body: Self.body, form: form, for: request, kid: KeyID(Sample.key(9).publicKey),
                created: Sample.created
            ) { Sample.key(9).sign($0) }
            return IncomingReply(status: reply.status, headers: reply.headers, body: reply.body)
        }
        func verify(_ reply: IncomingReply, _ form: ReplyForm) throws(ReplyError) -> VerifiedReply {
            try ReplyProfile.verify(reply, form: form, for: request, key: Sample.key(9).publicKey)
        }
        #expect(try verify(reply(200, .bytes), .bytes).body == Self.body)
        #expect(try verify(reply(404, .json), .bytes).status == 404)
        #expect(throws: ReplyError.form) { try verify(reply(200, .bytes), .json) }
        #expect(throws: ReplyError.form) { try verify(reply(200, .json), .bytes) }
        #expect(throws: ReplyError.form) { try verify(reply(404, .bytes), .bytes) }
        // The type is signed: another one put in its place does not do.
        let json = reply(200, .json)
        let renamed = json.headers.map {
            $0.name == "content-type" ? HeaderField($0.name, "application/octet-stream") : $0
        }
        #expect(throws: ReplyError.signature) {
            try verify(IncomingReply(status: 200, headers: renamed, body: json.body), .bytes)
        }
    }

    @Test func `another key's reply is refused, also under the broker's name`() throws {
        let binding = try Sample.signed().binding
        let other = reply(to: binding, key: 8)
        #expect(throws: ReplyError.form) { try verify(other, for: binding) }
        let disguised = other.headers.map {
            HeaderField(
                $0.name,
                $0.value.replacing(KeyID(Sample.key(8).publicKey).text, with: KeyID(Sample.key(9).publicKey).text))
        }
        #expect(throws: ReplyError.signature) {
            try verify(IncomingReply(status: 200, headers: disguised, body: other.body), for: binding)
        }
    }

    @Test func `a reply without a signature is unsigned, half a signature is malformed`() throws {
        let binding = try Sample.signed().binding
        let plain = ReplyProfile.unsigned(status: 503, body: Self.body)
        let unsigned = IncomingReply(status: 503, headers: plain.headers, body: plain.body)
        #expect(!unsigned.claimsSignature)
        #expect(throws: ReplyError.unsigned) { try verify(unsigned, for: binding) }
        let right = reply(to: binding)
        for name in ["content-type", "content-digest", "signature-input", "signature"] {
            let headers = right.headers.filter { $0.name != name }
            #expect(throws: ReplyError.form) {
                try verify(IncomingReply(status: 200, headers: headers, body: right.body), for: binding)
            }
            let twice = right.headers + right.headers.filter { $0.name == name }
            #expect(throws: ReplyError.form) {
                try verify(IncomingReply(status: 200, headers: twice, body: right.body), for: binding)
            }
        }
    }

    @Test func `any bit flipped in a reply's headers is refused`() throws {
        let binding = try Sample.signed().binding
        let right = reply(to: binding)
        for (place, field) in right.headers.enumerated() where field.name != "cache-control" {
            let value = Array(field.value.utf8)
            for index in value.indices {
                var changed = value
                changed[index] ^= 1
                var headers = right.headers
                headers[place] = HeaderField(field.name, String(decoding: changed, as: UTF8.self))
                #expect(throws: ReplyError.self) {
                    try verify(IncomingReply(status: 200, headers: headers, body: right.body), for: binding)
                }
            }
        }
    }

    @Test func `a 401 tells the broker's time, and it is the signed one`() throws {
        let binding = try Sample.signed().binding
        let refused = reply(status: 401, to: binding)
        #expect(refused.first(ReplyProfile.timeHeader) == String(Sample.created + 1))
        #expect(try verify(refused, for: binding).created == Sample.created + 1)
        let headers = refused.headers.map { $0.name == "coffer-time" ? HeaderField($0.name, "1") : $0 }
        #expect(throws: ReplyError.form) {
            try verify(IncomingReply(status: 401, headers: headers, body: refused.body), for: binding)
        }
        #expect(reply(to: binding).first(ReplyProfile.timeHeader) == nil)
    }

    @Test func `a malformed request is bound as far as it can be without forging a line`() throws {
        let sent = try Sample.signed()
        #expect(RequestBinding(sent.incoming) == sent.binding)
        #expect(RequestBinding(sent.incoming.dropping(.signature)) == nil)
        #expect(RequestBinding(sent.incoming.adding("signature", "x")) == nil)
        #expect(RequestBinding(sent.incoming.with(.signature, "x\n\"@status\": 200")) == nil)
        #expect(RequestBinding(sent.incoming.with(path: "/ä")) == nil)
        #expect(RequestBinding(sent.incoming.with(.signature, "x")) != nil)
    }

    @Test func `a signature that is not the key's never leaves`() throws {
        let request = try Sample.unsigned()
        #expect(throws: WireError.signature) { try request.signed(Sample.key(8).sign(request.base)) }
        #expect(throws: WireError.signature) { try request.signed([UInt8](repeating: 0, count: 64)) }
        #expect(throws: WireError.signature) { try request.signed([]) }
    }
}
