import AccessLog
import Authority
import CanonicalJSON
import Primitives
import Testing
import VaultModel

/// The receipt and the ledger's lines: read back as signed, under the log's key alone, and not for one another.
struct ErasureStatementTests {
    private let log = SampleLog()

    private var statement: ErasureStatement {
        ErasureStatement(
            vault: log.vault, origin: log.key.name, id: "e_" + Crockford.randomLower(26), customer: .random(),
            reason: .consentWithdrawn, request: 3, requested: 4, entry: 5, at: 6, records: 9, kept: 2, keys: 1,
            ledger: 7, ledgerHash: Hex.encode(Random.bytes(32)), archivesUntil: 8)
    }

    private func line(_ place: UInt64, after previous: String) -> ErasureLedgerLine {
        ErasureLedgerLine(
            vault: log.vault, origin: log.key.name, place: place, previous: previous,
            id: "e_" + Crockford.randomLower(26), customer: .random(), entry: 5, at: 6)
    }

    private func archives(of statement: ErasureStatement, origin: String? = nil) -> ErasureArchivesStatement {
        ErasureArchivesStatement(
            vault: log.vault, origin: origin ?? log.key.name, id: statement.id, customer: statement.customer,
            first: Hex.encode(SHA256.hash(statement.encode())), report: 11, reported: 12, oldest: 10, targets: 2)
    }

    private func sealed(_ statement: some LogStatement, by signer: Signer? = nil) -> DSSEEnvelope {
        statement.sealed(by: log.key) { (signer ?? log.log).sign($0) }
    }

    @Test func `what is signed is read back`() throws {
        let statement = statement
        #expect(try ErasureStatement.open(sealed(statement), key: log.key) == statement)
        let line = line(2, after: Hex.encode(Random.bytes(32)))
        let bytes = sealed(line).encode()
        #expect(try ErasureLedgerLine.open(DSSEEnvelope(parsing: bytes), key: log.key) == line)
    }

    @Test func `another key, another log and another type are refused`() throws {
        let statement = statement
        #expect(throws: StatementProblem.signature) {
            try ErasureStatement.open(sealed(statement, by: log.stranger), key: log.key)
        }
        let other = SampleLog()
        #expect(throws: StatementProblem.value("origin")) {
            try ErasureStatement.open(sealed(statement), key: other.key)
        }
        #expect(throws: StatementProblem.type) {
            try ErasureStatement.open(sealed(line(1, after: "")), key: log.key)
        }
        #expect(throws: StatementProblem.type) { try ErasureLedgerLine.open(sealed(statement), key: log.key) }
    }

    @Test func `the second statement names the first, and vouches for it in another life`() throws {
        let statement = statement
        let second = archives(of: statement)
        let opened = try ErasureArchivesStatement.open(sealed(second), key: log.key)
        #expect(opened == second && opened.follows(statement) && !opened.follows(self.statement))
        #expect(throws: StatementProblem.type) { try ErasureStatement.open(sealed(second), key: log.key) }
        #expect(throws: StatementProblem.type) { try ErasureArchivesStatement.open(sealed(statement), key: log.key) }
        #expect(throws: StatementProblem.signature) {
            try ErasureArchivesStatement.open(sealed(second, by: log.stranger), key: log.key)
        }
        // The hash that another statement gives is enough, and no other is.
        let foreign = sealed(statement, by: log.stranger)
        #expect(try ErasureStatement.open(foreign, sha256: second.first) == statement)
        #expect(throws: StatementProblem.value("hash")) {
            try ErasureStatement.open(sealed(self.statement), sha256: second.first)
        }
        #expect(throws: StatementProblem.type) {
            try ErasureStatement.open(sealed(second), sha256: Hex.encode(SHA256.hash(second.encode())))
        }
    }

    @Test func `what it says of archives has one form`() throws {
        let statement = statement
        for (was, isNow) in [
            (#""archives":"keyring""#, #""archives":"none""#),
            (#""archives":"keyring""#, #""archives":"none configured""#),
            (#""archives_until":8"#, #""archives_until":0"#),
        ] {
            let (_, envelope) = try forged(statement, was, isNow)
            #expect(throws: StatementProblem.value("form")) { try ErasureStatement.open(envelope, key: log.key) }
        }
        let (_, other) = try forged(archives(of: statement), #""source":"operator""#, #""source":"broker""#)
        #expect(throws: StatementProblem.value("form")) { try ErasureArchivesStatement.open(other, key: log.key) }
    }

    /// What the log's key signs need not be what this program would have it sign.
    private func forged<S: LogStatement>(
        _ statement: S, _ was: String, _ is: String
    ) throws -> (S.Type, DSSEEnvelope) {
        let text = String(decoding: statement.encode(), as: UTF8.self)
        try #require(text.contains(was))
        let payload = Array(text.replacing(was, with: `is`).utf8)
        let signature = log.log.sign(DSSEEnvelope.pae(S.payloadType, payload))
        return (
            S.self,
            DSSEEnvelope(
                payloadType: S.payloadType, payload: payload, keyid: KeyID(log.key.key), signature: signature)
        )
    }

    @Test func `a number below zero is refused and ends no program`() throws {
        let offboarding = OffboardingStatement(
            vault: log.vault, origin: log.key.name, person: .random(), keys: [], killed: [], entry: 5, at: 6)
        func problem<S: LogStatement>(_ forged: (S.Type, DSSEEnvelope)) -> StatementProblem? {
            do throws(StatementProblem) {
                _ = try S.open(forged.1, key: log.key)
                return nil
            } catch { return error }
        }
        #expect(problem(try forged(statement, #""entry":5"#, #""entry":7"#)) == nil)
        for name in [#""entry":5"#, #""ledger":7"#, #""request":3"#] {
            let less = name.replacing(":", with: ":-")
            #expect(problem(try forged(statement, name, less)) == .json(.number), "\(name)")
        }
        for name in [#""entry":5"#, #""place":2"#] {
            let less = name.replacing(":", with: ":-")
            #expect(problem(try forged(line(2, after: ""), name, less)) == .json(.number), "\(name)")
        }
        #expect(problem(try forged(offboarding, #""entry":5"#, #""entry":-5"#)) == .json(.number))
    }
}
