internal import AccessLog
internal import CanonicalJSON
internal import Storage
internal import Turnstile
internal import Wire

/// One verified request with its body, on its way to the operation.
struct Call<Request: Sendable>: Sendable {
    let verified: VerifiedRequest
    let body: Request

    var head: RequestHead { verified.request.head }
}

/// What an operation answers. `entry` is the durable log entry of the call; nil for parts of a longer job and for calls
/// that show nothing about a customer.
struct Answer<Reply: Sendable>: Sendable {
    let message: Reply
    let entry: CommittedEntry?

    init(_ message: Reply, _ entry: CommittedEntry?) {
        self.message = message
        self.entry = entry
    }
}

/// One operation of the broker. One file each; the order of steps is the same everywhere: decide, read ciphertext, log,
/// release.
protocol OperationHandler {
    associatedtype Op: WireOperation
    static func handle(
        _ call: Call<Op.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<Op.Reply>
}
