import ArgumentParser
import CanonicalJSON
import Console
import Wire

struct RequestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Requests that wait for another person, and emergencies to be reviewed.",
        subcommands: [
            RequestListCommand.self, RequestShowCommand.self, RequestApproveCommand.self, RequestDenyCommand.self,
            RequestWithdrawCommand.self, RequestReviewCommand.self,
        ])
}

extension PendingRequest {
    /// As scripts read it: times in ISO 8601, empty where there is none.
    var members: [String: JSONValue] {
        var members = jsonValue.objectValue ?? [:]
        for (name, seconds) in [("created", created), ("expires", expires), ("due", due)] {
            members[name] = .string(seconds == 0 ? "" : Moment.iso(seconds * 1_000))
        }
        return members
    }

    /// By when somebody should act.
    var until: Int64 { due == 0 ? expires : due }
}
