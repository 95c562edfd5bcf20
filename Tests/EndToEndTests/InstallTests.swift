import Foundation
import Testing

extension EndToEnd {
    @Suite struct InstallTests {
        /// What every Debian has, and what a static build of Swift brings along.
        private static let base = ["ld-linux", "libc.so", "libm.so", "libgcc_s", "libstdc++"]
        private static let packages = [
            "libsodium.so.23": "libsodium23", "libsqlite3.so.0": "libsqlite3-0",
            "libphonenumber.so.8": "libphonenumber8",
            "libicuuc.so.72": "libicu72", "libicui18n.so.72": "libicu72", "libcsv.so.3": "libcsv3",
            "libssl.so.3": "libssl3", "libcrypto.so.3": "libssl3", "libcurl.so.4": "libcurl4",
            "libqrencode.so.4": "libqrencode4", "libz.so.1": "zlib1g",
        ]

        @Test(arguments: ["coffer", "cofferd"])
        func `the packages that a program needs stand in the instructions`(program: String) throws {
            let sandbox = try Sandbox()
            let path = Sandbox.binaries + "/" + program
            let needed = try sandbox.run("/usr/bin/readelf", ["-d", path]).text.split(separator: "\n")
                .filter { $0.contains("(NEEDED)") }
                .compactMap { $0.split(separator: "[").last?.split(separator: "]").first.map(String.init) }
            let text = try String(contentsOfFile: Sandbox.root + "/docs/install.md", encoding: .utf8)
            #expect(needed.contains("libsodium.so.23"))
            let folders = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib")
                .filter { $0.hasSuffix("-linux-gnu") }
            #expect(!folders.isEmpty)
            for library in needed where !Self.base.contains(where: library.hasPrefix) {
                // Libraries of Swift lie beside the compiler; what is installed has them inside.
                guard folders.contains(where: { FileManager.default.fileExists(atPath: "/usr/lib/\($0)/" + library) })
                else { continue }
                let package = try #require(Self.packages[library], "\(program) needs \(library): say its package")
                #expect(text.contains(package), "\(program) needs \(package)")
            }
        }
    }
}
