import AccessLog
import Authority
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
            ledger: 7, ledgerHash: Hex.encode(Random.bytes(32)))
    }

    private func line(_ place: UInt64, after previous: String) -> ErasureLedgerLine {
        ErasureLedgerLine(
            vault: log.vault, origin: log.key.name, place: place, previous: previous,
            id: "e_" + Crockford.randomLower(26), customer: .random(), entry: 5, at: 6)
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
}
