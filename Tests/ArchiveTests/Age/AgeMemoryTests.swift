import Foundation
import Primitives
import Testing

@testable import Archive

struct AgeMemoryTests {
    /// In a process of its own, where nothing else takes memory: 96 MiB go through with less than 2 MiB more than the
    /// first 4 MiB took.
    @Test func `memory does not grow with the file`() async {
        await #expect(processExitsWith: .success) {
            func residentBytes() throws -> Int {
                let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
                let pages = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
                return pages * 4_096
            }
            let identity = AgeIdentity.generate()
            var writer = try AgeWriter(to: [identity.recipient])
            var reader = AgeReader(with: [identity])
            var (written, read) = (0, try reader.append(writer.header).count)
            let piece = [UInt8](repeating: 7, count: 100_000)
            var start = 0
            for round in 0..<1_000 {
                let sealed = writer.append(piece)
                written += sealed.count
                read += try reader.append(sealed).count
                if round == 40 { start = try residentBytes() }
            }
            let growth = try residentBytes() - start
            read += try reader.append(writer.finish()).count
            read += try reader.finish().count
            try #require(growth < 2 << 20)
            try #require(read == 100_000_000 && written > 99_000_000)
        }
    }
}
