import AccessLog
import Authority
import Primitives
import Testing
import VaultModel
import Wire

@testable import Client

/// Identities follow the recovery quorum's word, forwards only.
@Suite struct FollowingTests {
    private static let quorum: UInt8 = 6
    private var fingerprint: String { Sample.kid(Self.quorum).quorumFingerprint }

    /// The quorum's word on a vault whose other keys are those of the samples.
    private func word(_ authority: KeyID, generation: UInt64 = 1, at: Int64 = 1_795_289_434) -> String {
        let broker = Sample.broker()
        let statement = SuccessionStatement(
            vault: Sample.vault, generation: generation, at: at, authority: authority,
            logKey: KeyID(broker.logKey.key), replyKey: broker.replyKey, tlsPin: broker.tlsPin
        ).sealed(by: Sample.kid(Self.quorum)) { Sample.key(Self.quorum).sign($0) }
        return String(decoding: statement.encode(), as: UTF8.self)
    }

    private func follow(_ file: IdentityFile, _ word: String) throws -> IdentityFile {
        try file.following(word, quorum: fingerprint, passphrase: Sample.secret("correct horse"))
    }

    @Test func `a new authority in the same generation is followed once, and never back`() throws {
        let file = try IdentityFile.seal(
            Sample.key(1), identity: Sample.identity(), passphrase: Sample.secret("correct horse"))
        let (first, second, third) = (Sample.broker().authority, Sample.kid(7), Sample.kid(8))
        #expect(throws: IdentityFile.FollowProblem.current) { try follow(file, word(first)) }
        let next = try follow(file, word(second))
        #expect(next.identity.broker.authority == second && next.identity.earlierAuthorities == [first])
        #expect(next.identity.broker.logKey == file.identity.broker.logKey)
        #expect(throws: IdentityFile.FollowProblem.current) { try follow(next, word(second)) }
        #expect(throws: IdentityFile.FollowProblem.current, "an old word, or a thief's") {
            try follow(next, word(first, at: 1_795_289_999))
        }
        let last = try follow(next, word(third))
        #expect(last.identity.earlierAuthorities == [first, second])
        // It is read back as it was written, and what is in it cannot be exchanged.
        let read = try IdentityFile(parsing: last.encode())
        #expect(read == last)
        #expect(try read.open(passphrase: Sample.secret("correct horse")).publicKey == Sample.key(1).publicKey)
        let text = String(decoding: last.encode(), as: UTF8.self)
        let changed = text.replacing(second.text, with: Sample.kid(9).text)
        #expect(changed != text)
        let forged = try IdentityFile(parsing: Array(changed.utf8))
        #expect(throws: IdentityError.wrongPassphrase) {
            _ = try forged.open(passphrase: Sample.secret("correct horse"))
        }
        #expect(!String(decoding: file.encode(), as: UTF8.self).contains("earlier_authorities"))
    }
}
