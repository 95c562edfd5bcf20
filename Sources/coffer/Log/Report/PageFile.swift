import Console
import Host
import Primitives

/// The file a page is written to. What is there already is kept unless the person says otherwise; whether it can be
/// written is found out before anything is asked of the broker, because that makes an entry.
struct PageFile {
    private let path: String
    private let replaces: Bool

    init(_ path: String, replaces: Bool) throws(Failure) {
        guard replaces || !Folder.exists(path) else {
            throw .usage(
                "the file for the page is there already", hint: "name a new one, or say --replace", why: "out")
        }
        self.path = path
        self.replaces = replaces
        do throws(HostError) {
            let trial = path + ".trial-" + Hex.encode(Random.bytes(6))
            try DurableFile.create(trial, with: [])
            try DurableFile.remove(trial)
        } catch { throw .file(error, "the page cannot be written", why: "out") }
    }

    func write(_ page: String) throws(Failure) {
        do throws(HostError) {
            if replaces {
                try DurableFile.replace(path, with: Array(page.utf8))
            } else {
                try DurableFile.create(path, with: Array(page.utf8))
            }
        } catch { throw .file(error, "the page cannot be written", why: "out") }
    }
}
