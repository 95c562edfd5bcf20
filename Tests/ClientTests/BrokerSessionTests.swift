import AccessLog
import CanonicalJSON
import Primitives
import Testing
import VaultModel
import Wire

@testable import Client

@Suite struct BrokerSessionTests {
    private static let now: Int64 = 1_795_286_734

    private func session(
        _ broker: FakeBroker, in folder: ScratchFolder, ownTime: Int64 = now, batch: UInt64 = 1
    ) throws -> BrokerSession {
        BrokerSession(
            identity: Sample.identity(), transport: broker, signer: KeySigner(Sample.key(Sample.person)),
            counter: RequestCounter(path: folder.file("identity.counter")),
            memory: try CheckpointMemory(folder: folder.path, logKey: Sample.logKey()),
            clock: StoppedClock(seconds: ownTime), counterBatch: batch)
    }

    /// What a call to a broker of this behaviour fails with, nil when it does not.
    private func failure(
        _ behaviour: FakeBroker.Behaviour, calls: Int = 1, brokerTime: Int64 = now
    ) async throws -> ClientError? {
        let folder = try ScratchFolder()
        let session = try session(FakeBroker(time: brokerTime, behaviour: behaviour), in: folder)
        for _ in 0..<calls {
            do throws(ClientError) { _ = try await session.call(ShowCustomers.self, NoMembers()) } catch {
                return error
            }
        }
        return nil
    }

    @Test func `a call carries the scope, is answered, logged and remembered`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now)
        let session = try session(broker, in: folder)
        let number = CustomerNumber.random()
        let scope = RequestScope(
            fields: [try #require(FieldName("customer.phone"))], form: .full, purpose: "delivery", customers: [number],
            capability: Base64URL.encode([UInt8](repeating: 5, count: 32)))
        let answer = try await session.call(ShowCustomers.self, NoMembers(), scope: scope)
        #expect(answer.entry == 0)
        #expect(answer.isSigned)
        #expect(answer.receipt?.index == 0)
        let request = try #require(broker.seen.requests.first)
        #expect(request.head == scope.head(act: .read, counter: 1))
        #expect(request.capability == scope.capability)
        #expect(request.created == Self.now)
        #expect(request.expires == Self.now + 60)
        #expect(try RequestBody<NoMembers>(canonical: request.body).message == NoMembers())

        for index in 1...5 as ClosedRange<UInt64> {
            #expect(try await session.call(ShowCustomers.self, NoMembers(), scope: scope).entry == index)
        }
        #expect(broker.seen.requests.map(\.head.counter) == [1, 2, 3, 4, 5, 6])
        #expect(Set(broker.seen.requests.map(\.nonce)).count == 6)
        #expect(session.rememberedCheckpoint.hasPrefix(Sample.origin + "\n6\n"))
        try await session.close()
        #expect(try folder.read("checkpoint") == Array(session.rememberedCheckpoint.utf8))
    }

    @Test func `numbers reserved in batches are used in order and a restart leaves a gap`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now)
        for _ in 0..<2 {
            let session = try session(broker, in: folder, batch: 10)
            for _ in 0..<2 { _ = try await session.call(ShowCustomers.self, NoMembers()) }
            try await session.close()
        }
        #expect(broker.seen.requests.map(\.head.counter) == [1, 2, 11, 12])
    }

    @Test func `calls side by side are all answered`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now)
        let session = try session(broker, in: folder, batch: 8)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<32 { group.addTask { _ = try await session.call(ShowCustomers.self, NoMembers()) } }
            try await group.waitForAll()
        }
        #expect(Set(broker.seen.requests.map(\.head.counter)) == Set(1...32))
        #expect(session.rememberedCheckpoint.hasPrefix(Sample.origin + "\n32\n"))
    }

    @Test func `a reply that is not the broker's is not believed`() async throws {
        #expect(try await failure(.honest) == nil)
        #expect(try await failure(.otherKey) == .untrusted(.form))
        #expect(try await failure(.changedBody) == .untrusted(.digest))
        #expect(try await failure(.replyOfAnother, calls: 2) == .untrusted(.signature))
        #expect(try await failure(.unsigned) == .untrusted(.unsigned))
        #expect(try await failure(.garbage) == .reply)
    }

    @Test(arguments: ErrorCode.allCases)
    func `a signed refusal is passed on, an unsigned one only where it changes nothing`(code: ErrorCode) async throws {
        let signed = Refusal(code: code, why: "because", hint: "ask", request: "", isSigned: true)
        #expect(try await failure(.refuses(code, signed: true)) == .refused(signed))
        let plain = Refusal(code: code, why: "because", hint: "ask", request: "", isSigned: false)
        let expected: ClientError = code.mayBeUnsigned ? .refused(plain) : .unsignedRefusal(code)
        #expect(try await failure(.refuses(code, signed: false)) == expected)
        #expect(expected.exitCode == (code.mayBeUnsigned ? code.exitCode : .integrity))
    }

    @Test(arguments: FakeBroker.ReceiptFault.allCases)
    func `a receipt must show this request at this place`(fault: FakeBroker.ReceiptFault) async throws {
        #expect(try await failure(.receipt(fault)) == .receipt)
    }

    @Test func `a part of a job may come without a receipt`() async throws {
        let folder = try ScratchFolder()
        let session = try session(FakeBroker(time: Self.now, behaviour: .receipt(.missing)), in: folder)
        let answer = try await session.call(GetExportPage.self, .init(export: "x_1", from: 0, count: 1))
        #expect(answer.receipt == nil)
    }

    @Test func `the entry that registers a block may bear the block's signature`() async throws {
        let folder = try ScratchFolder()
        for fault in [FakeBroker.ReceiptFault.otherKey, .otherCounter] {
            let session = try session(FakeBroker(time: Self.now, behaviour: .receipt(fault)), in: folder)
            _ = try await session.call(ApproveStaff.self, .init(block: .object([:])))
        }
        let session = try session(FakeBroker(time: Self.now, behaviour: .receipt(.otherAct)), in: folder)
        await #expect(throws: ClientError.receipt) {
            _ = try await session.call(ApproveStaff.self, .init(block: .object([:])))
        }
    }

    @Test func `a log that shrinks or changes is noticed`() async throws {
        #expect(try await failure(.restarts(after: 3), calls: 6) == .log(.rollback(seen: 3, shown: 1)))
        #expect(try await failure(.restarts(after: 1), calls: 6) == .log(.fork(size: 1)))
        let error = ClientError.log(.rollback(seen: 3, shown: 1))
        #expect(error.exitCode == .integrity)
    }

    @Test func `a rollback between two runs is noticed by what the first remembered`() async throws {
        let folder = try ScratchFolder()
        let first = try session(FakeBroker(time: Self.now), in: folder)
        for _ in 0..<4 { _ = try await first.call(ShowCustomers.self, NoMembers()) }
        try await first.close()
        let second = try session(FakeBroker(time: Self.now), in: folder)
        await #expect(throws: ClientError.log(.rollback(seen: 4, shown: 1))) {
            _ = try await second.call(ShowCustomers.self, NoMembers())
        }
    }

    @Test func `a log that was put back and then grew is refused, and what was seen stays remembered`() async throws {
        let folder = try ScratchFolder()
        let first = try session(FakeBroker(time: Self.now), in: folder)
        for _ in 0..<4 { _ = try await first.call(ShowCustomers.self, NoMembers()) }
        try await first.close()
        let remembered = first.rememberedCheckpoint
        // Another history, which other devices have made longer than what was seen here.
        let broker = FakeBroker(time: Self.now + 1)
        let elsewhere = try ScratchFolder()
        let stranger = try session(broker, in: elsewhere)
        for _ in 0..<6 { _ = try await stranger.call(ShowCustomers.self, NoMembers()) }
        let second = try session(broker, in: folder)
        await #expect(throws: ClientError.log(.fork(size: 4))) {
            _ = try await second.call(ShowCustomers.self, NoMembers())
        }
        #expect(second.rememberedCheckpoint == remembered)
        try await second.close()
        #expect(try session(broker, in: folder).rememberedCheckpoint == remembered)
    }

    @Test func `a history exchanged in the middle of a session is not remembered`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now, behaviour: .restarts(after: 3))
        let first = try session(broker, in: folder)
        _ = try await first.call(ShowCustomers.self, NoMembers())
        try await first.close()
        let second = try session(broker, in: folder)
        _ = try await second.call(ShowCustomers.self, NoMembers())
        _ = try await second.call(ShowCustomers.self, NoMembers())
        // The next call begins the log anew: smaller than what was seen.
        await #expect(throws: ClientError.log(.rollback(seen: 3, shown: 1))) {
            _ = try await second.call(ShowCustomers.self, NoMembers())
        }
        #expect(try session(broker, in: folder).rememberedCheckpoint == first.rememberedCheckpoint)
    }

    @Test(arguments: [-600, -300, -61, 61, 300, 600] as [Int64])
    func `a clock that is off is helped once, and stays helped`(offset: Int64) async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now + offset)
        let session = try session(broker, in: folder)
        _ = try await session.call(ShowCustomers.self, NoMembers())
        #expect(broker.seen.requests.map(\.created) == [Self.now, Self.now + offset])
        #expect(broker.seen.requests.map(\.head.counter) == [1, 2])
        _ = try await session.call(ShowCustomers.self, NoMembers())
        #expect(broker.seen.requests.count == 3)
    }

    @Test(arguments: [-601, 601, 86_400] as [Int64])
    func `a clock that is far off is a person's affair`(offset: Int64) async throws {
        let error = try await failure(.honest, brokerTime: Self.now + offset)
        #expect(error == .clock(offsetSeconds: offset))
        #expect(error?.exitCode == .denied)
    }

    @Test func `a 401 for another reason is not repeated, and one repetition is all there is`() async throws {
        for (brokerTime, attempts) in [(Self.now, 1), (Self.now + 300, 2)] {
            let folder = try ScratchFolder()
            let broker = FakeBroker(time: brokerTime, behaviour: .refuses(.unauthenticated, signed: true))
            let session = try session(broker, in: folder)
            await #expect(throws: ClientError.self) { _ = try await session.call(ShowCustomers.self, NoMembers()) }
            #expect(broker.seen.requests.count == attempts)
        }
    }

    @Test func `an unsigned 401 moves no clock`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now, behaviour: .refuses(.unauthenticated, signed: false))
        let session = try session(broker, in: folder)
        await #expect(throws: ClientError.unsignedRefusal(.unauthenticated)) {
            _ = try await session.call(ShowCustomers.self, NoMembers())
        }
        #expect(broker.seen.requests.count == 1)
    }

    @Test func `unsealing may be answered unsigned, and takes its time`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now, behaviour: .unsigned)
        let session = try session(broker, in: folder)
        let message = UnsealVault.Request(passphrase: Sensitive("x"), checkpoint: session.rememberedCheckpoint)
        let answer = try await session.call(UnsealVault.self, message)
        #expect(answer.message.state == .unsealed)
        #expect(!answer.isSigned)
        #expect(broker.seen.deadlines == [ClientLimits.unsealDeadlineSeconds])
        let wrong = try self.session(
            FakeBroker(time: Self.now, behaviour: .refuses(.denied, signed: false)), in: folder)
        let refusal = Refusal(code: .denied, why: "because", hint: "ask", request: "", isSigned: false)
        await #expect(throws: ClientError.refused(refusal)) { _ = try await wrong.call(UnsealVault.self, message) }
    }

    @Test(arguments: [TransportError.notRunning, .permission, .timeout, .broken, .tooLarge])
    func `a connection that fails says how, and nothing is repeated`(error: TransportError) async throws {
        #expect(try await failure(.fails(error)) == .transport(error))
    }

    @Test func `what cannot be signed is refused before it is sent`() async throws {
        let folder = try ScratchFolder()
        let broker = FakeBroker(time: Self.now)
        let session = try session(broker, in: folder)
        let scopes = [
            (RequestScope(ref: "13800138000"), WireError.head(.reference)),
            (RequestScope(purpose: "Lunch"), .head(.purpose)), (RequestScope(act: .write), .act),
            (RequestScope(customers: (0...100).map { _ in .random() }), .head(.subject)),
        ]
        for (scope, problem) in scopes {
            await #expect(throws: ClientError.request(problem)) {
                _ = try await session.call(ShowCustomers.self, NoMembers(), scope: scope)
            }
        }
        #expect(broker.seen.requests.isEmpty)
    }

    @Test func `a signer that fails is told from a broker that refuses`() async throws {
        struct Failing: Signer {
            let kid = Sample.kid(Sample.person)
            func sign(_ message: [UInt8]) throws(AgentError) -> [UInt8] { throw .refused }
        }
        let folder = try ScratchFolder()
        let session = BrokerSession(
            identity: Sample.identity(), transport: FakeBroker(time: Self.now), signer: Failing(),
            counter: RequestCounter(path: folder.file("c")),
            memory: try CheckpointMemory(folder: folder.path, logKey: Sample.logKey()))
        await #expect(throws: ClientError.agent(.refused)) {
            _ = try await session.call(ShowCustomers.self, NoMembers())
        }
    }

    @Test func `the open pages are read without a signature`() async throws {
        let inquiry = BrokerInquiry(transport: FakeBroker(time: Self.now))
        #expect(try await inquiry.health() == Sample.health())
        #expect(try await inquiry.status().logSize == 3)
        let sealed = BrokerInquiry(
            transport: FakeBroker(time: Self.now, behaviour: .refuses(.unavailable, signed: false)))
        await #expect(throws: ClientError.self) { _ = try await sealed.status() }
    }

    @Test func `every error has a word, a code and an exit code`() {
        let errors: [ClientError] = [
            .transport(.notRunning), .transport(.tooLarge), .untrusted(.signature), .unsignedRefusal(.denied), .reply,
            .impostor, .clock(offsetSeconds: 700), .receipt, .log(.checkpoint), .log(.fork(size: 1)),
            .log(.state(.form)), .identity(.wrongPassphrase), .identity(.missing), .identity(.file(2)), .agent(.noKey),
            .state(.exhausted), .request(.bodyTooLarge),
        ]
        for error in errors {
            #expect(!error.why.isEmpty)
            #expect(error.why.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
            #expect(error.exitCode != .ok)
            #expect(!error.hint.hasSuffix("."))
        }
        #expect(ClientError.identity(.wrongPassphrase).exitCode == .denied)
        #expect(ClientError.transport(.notRunning).exitCode == .unavailable)
    }
}
