import Foundation
import Testing

/// The units under `packaging/systemd/`. Where systemd is not installed the keys are still compared.
@Suite("The systemd units") struct SystemdTests {
    private static let unit = "packaging/systemd/cofferd.service"
    private static let hasSystemd = Command.run("systemd-analyze", ["--version"]).status == 0

    /// The assignments of the unit; comments and sections left out, a repeated key joined.
    private func settings() throws -> [String: [String]] {
        var settings: [String: [String]] = [:]
        for line in try Checkout.text(Self.unit).split(separator: "\n") where !line.hasPrefix("#") {
            let halves = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { continue }
            settings[String(halves[0]), default: []].append(String(halves[1]))
        }
        return settings
    }

    @Test(arguments: [
        ("Type", "notify"), ("User", "coffer"), ("Group", "coffer"), ("UMask", "0077"), ("LimitCORE", "0"),
        ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("ProtectHome", "yes"), ("PrivateTmp", "yes"),
        ("ReadWritePaths", "/var/lib/coffer"), ("RestrictAddressFamilies", "AF_UNIX"),
        ("MemoryDenyWriteExecute", "yes"), ("ProtectKernelLogs", "yes"), ("ProtectKernelModules", "yes"),
        ("ProtectKernelTunables", "yes"), ("CapabilityBoundingSet", ""), ("SystemCallArchitectures", "native"),
    ])
    func `the broker's unit sets`(key: String, value: String) throws {
        #expect(try settings()[key] == [value], "\(key)")
    }

    @Test func `what must be looked at is not started again in a loop`() throws {
        let settings = try settings()
        let codes = try #require(settings["RestartPreventExitStatus"]?.first).split(separator: " ").compactMap {
            Int($0)
        }
        #expect(Set(codes).isSuperset(of: [2, 3, 6, 7, 74]))
        #expect(!codes.contains(0), "after coffer seal a sealed broker takes the place of the one that ended")
        #expect(settings["StartLimitBurst"] != nil && settings["SystemCallFilter"]?.isEmpty == false)
    }

    @Test func `as much memory may be locked as the keys need`() throws {
        let limit = try #require(try settings()["LimitMEMLOCK"]?.first?.wholeMatch(of: /(\d+)M/)?.1)
        let slab = try Checkout.text("Sources/Primitives/LockedSlab.swift")
        func number(_ name: String) throws -> Int {
            let match = try #require(slab.firstMatch(of: try Regex("\(name) = ([0-9_]+)")))
            return try #require(Int(String(match[1].substring ?? "").replacing("_", with: "")))
        }
        let needed = try number("cellSize") * number("cellCount")
        #expect(try #require(Int(limit)) << 20 > 2 * needed)
    }

    @Test(
        .enabled(if: hasSystemd, "systemd-analyze is not installed"),
        arguments: [
            // Tenths of systemd's own scale, on which 100 is a service without any of this; with a network it is more.
            ("cofferd.service", 10), ("coffer-backup.service", 20), ("coffer-backup-drill.service", 20),
        ])
    func `systemd understands the units and finds nothing to close`(name: String, most: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "coffer-unit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let unit = folder.appending(path: name)
        let timer = name.replacing(".service", with: ".timer")
        let names = [name] + (name == "cofferd.service" ? [] : [timer])
        for name in names {
            // The program is not installed where the tests run.
            let text = try Checkout.text("packaging/systemd/" + name)
                .replacing(/\/usr\/local\/bin\/cofferd?/, with: "/bin/true")
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        let verified = Command.run("systemd-analyze", ["verify"] + names.map { folder.appending(path: $0).path })
        #expect(verified.status == 0 && verified.output.isEmpty, "\(verified.output)")
        let security = Command.run(
            "systemd-analyze", ["security", "--no-pager", "--offline=true", "--threshold=\(most)", unit.path])
        #expect(security.status == 0, "\(security.output.suffix(200))")
        guard names.count == 2 else { return }
        for line in try Checkout.text("packaging/systemd/" + timer).split(separator: "\n")
        where line.hasPrefix("OnCalendar=") {
            let calendar = Command.run("systemd-analyze", ["calendar", String(line.dropFirst(11))])
            #expect(calendar.status == 0 && calendar.output.contains("Next elapse:"), "\(calendar.output)")
        }
    }
}
