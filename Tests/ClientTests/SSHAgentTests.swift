import Foundation
import Primitives
import Testing
import VaultModel

@testable import Client

/// A real ssh-agent of the test's own.
private final class Agent {
    static let program: String? = {
        let found = ["/usr/bin/ssh-agent", "/bin/ssh-agent"].first { FileManager.default.isExecutableFile(atPath: $0) }
        if found == nil { print("skipped: ssh-agent is not installed (openssh-client)") }
        return found
    }()

    let folder: ScratchFolder
    let agent: SSHAgent
    private let process = Process()

    init() throws {
        folder = try ScratchFolder()
        agent = SSHAgent(path: folder.file("agent.sock"))
        process.executableURL = URL(fileURLWithPath: try #require(Self.program))
        process.arguments = ["-D", "-a", agent.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<500 where !FileManager.default.fileExists(atPath: agent.path) { usleep(10_000) }
    }

    deinit {
        // Children of a test's thread inherit its signal mask, in which SIGTERM is blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

@Suite struct SSHAgentTests {
    @Test(.enabled(if: Agent.program != nil, "needs ssh-agent"))
    func `a key is handed over, signs, and is taken back`() throws {
        let running = try Agent()
        let agent = running.agent
        #expect(try agent.keys().isEmpty)
        #expect(throws: AgentError.noKey) { try agent.signer(for: Sample.kid(1)) }

        try agent.add(Sample.key(1), comment: "coffer Li Na", lifetimeSeconds: 600)
        try agent.add(Sample.key(2), comment: "other", lifetimeSeconds: 600)
        #expect(
            try Set(agent.keys()) == [
                AgentKey(kid: Sample.kid(1), comment: "coffer Li Na"), AgentKey(kid: Sample.kid(2), comment: "other"),
            ])
        let signer = try agent.signer(for: Sample.kid(1))
        for message in [[], [1], [UInt8](repeating: 7, count: 20_000)] as [[UInt8]] {
            // Ed25519 is deterministic: the agent's signature is ours.
            #expect(try signer.sign(message) == Sample.key(1).sign(message))
        }

        try agent.remove(Sample.kid(1))
        #expect(try agent.keys().map(\.kid) == [Sample.kid(2)])
        #expect(throws: AgentError.refused) { try signer.sign([1]) }
        #expect(throws: AgentError.noKey) { try agent.remove(Sample.kid(1)) }
    }

    @Test(.enabled(if: Agent.program != nil, "needs ssh-agent"))
    func `the agent forgets a key when its time is over`() throws {
        let running = try Agent()
        try running.agent.add(Sample.key(1), comment: "short", lifetimeSeconds: 3)
        #expect(try running.agent.keys().count == 1)
        for _ in 0..<100 where try !running.agent.keys().isEmpty { usleep(100_000) }
        #expect(try running.agent.keys().isEmpty)
    }

    @Test func `no agent, a dead socket and an endless path are told apart`() throws {
        #expect(throws: AgentError.noAgent) { try SSHAgent(environment: [:]) }
        #expect(throws: AgentError.noAgent) { try SSHAgent(environment: ["SSH_AUTH_SOCK": ""]) }
        let folder = try ScratchFolder()
        let missing = try SSHAgent(environment: ["SSH_AUTH_SOCK": folder.file("none")])
        #expect(throws: AgentError.connection(ENOENT)) { try missing.keys() }
        let long = SSHAgent(path: "/" + String(repeating: "a", count: 200))
        #expect(throws: AgentError.noAgent) { try long.keys() }
    }

    @Test func `a key in this process signs what the key signs`() throws {
        let signer = KeySigner(Sample.key(1))
        #expect(signer.kid == Sample.kid(1))
        #expect(try signer.sign([1, 2]) == Sample.key(1).sign([1, 2]))
    }
}
