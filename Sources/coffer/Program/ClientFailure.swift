import Client
import Console
import VaultModel
import Wire

extension Failure {
    /// What went wrong between the command and its answer, in a person's words.
    init(_ error: ClientError) {
        var hint = error.hint
        var request: String?
        if case .refused(let refusal) = error {
            request = refusal.request.isEmpty ? nil : refusal.request
            if hint.isEmpty, let reason = Reason(rawValue: refusal.why) { hint = RefusalText.hint(reason) }
        }
        self.init(
            code: error.code.rawValue, why: error.why, message: Self.message(error), hint: hint, request: request,
            exitCode: error.exitCode.rawValue)
    }

    init(_ error: IdentityError) { self.init(ClientError.identity(error)) }
    init(_ error: AgentError) { self.init(ClientError.agent(error)) }
    init(_ error: StateError) { self.init(ClientError.state(error)) }

    private static func message(_ error: ClientError) -> String {
        switch error {
        case .refused(let refusal): message(refusal)
        case .transport(let error): message(error)
        case .untrusted, .unsignedRefusal: "the answer is not signed by the broker of your identity"
        case .impostor: "the broker shows other keys than the code was made for; nothing was made or sent"
        case .reply: "the broker's answer is not understood"
        case .clock(let offset):
            "this device's clock is \(abs(offset)) s \(offset > 0 ? "behind" : "ahead of") the broker's"
        case .receipt: "the answer does not prove that the access was logged"
        case .log(let problem): message(problem)
        case .identity(let error): message(error)
        case .agent(let error): message(error)
        case .state: "what this device keeps beside the identity cannot be used"
        case .request: "the request cannot be built from these arguments"
        }
    }

    private static func message(_ refusal: Refusal) -> String {
        if let reason = Reason(rawValue: refusal.why) { return RefusalText.message(reason) }
        return switch refusal.code {
        case .malformed: "the broker did not understand the request"
        case .unauthenticated: "the broker does not accept this key or this request"
        case .denied: "your role may not do this"
        case .approvalRequired: "this needs the approval of another person"
        case .notFound: "there is no such thing in the vault"
        case .erased: "this customer has been erased"
        case .conflict: "the vault already holds something else"
        case .tooLarge: "the request is too large"
        case .rateLimited: "too many requests in a short time"
        case .integrity: "the vault is damaged or was tampered with"
        case .sealed: "the vault is sealed"
        case .unavailable: "the broker cannot answer now"
        case .internal: "the broker failed"
        }
    }

    private static func message(_ error: TransportError) -> String {
        switch error {
        case .notRunning: "no broker answers there"
        case .permission: "this user may not speak with the broker"
        case .timeout: "the broker did not answer in time"
        case .broken: "the connection to the broker broke"
        case .tooLarge: "the broker's answer is too large"
        }
    }

    private static func message(_ problem: CheckpointMemory.Problem) -> String {
        switch problem {
        case .checkpoint: "the checkpoint shown is not signed by the log's key"
        case .rollback: "the access log was rolled back"
        case .fork: "the access log is another one than this device has seen"
        case .state: "the checkpoint this device remembers cannot be used"
        }
    }

    private static func message(_ error: IdentityError) -> String {
        switch error {
        case .missing: "there is no identity file"
        case .exists: "there is an identity file already"
        case .file: "the identity file cannot be used"
        case .permissions: "other users of this machine may read or change the identity file"
        case .form: "this is no identity file, or one of a later version"
        case .cost: "the identity file was tampered with"
        case .memory: "there is not enough memory to open the identity"
        case .passphrase: "this cannot be a passphrase"
        case .wrongPassphrase: "the passphrase is wrong, or the identity file was changed"
        }
    }

    private static func message(_ error: AgentError) -> String {
        switch error {
        case .noAgent: "no ssh-agent is running here"
        case .connection: "the ssh-agent cannot be reached"
        case .timeout: "the ssh-agent does not answer"
        case .answer: "the ssh-agent answered nonsense"
        case .noKey: "the ssh-agent does not hold this key"
        case .refused: "the ssh-agent refused"
        }
    }
}
