import Primitives
import Testing
import VaultModel

@testable import Client

@Suite struct AgentMessagesTests {
    private let kid = Sample.kid(1)
    private var blob: [UInt8] { AgentMessages.blob(of: kid) }

    private func string(_ bytes: [UInt8]) -> [UInt8] { AgentMessages.string(bytes) }

    @Test func `a key's blob is its type and its bytes`() {
        let expected = [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [0, 0, 0, 32] + kid.rawKey
        #expect(blob == expected)
    }

    @Test func `requests have the numbers and the layout of the protocol`() {
        #expect(AgentMessages.requestIdentities == [11])
        #expect(
            AgentMessages.sign([1, 2, 3], with: kid) == [13] + string(blob) + [0, 0, 0, 3, 1, 2, 3] + [0, 0, 0, 0])
        #expect(AgentMessages.remove(kid) == [18] + string(blob))
        let seed = [UInt8](repeating: 1, count: 32)
        let expected =
            [25] + string(Array("ssh-ed25519".utf8)) + string(kid.rawKey) + string(seed + kid.rawKey)
            + string(Array("coffer".utf8)) + [1, 0, 0, 0x0E, 0x10]
        #expect(AgentMessages.add(Sample.key(1), comment: "coffer", lifetimeSeconds: 3_600) == expected)
    }

    @Test func `the Ed25519 keys are listed, keys of other types are passed over`() throws {
        let rsa = string(Array("ssh-rsa".utf8)) + string([1, 0, 1]) + string([9, 9])
        let answer =
            [12, 0, 0, 0, 2] + string(rsa) + string(Array("old".utf8)) + string(blob) + string(Array("Li Na".utf8))
        #expect(try AgentMessages.identities(answer) == [AgentKey(kid: kid, comment: "Li Na")])
        #expect(try AgentMessages.identities([12, 0, 0, 0, 0]) == [])
    }

    @Test func `a key of low order is not listed`() throws {
        let weak = string(Array("ssh-ed25519".utf8)) + string([1] + [UInt8](repeating: 0, count: 31))
        #expect(try AgentMessages.identities([12, 0, 0, 0, 1] + string(weak) + string([])) == [])
    }

    @Test func `an answer cut anywhere, or with more behind it, is refused`() {
        let answers: [[UInt8]] = [
            [12, 0, 0, 0, 1] + string(blob) + string(Array("x".utf8))
        ]
        for answer in answers {
            for count in 0..<answer.count {
                #expect(throws: AgentError.answer) { try AgentMessages.identities(Array(answer[..<count])) }
            }
            #expect(throws: AgentError.answer) { try AgentMessages.identities(answer + [0]) }
        }
        let signature = [14] + string(string(Array("ssh-ed25519".utf8)) + string([UInt8](repeating: 5, count: 64)))
        #expect(throws: Never.self) { try AgentMessages.signature(signature) }
        for count in 0..<signature.count {
            #expect(throws: AgentError.answer) { try AgentMessages.signature(Array(signature[..<count])) }
        }
        #expect(throws: AgentError.answer) { try AgentMessages.signature(signature + [0]) }
    }

    @Test func `lengths that lie are refused`() {
        #expect(throws: AgentError.answer) { try AgentMessages.identities([12, 0xFF, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: AgentError.answer) { try AgentMessages.identities([12, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]) }
        #expect(throws: AgentError.answer) { try AgentMessages.identities([12, 0, 0, 8, 1]) }
        for size in [0, 63, 65] {
            let answer = [14] + string(string(Array("ssh-ed25519".utf8)) + string([UInt8](repeating: 5, count: size)))
            #expect(throws: AgentError.answer) { try AgentMessages.signature(answer) }
        }
        let other = [14] + string(string(Array("ssh-rsa".utf8)) + string([UInt8](repeating: 5, count: 64)))
        #expect(throws: AgentError.answer) { try AgentMessages.signature(other) }
    }

    @Test func `a failure is a refusal and a foreign answer is nonsense`() {
        #expect(throws: AgentError.refused) { try AgentMessages.signature([5]) }
        #expect(throws: AgentError.refused) { try AgentMessages.success([5]) }
        #expect(throws: AgentError.answer) { try AgentMessages.success([14]) }
        #expect(throws: AgentError.answer) { try AgentMessages.success([]) }
        #expect(throws: Never.self) { try AgentMessages.success([6]) }
    }
}
