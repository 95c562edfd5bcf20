import Authority
import Foundation
import Primitives
import Testing
import VaultModel
import Wire

@testable import Client

@Suite struct RequestCounterTests {
    @Test func `numbers start at one and never repeat, across restarts`() throws {
        let folder = try ScratchFolder()
        let identity = folder.file("identity")
        #expect(try RequestCounter(besideIdentity: identity).reserve() == 1...1)
        #expect(try RequestCounter(besideIdentity: identity).reserve() == 2...2)
        #expect(try RequestCounter(besideIdentity: identity).reserve(10) == 3...12)
        #expect(try RequestCounter(besideIdentity: identity).reserve() == 13...13)
        #expect(try folder.names() == ["identity.counter"])
        #expect(try folder.mode("identity.counter") == 0o600)
        #expect(try folder.read("identity.counter") == Array("0000000000000013\n".utf8))
    }

    @Test func `side by side, every number is handed out once`() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("c")
        let numbers = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<4 {
                group.addTask { try (0..<50).map { _ in try RequestCounter(path: path).reserve().lowerBound } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(numbers.sorted() == Array(1...200))
    }

    @Test(arguments: [
        "x", "0000000000000013", "0000000000000013\n ", "-000000000000013\n", "9999999999999999\n", "13\n",
    ])
    func `a damaged counter is an error, not a new start`(text: String) throws {
        let folder = try ScratchFolder()
        try folder.write("c", Array(text.utf8))
        #expect(throws: StateError.form) { try RequestCounter(path: folder.file("c")).reserve() }
        #expect(try folder.read("c") == Array(text.utf8))
    }

    @Test func `the last number is the largest integer of the format`() throws {
        let folder = try ScratchFolder()
        let counter = RequestCounter(path: folder.file("c"))
        try counter.advance(to: 9_007_199_254_740_990)
        #expect(throws: StateError.exhausted) { try counter.reserve(2) }
        #expect(try counter.reserve() == 9_007_199_254_740_991...9_007_199_254_740_991)
        #expect(throws: StateError.exhausted) { try counter.reserve() }
    }

    @Test func `a counter is lifted, never lowered`() throws {
        let folder = try ScratchFolder()
        let counter = RequestCounter(path: folder.file("c"))
        try counter.advance(to: 40)
        try counter.advance(to: 7)
        #expect(try counter.reserve() == 41...41)
    }

    @Test func `a counter that cannot be written is an error before anything is sent`() throws {
        let folder = try ScratchFolder()
        #expect(throws: StateError.file(ENOENT)) { try RequestCounter(path: folder.file("none/c")).reserve() }
        try FileManager.default.createSymbolicLink(atPath: folder.file("l"), withDestinationPath: folder.file("c"))
        #expect(throws: StateError.file(ELOOP)) { try RequestCounter(path: folder.file("l")).reserve() }
    }
}

@Suite struct ClientPathsTests {
    @Test func `the variables of the XDG specification decide, then the home folder`() {
        let both = ClientPaths(environment: ["XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "HOME": "/h"])
        #expect(both?.identity == "/c/coffer/identity")
        #expect(both?.state(of: Sample.vault) == "/s/coffer/" + Sample.vault.description)
        let home = ClientPaths(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "relative", "XDG_STATE_HOME": ""])
        #expect(home?.identity == "/h/.config/coffer/identity")
        #expect(home?.state == "/h/.local/state/coffer")
        #expect(ClientPaths(environment: [:]) == nil)
        #expect(ClientPaths(environment: ["HOME": "."]) == nil)
    }
}

@Suite struct PendingInvitationTests {
    private func pending(_ code: borrowing EnrolmentCode, expires: Int64 = 100) throws -> PendingInvitation {
        PendingInvitation(
            code: code, person: .random(), name: "李娜", role: try #require(RoleName("courier")), shop: nil,
            expires: expires)
    }

    private func code() -> EnrolmentCode {
        EnrolmentCode.random(commitment: Sample.broker().commitment(vault: Sample.vault))
    }

    @Test func `an invitation is kept with its secret, for its owner alone`() throws {
        let folder = try ScratchFolder()
        let store = PendingInvitations(folder: folder.path)
        let code = code()
        let mine = try pending(code)
        try store.add(mine)
        #expect(throws: StateError.exists) { try store.add(mine) }
        #expect(try store.find(mine.invitation, now: 99) == mine)
        #expect(try store.all(now: 0) == [mine])
        #expect(try folder.mode("invitations") == 0o700)
        #expect(try folder.mode("invitations/\(mine.invitation.text).json") == 0o600)
    }

    @Test func `the MAC of the colleague's own key is accepted, another's is not`() throws {
        let code = code()
        let mine = try pending(code)
        let mac = code.mac(vault: Sample.vault, kid: Sample.kid(5))
        #expect(mine.accepts(mac: mac, vault: Sample.vault, kid: Sample.kid(5)))
        #expect(!mine.accepts(mac: mac, vault: Sample.vault, kid: Sample.kid(6)))
        #expect(!mine.accepts(mac: mac, vault: .random(), kid: Sample.kid(5)))
        #expect(!mine.accepts(mac: [], vault: Sample.vault, kid: Sample.kid(5)))
        let other = self.code().mac(vault: Sample.vault, kid: Sample.kid(5))
        #expect(!mine.accepts(mac: other, vault: Sample.vault, kid: Sample.kid(5)))
    }

    @Test func `a code dies after use and at its hour`() throws {
        let folder = try ScratchFolder()
        let store = PendingInvitations(folder: folder.path)
        let (first, second) = (try pending(code()), try pending(code()))
        try store.add(first)
        try store.add(second)
        try store.remove(first.invitation)
        try store.remove(first.invitation)
        #expect(try store.find(first.invitation, now: 0) == nil)
        #expect(try store.find(second.invitation, now: 100) == nil)
        #expect(try store.all(now: 0).isEmpty)
        #expect(try PendingInvitations(folder: folder.file("none")).all(now: 0).isEmpty)
    }

    @Test func `a damaged invitation is an error`() throws {
        let folder = try ScratchFolder()
        let store = PendingInvitations(folder: folder.path)
        let mine = try pending(code())
        try store.add(mine)
        let name = "invitations/\(mine.invitation.text).json"
        let text = String(decoding: try folder.read(name), as: UTF8.self)
        for changed in [
            "", "{}\n", text.replacing("courier", with: "Courier"), text + " ", text.replacing("code", with: "kode"),
        ] {
            try folder.write(name, Array(changed.utf8))
            #expect(throws: StateError.form) { try store.find(mine.invitation, now: 0) }
        }
    }

    @Test func `the secret is never described`() throws {
        let code = code()
        let mine = try pending(code)
        var dumped = ""
        dump(mine, to: &dumped)
        let text = code.exposeText()
        #expect(!dumped.contains(text))
        #expect(!"\(mine)".contains(text))
    }
}

@Suite struct EnrolmentTests {
    @Test func `a newcomer trusts the broker the code was made for`() throws {
        let code = EnrolmentCode.random(commitment: Sample.broker().commitment(vault: Sample.vault))
        let identity = try Enrolment.identity(for: Sample.key(1), code: code, health: Sample.health(), name: "李娜")
        #expect(identity == Sample.identity())
        let request = Enrolment.request(for: identity, code: code)
        let invitation = code.invitation.text
        #expect(request.invitation == invitation)
        let isAccepted = code.accepts(mac: request.mac, vault: Sample.vault, kid: Sample.kid(1))
        #expect(isAccepted)
    }

    @Test func `a broker with other keys or of another vault is an impostor`() {
        let code = EnrolmentCode.random(commitment: Sample.broker().commitment(vault: Sample.vault))
        for health in [Sample.health(reply: 9), Sample.health(vault: .random())] {
            #expect(throws: ClientError.impostor) {
                _ = try Enrolment.identity(for: Sample.key(1), code: code, health: health, name: "x")
            }
        }
    }
}
