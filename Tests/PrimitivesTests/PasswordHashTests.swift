import Primitives
import Testing

/// Known answers computed with the reference implementation (argon2-cffi over the authors' C code). RFC 9106's own
/// vectors use four lanes and a secret, which libsodium does not offer.
struct PasswordHashTests {
    private struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let passphrase, salt: [UInt8]
        let operations, memoryBytes: Int
        let hash: String
    }

    private static let answers = [
        Answer(
            testDescription: "2 passes, 64 MiB", passphrase: Array("password".utf8),
            salt: Array("somesaltsomesalt".utf8), operations: 2, memoryBytes: 64 << 20,
            hash: "fc33b78139231d34b71626bd6245c1d72efa190ad605c3d8166a72adcedfa2c2"),
        Answer(
            testDescription: "1 pass, 8 MiB, empty", passphrase: [], salt: ramp(16), operations: 1,
            memoryBytes: 8 << 20,
            hash: "cfacb0d16cbacc38563d81e06ce5752ec97d0d0642aed0178e010ec4eaacd743"
                + "ce3d15b2206057bfed67b3a5342effeb18bfbec51010977220240eac6d6612b3"),
        Answer(
            testDescription: "3 passes, 1 MiB, not ASCII", passphrase: Array("ünïcode パス".utf8),
            salt: Array("somesaltsomesalt".utf8), operations: 3, memoryBytes: 1 << 20,
            hash: "825267d82d7ab4b81f3bbebf7f63bba8a589c64f4661b4a49e97f42e08caf677"
                + "4f9cb8fcc53107efcf633b48df45cf7261aff8d57cdb00074d95bacd2fb1f71e"),
    ]

    @Test(arguments: answers)
    private func `Argon2id agrees with the reference implementation`(answer: Answer) throws {
        let hash = try PasswordHash.argon2id(
            SecretBytes(copying: answer.passphrase), salt: answer.salt, operations: answer.operations,
            memoryBytes: answer.memoryBytes, size: answer.hash.utf8.count / 2)
        #expect(Hex.encode(hash.exposeBytes()) == answer.hash)
    }

    @Test func `parameters outside the function's limits are refused`() {
        let passphrase = SecretBytes(copying: Array("x".utf8))
        func refused(salt: Int = 16, operations: Int = 1, memory: Int = 8 << 20, size: Int = 32) -> Bool {
            do {
                _ = try PasswordHash.argon2id(
                    passphrase, salt: [UInt8](repeating: 0, count: salt), operations: operations, memoryBytes: memory,
                    size: size)
                return false
            } catch {
                return error == .parameters
            }
        }
        #expect(refused(salt: 15))
        #expect(refused(salt: 17))
        #expect(refused(operations: 0))
        #expect(refused(operations: -1))
        #expect(refused(memory: 8_191))
        #expect(refused(memory: 8 << 30))
        #expect(refused(size: 15))
        #expect(refused(size: 65))
        #expect(!refused())
    }
}
