import Client
import Foundation
import Glibc
import Keys
import Primitives
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// Cards that no careful program would send, brought to the broker itself; and a seal file that somebody edited.
    @Suite(.serialized) struct CardAttackTests {
        private let sandbox: Sandbox
        private let cards: String

        init() throws {
            sandbox = try Sandbox()
            cards = sandbox.folder + "/cards"
            let made = try sandbox.coffer(
                "owner", "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner", "--profile",
                "test", "--unseal-passphrase-file", sandbox.passphrase("vault"), "--recovery", "2/3",
                "--unseal-shares", "2/3", "--cards", cards, "--json")
            try #require(made.code == 0, "\(made.errorText)")
        }

        private func card(_ name: String) throws -> ShareCard {
            let text = try String(contentsOfFile: "\(cards)/\(name).txt", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("coffer") })
            return try ShareCard(parsing: SecretBytes(copying: Array(line.utf8)))
        }

        /// The code with which the broker refuses, and its hint; nil where it accepts the card.
        private func bring(_ card: ShareCard) async throws -> (code: ErrorCode, hint: String)? {
            try await bring(String(decoding: card.text().exposeBytes(), as: UTF8.self))
        }

        private func bring(_ text: String) async throws -> (code: ErrorCode, hint: String)? {
            let transport = SocketTransport(path: sandbox.vault + "/cofferd.sock")
            let health = try await BrokerInquiry(transport: transport).health()
            let result: (code: ErrorCode, hint: String)?
            do throws(ClientError) {
                _ = try await CardDelivery(transport: transport, vault: health.vault)
                    .deliver(Sensitive(text), checkpoint: "")
                result = nil
            } catch {
                guard case .refused(let refusal) = error else { throw error }
                result = (refusal.code, refusal.hint)
            }
            await transport.shutdown()
            return result
        }

        private func edited(
            _ card: ShareCard, threshold: UInt8? = nil, count: UInt8? = nil, index: UInt8? = nil, set: [UInt8]? = nil,
            value: HeldScalar? = nil
        ) -> ShareCard {
            ShareCard(
                purpose: card.purpose, set: set ?? card.set, threshold: threshold ?? card.threshold,
                count: count ?? card.count,
                share: SecretShare(
                    index: index ?? card.index, value: value?.value.clone() ?? card.share.value.clone()))
        }

        @Test func `the broker itself refuses what is not a card of its set, and the right ones still open`()
            async throws
        {
            let (first, second) = (try card("unseal-1-of-3"), try card("unseal-2-of-3"))
            let attempts: [(ShareCard, ErrorCode, String)] = [
                (try card("recovery-1-of-3"), .denied, "recovery card"),
                (edited(first, index: 0), .denied, "never made"), (edited(first, index: 4), .denied, "never made"),
                (edited(first, index: 2), .denied, "card 2 is not as it was made"),
                (edited(first, value: HeldScalar(.random())), .denied, "card 1 is not as it was made"),
                (edited(first, threshold: 3), .denied, "card 1 is not as it was made"),
                (edited(first, count: 16, index: 9), .denied, "never made"),
                (edited(first, set: [0, 1, 2, 3, 4, 5, 6, 7]), .denied, "another set"),
            ]
            // Five a minute: a broker for each handful.
            for start in stride(from: 0, to: attempts.count, by: 4) {
                let broker = try BrokerProcess(sandbox)
                defer { broker.stop() }
                for (card, code, words) in attempts[start..<min(start + 4, attempts.count)] {
                    let refusal = try #require(try await bring(card))
                    #expect(refusal.code == code && refusal.hint.contains(words), "\(refusal)")
                }
            }
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            let noise = try #require(try await bring("cofferu1 and so on"))
            #expect(noise.code == .malformed)
            #expect(try await bring(first) == nil)
            let twice = try #require(try await bring(first))
            #expect(twice.code == .conflict && twice.hint.contains("given already"))
            #expect(try await bring(second) == nil)
            #expect(try sandbox.answer("owner", "status").member("state") == "unsealed")
        }

        /// The bytes of the file, changed.
        private func edit(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
            let path = URL(fileURLWithPath: sandbox.vault + "/vault.seal")
            let before = [UInt8](try Data(contentsOf: path))
            var bytes = before
            change(&bytes)
            try Data(bytes).write(to: path)
            return before
        }

        private func restore(_ bytes: [UInt8]) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: sandbox.vault + "/vault.seal"))
        }

        @Test func `a seal file whose costs were edited is not served`() throws {
            // Operations at 254, memory at 258 of the first slot; k, n and the set of the second at 436.
            let edits: [(String, Int, [UInt8])] = [
                ("one pass less", 254, [0]), ("a thousand passes", 254, [0xE8, 3]), ("1 KiB", 258, [0, 4, 0, 0]),
                ("64 GiB", 262, [16]), ("another profile", 253, [1]), ("one card opens", 440, [1]),
                ("more than n cards", 440, [9]), ("17 cards", 441, [17]), ("a kind of slot that is none", 438, [9]),
            ]
            for (name, place, replacement) in edits {
                let before = try edit { $0.replaceSubrange(place..<place + replacement.count, with: replacement) }
                let outcome = try sandbox.run(Sandbox.binaries + "/cofferd", ["--dir", sandbox.vault])
                #expect(outcome.code == 6, "\(name): \(outcome.errorText)")
                try restore(before)
            }
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
        }

        @Test func `an edited fingerprint or a foreign slot opens nothing, whatever is presented`() async throws {
            // A fingerprint of the second slot: its card is refused, and the passphrase meets the MAC.
            let before = try edit { $0[436 + 16] ^= 1 }
            let broker = try BrokerProcess(sandbox)
            let refusal = try #require(try await bring(try card("unseal-1-of-3")))
            #expect(refusal.code == .denied && refusal.hint.contains("card 1"))
            let other = try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", sandbox.passphrase("vault"), "--json")
            #expect(other.code == 6, "\(other.errorText)")
            broker.stop()
            try restore(before)

            // The slot of another vault in the place of this one's: the cards of neither open it.
            let neighbour = try CardAttackTests()
            let foreign = [UInt8](try Data(contentsOf: URL(fileURLWithPath: neighbour.sandbox.vault + "/vault.seal")))
            let size = 16 + 3 * 16 + 32 + 2 + 120
            let own = try edit { $0.replaceSubrange(436..<436 + size, with: foreign[436..<436 + size]) }
            let swapped = try BrokerProcess(sandbox)
            let ours = try #require(try await bring(try card("unseal-1-of-3")))
            #expect(ours.code == .denied && ours.hint.contains("another set"))
            let theirs = try #require(try await bring(try neighbour.card("unseal-1-of-3")))
            #expect(theirs.code == .denied, "its fingerprint is of another vault: \(theirs.hint)")
            swapped.stop()
            try restore(own)
            let whole = try BrokerProcess(sandbox)
            defer { whole.stop() }
            try sandbox.unseal()
        }
    }
}
