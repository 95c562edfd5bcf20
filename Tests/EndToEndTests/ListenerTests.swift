import Client
import Foundation
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// What the listener does with bytes, before anything of a request is believed.
    @Suite(.serialized) struct ListenerTests {
        @Test func `requests sent at once are answered one by one, in their order`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            let held = try HeldConnection(sandbox)
            let paths = ["/health", "/v1/nothing", "/v1/status"]
            let all = paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            // The last request comes in two pieces.
            let replies = try held.replies(to: [String(all.dropLast(5)), String(all.suffix(5))], count: 3)
            #expect(replies.map { $0.prefix(12) } == ["HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 200"])
            #expect(replies[0].contains(#""reply_key":"#))
            #expect(replies[2].contains(#""log_size":"#))
            #expect(!held.isClosed(within: 100))
        }

        @Test func `a peer that reads no reply is not read from for ever, and others are answered`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            let silent = try HeldConnection(sandbox)
            let most = 32 << 20
            let request = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
            let taken = silent.flood(String(repeating: request, count: 100), most: most)
            #expect(taken < most / 4, "\(taken) bytes of requests were taken, and their replies kept")
            let other = try HeldConnection(sandbox)
            #expect(try other.replies(to: [request], count: 1)[0].hasPrefix("HTTP/1.1 200"))
        }

        @Test func `a body that is too large, announced or not, is refused and ends the connection`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            let head = "POST \(Endpoint.find.path) HTTP/1.1\r\nHost: x\r\n"
            let announced = try HeldConnection(sandbox)
            let reply = try announced.replies(
                to: [head + "Content-Length: \(WireLimits.bodyBytes + 1)\r\n\r\n"], count: 1)
            #expect(reply[0].hasPrefix("HTTP/1.1 413") && reply[0].contains("connection: close"))
            #expect(announced.isClosed(within: 2_000))

            let grown = try HeldConnection(sandbox)
            let piece = "1000\r\n" + String(repeating: "x", count: 4_096) + "\r\n"
            let chunks = String(repeating: piece, count: WireLimits.bodyBytes / 4_096)
            let more = try grown.replies(to: [head + "Transfer-Encoding: chunked\r\n\r\n", chunks, piece], count: 1)
            #expect(more[0].hasPrefix("HTTP/1.1 413"))
            #expect(grown.isClosed(within: 2_000))
        }

        @Test func `what is no HTTP is told so, and whoever asks for the end gets it after the reply`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            let broken = try HeldConnection(sandbox)
            #expect(try broken.replies(to: ["NO HTTP AT ALL\r\n\r\n"], count: 1)[0].hasPrefix("HTTP/1.1 400"))
            #expect(broken.isClosed(within: 2_000))

            let leaving = try HeldConnection(sandbox)
            let last = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let reply = try leaving.replies(to: [last], count: 1)[0]
            #expect(reply.hasPrefix("HTTP/1.1 200") && reply.contains("connection: close"))
            #expect(leaving.isClosed(within: 2_000))

            let done = try HeldConnection(sandbox)
            let only = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
            #expect(try done.replies(to: [only], count: 1, thenNoMore: true)[0].hasPrefix("HTTP/1.1 200"))
            #expect(done.isClosed(within: 2_000))
        }
    }
}
