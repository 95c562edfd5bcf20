import Foundation
import Glibc
import Primitives

/// What no broker of this kind can go below, on this machine and in this run: the cryptography of one logged read, and
/// one sync.
struct Floor {
    /// Processor time of one signature check, two signatures, two opened fields and three sealed log parts, while the
    /// other core does the same: two cores that are busy are slower than one.
    let processorMicroseconds: Double
    /// Milliseconds of a write of 4 KiB and its `fdatasync`.
    let sync: (p50: Double, p99: Double)

    static func measure(in folder: String) throws -> Floor {
        let other = Thread { _ = cryptography() }
        other.start()
        return Floor(processorMicroseconds: cryptography(), sync: try sync(in: folder))
    }

    private static func cryptography() -> Double {
        let key = Ed25519.SigningKey.generate()
        let secret = SecretBytes.random(count: 32)
        let base = [UInt8](repeating: 0x61, count: 900)
        let signature = key.sign(base)
        let nonce = Random.bytes(XChaChaPoly.nonceSize)
        let part = [UInt8](repeating: 0x62, count: 400)
        let start = monotonicSeconds()
        let rounds = 5_000
        var checksum = 0
        for _ in 0..<rounds {
            checksum += key.publicKey.isValid(signature: signature, for: base) ? 1 : 0
            checksum += key.sign(base).count + key.sign(part).count
            for _ in 0..<5 {
                checksum += XChaChaPoly.seal(part, authenticating: [], nonce: nonce, key: secret).count
            }
            for _ in 0..<6 { checksum += SHA256.hash(part).count }
        }
        precondition(checksum > 0)
        return (monotonicSeconds() - start) * 1e6 / Double(rounds)
    }

    private static func sync(in folder: String) throws -> (Double, Double) {
        let descriptor = open(folder + "/sync", O_CREAT | O_WRONLY | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw Workbench.Failed(description: "no file to sync") }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 0, count: 4_096)
        var times: [Double] = []
        for _ in 0..<500 {
            let start = monotonicSeconds()
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0 else {
                throw Workbench.Failed(description: "the sync failed")
            }
            times.append((monotonicSeconds() - start) * 1_000)
        }
        times.sort()
        return (times[times.count / 2], times[times.count * 99 / 100])
    }
}
