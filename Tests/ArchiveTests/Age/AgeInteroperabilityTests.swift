import Foundation
import Primitives
import Testing

@testable import Archive

/// The programs of Debian's package.
private enum Debian {
    static let age = ForeignProgram("age")
    static let keygen = ForeignProgram("age-keygen")
}

/// Debian's `age` against this one, both ways.
@Suite(.enabled(if: Debian.age != nil && Debian.keygen != nil, "see the message above"))
struct AgeInteroperabilityTests {
    private let folder: ScratchFolder
    private let age: ForeignProgram
    private let keygen: ForeignProgram

    init() throws {
        folder = try ScratchFolder()
        age = try #require(Debian.age)
        keygen = try #require(Debian.keygen)
    }

    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 300_001]

    /// An identity that `age-keygen` made: comments and a line.
    private func madeIdentity(_ name: String) throws -> AgeIdentity {
        let result = try keygen.run(["-o", folder.file(name)])
        try #require(result.status == 0, "\(result.output)")
        return try AgeIdentity(parsingFile: SecretBytes(copying: try folder.read(name)))
    }

    @Test func `an identity of age-keygen is read, one of ours is read by age-keygen`() throws {
        for _ in 0..<5 {
            let theirs = try madeIdentity("theirs")
            let public1 = try keygen.run(["-y", folder.file("theirs")])
            #expect(public1.output == theirs.recipient.text + "\n")
            let text = String(decoding: try folder.read("theirs"), as: UTF8.self)
            #expect(text.contains(theirs.textForFile() + "\n"))
            try FileManager.default.removeItem(atPath: folder.file("theirs"))

            let ours = AgeIdentity.generate()
            _ = try folder.write(ours.text().exposeBytes() + [0x0A], to: "ours")
            let public2 = try keygen.run(["-y", folder.file("ours")])
            #expect(public2.output == ours.recipient.text + "\n")
        }
    }

    @Test func `age opens what is sealed here`() throws {
        let identities = [try madeIdentity("one"), try madeIdentity("two")]
        for size in Self.sizes {
            let content = noise(size)
            let file = try folder.write(try AgeFile.seal(content, to: identities.map(\.recipient)), to: "sealed")
            for name in ["one", "two"] {
                try? FileManager.default.removeItem(atPath: folder.file("opened"))
                let result = try age.run(["-d", "-i", folder.file(name), "-o", folder.file("opened"), file])
                #expect(result.status == 0, "\(size) bytes: \(result.output)")
                // Age makes no file for no content.
                let isEmpty = content.isEmpty && !FileManager.default.fileExists(atPath: folder.file("opened"))
                #expect(try isEmpty || folder.read("opened") == content, "\(size) bytes")
            }
            // Not an accident of a reader that opens everything.
            _ = try folder.write(Array(try folder.read("sealed").dropLast()), to: "cut")
            let refused = try age.run(["-d", "-i", folder.file("one"), "-o", folder.file("never"), folder.file("cut")])
            #expect(refused.status != 0)
        }
    }

    @Test func `what age has sealed is opened here`() throws {
        let identities = [try madeIdentity("one"), try madeIdentity("two")]
        for size in Self.sizes {
            let content = noise(size)
            let plain = try folder.write(content, to: "plain")
            let recipients = identities.flatMap { ["-r", $0.recipient.text] }
            let result = try age.run(recipients + ["-o", folder.file("theirs"), plain])
            try #require(result.status == 0, "\(result.output)")
            let file = try folder.read("theirs")
            for identity in identities { #expect(try AgeFile.open(file, with: identity) == content, "\(size) bytes") }
            let stranger = AgeIdentity.generate()
            #expect(ageError { () throws(AgeError) in try AgeFile.open(file, with: stranger) } == .noMatch)
        }
    }

    @Test func `the text form of age is refused by its name`() throws {
        let identity = try madeIdentity("one")
        let plain = try folder.write(noise(10), to: "plain")
        let result = try age.run(["-a", "-r", identity.recipient.text, "-o", folder.file("armored"), plain])
        try #require(result.status == 0, "\(result.output)")
        let file = try folder.read("armored")
        #expect(ageError { () throws(AgeError) in try AgeFile.open(file, with: identity) } == .armored)
    }
}
