import Foundation
import Testing

@testable import AccessLog
@testable import Pages

/// What a page looks like cannot be read from its source: a browser draws it, and what was drawn is measured.
@Suite(.serialized) struct BrowserTests {
    /// The browser and Python, or nil with a word about what is missing.
    static let programs: (chromium: String, python: String)? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        func find(_ name: String) -> String? {
            folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        }
        guard let chromium = find("chromium"), let python = find("python3") else {
            print("SKIPPED: pages are not looked at, because chromium or python3 is not installed (.ci/packages)")
            return nil
        }
        return (chromium, python)
    }()

    private struct View: Decodable {
        let page: String
        let viewport: Int
        let scheme: String
        let picture: String
        let findings: [String]
        let charts: Int
        let width: Int
        let height: Int
        let colours: Int
        let ink: String
        let paper: String
        let console: [String]
        let fetched: [String]
    }

    private struct Views: Decodable { let views: [View] }

    /// Where the pictures go: `COFFER_PICTURES` keeps them, for somebody to look at.
    private static func folder() throws -> (path: String, isKept: Bool) {
        let kept = ProcessInfo.processInfo.environment["COFFER_PICTURES"]
        let path =
            kept
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("coffer-pages-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return (path, kept != nil)
    }

    private static func look(at pages: [(name: String, html: String)], _ check: (View) -> Void) throws {
        guard let programs else { return }
        let (folder, isKept) = try folder()
        defer { if !isKept { try? FileManager.default.removeItem(atPath: folder) } }
        for page in pages { try Data(page.html.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(page.name).html")) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programs.python)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Browser/look.py"
        process.arguments = [script, programs.chromium, folder] + pages.map { "\(folder)/\($0.name).html" }
        let (out, errors) = (Pipe(), Pipe())
        process.standardOutput = out
        process.standardError = errors
        try process.run()
        let answer = out.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(String(decoding: complaint, as: UTF8.self))")
        let views = try JSONDecoder().decode(Views.self, from: answer).views
        #expect(views.count == 5 * pages.count)
        for view in views {
            let path = "\(folder)/\(view.picture)"
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            #expect(size > 8_000, "\(view.picture) is nearly empty")
            check(view)
        }
    }

    private static func checkAll(_ view: View) {
        let what = "\(view.page) at \(view.viewport), \(view.scheme)"
        #expect(view.findings == [], "\(what)")
        #expect(view.width <= view.viewport, "\(what) is \(view.width) wide")
        #expect(view.colours > 40, "\(what) shows nothing")
        #expect(view.console == [] && view.fetched == [], "\(what)")
        #expect(view.paper != view.ink)
    }

    @Test func `reports of any size fit the screen, and no text leaves its chart`() throws {
        let names = SampleReports.names()
        let pages = [
            ("empty", SampleReports.page(try SampleReports.empty())),
            ("single", SampleReports.page(try SampleReports.single(), .zh)),
            ("forty", SampleReports.page(try SampleReports.busy(persons: 40, scale: 123), names: names)),
            ("forty-zh", SampleReports.page(try SampleReports.busy(persons: 40, scale: 123), .zh, names: names)),
            ("huge", SampleReports.page(try SampleReports.busy(persons: 3, scale: 98_765_432_101), isFromExport: true)),
            ("slip", try SlipPageTests.slip(.en, reads: 60).html), ("slip-zh", try SlipPageTests.slip(.zh).html),
        ]
        var papers: Set<String> = []
        try Self.look(at: pages) { view in
            Self.checkAll(view)
            #expect(view.charts == (view.page.hasPrefix("slip") ? 0 : 6))
            papers.insert("\(view.scheme) \(view.paper)")
        }
        guard Self.programs != nil else { return }
        #expect(papers.count == 3, "each way of looking has one paper: \(papers)")
        #expect(papers.contains("print rgb(255, 255, 255)"), "on paper even where the screen is dark")
    }

    @Test func `the measuring finds a text that leaves its chart, one upon another, and a page too wide`() throws {
        let good = SampleReports.page(try SampleReports.single())
        let bad = good.replacing(
            "text-anchor=\"end\">0</text>", with: "text-anchor=\"end\">a long text that cannot fit here</text>"
        )
        .replacing("</header>", with: "<p style=\"width:2000px;max-width:none\">wide</p></header>")
        var found: [View] = []
        try Self.look(at: [("bad", bad)]) { found.append($0) }
        guard Self.programs != nil else { return }
        #expect(found.allSatisfy { view in view.findings.contains { $0.contains("outside") } })
        #expect(found.allSatisfy { $0.width >= 2_000 })
    }
}
