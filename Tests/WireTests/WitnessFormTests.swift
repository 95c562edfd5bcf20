import Testing
import Wire

struct WitnessFormTests {
    @Test(arguments: [
        "http://127.0.0.1:7380", "https://witness.example", "https://w.example:8443/a/b", "unix:/run/witness.sock",
        "http://[::1]:7380",
    ])
    func `a witness is asked over HTTP or a Unix socket`(_ url: String) { #expect(WitnessURL.isValid(url)) }

    @Test(arguments: [
        "", "http://", "https:///path", "ftp://w.example", "witness.example", "unix:run/w", "unix:",
        "http://w.example/",
        "http://w.example/a?b", "http://w.example#a", "http://user@w.example", "http://w example", "http://w\n",
        "http://\u{E9}.example", "HTTP://w.example", "http://" + String(repeating: "a", count: 250),
    ])
    func `anything else is no witness's URL`(_ url: String) { #expect(!WitnessURL.isValid(url)) }

    @Test func `the path of a proof is read back, and has one spelling`() {
        let path = ConsistencyPath(old: 5, new: 18_446_744_073_709_551_615)
        #expect(path.path == "/v1/consistency/5/18446744073709551615")
        #expect(ConsistencyPath(path.path) == path)
        #expect(ConsistencyPath("/v1/consistency/7/7") == ConsistencyPath(old: 7, new: 7))
    }

    @Test(arguments: [
        "/v1/consistency/", "/v1/consistency/5", "/v1/consistency/5/", "/v1/consistency/5/6/", "/v1/consistency/5/6/7",
        "/v1/consistency/05/6", "/v1/consistency/5/+6", "/v1/consistency/6/5", "/v1/consistency/0/5",
        "/v1/consistency/0/0", "/v1/consistency/-1/5", "/v1/consistency/5/18446744073709551616", "/v1/consistency/a/b",
        "/v1/status", "v1/consistency/5/6",
    ])
    func `no other path is one`(_ path: String) { #expect(ConsistencyPath(path) == nil) }
}
