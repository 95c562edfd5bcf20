import AccessLog
import ArgumentParser
import Console
import Host

/// Where a command reads the log: from the broker, or from an export.
struct LogSourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read this export instead of asking the broker.", valueName: "dir"), completion: .directory)
    var from: String?

    @Option(help: ArgumentHelp("With --from: the log's key, or a file that holds it.", valueName: "logkey"))
    var key: String?

    /// The export, where one is named. Nothing of it is believed before it has been verified.
    func export() throws(Failure) -> ExportReading? {
        guard let from else {
            guard key == nil else { throw .usage("--key goes with --from", why: "key") }
            return nil
        }
        guard let key else {
            throw .usage("an export is verified by the log's key", hint: "--key LOGKEY, as init printed it", why: "key")
        }
        guard Folder.exists(from) else {
            throw .usage("there is no such folder", hint: "name the folder of an export", why: "from")
        }
        return try ExportReading(from, key: Arguments.logKey(key, option: "--key"))
    }
}
