import Wire

extension ClientError {
    /// An enumerated word for `why` in `--json` form.
    public var why: String {
        switch self {
        case .refused(let refusal): refusal.why
        case .transport(let error): Self.words(error).why
        case .untrusted: "reply-signature"
        case .unsignedRefusal: "unsigned-reply"
        case .impostor: "impostor"
        case .reply: "reply-format"
        case .clock: "clock"
        case .receipt: "receipt"
        case .log(let problem): Self.words(problem).why
        case .identity(let error): Self.words(error).why
        case .agent(let error): Self.words(error).why
        case .state(let error): Self.words(error).why
        case .request(let error): Self.words(error).why
        }
    }

    /// What to do about it, lower case, no period; may be empty.
    public var hint: String {
        switch self {
        case .refused(let refusal): refusal.hint
        case .transport(let error): Self.words(error).hint
        case .untrusted, .unsignedRefusal:
            "something other than the enrolled broker answered; stop and tell the owner"
        case .impostor: "the broker is not the one the code was made for; call whoever gave you the code"
        case .reply: "the broker speaks another version; update the older of the two"
        case .clock(let offset): "set this machine's clock, it is off by \(abs(offset)) s"
        case .receipt: "the broker did not log what it was asked; stop and tell the compliance officer"
        case .log(let problem): Self.words(problem).hint
        case .identity(let error): Self.words(error).hint
        case .agent(let error): Self.words(error).hint
        case .state(let error): Self.words(error).hint
        case .request(let error): Self.words(error).hint
        }
    }

    private typealias Words = (why: String, hint: String)

    private static func words(_ error: TransportError) -> Words {
        switch error {
        case .notRunning: ("not-running", "start cofferd, or check --dir")
        case .permission: ("socket-permission", "this user must be in the group coffer")
        case .timeout: ("timeout", "it may have been carried out; look before repeating it")
        case .broken: ("connection", "it may have been carried out; look before repeating it")
        case .tooLarge: ("reply-size", "ask for fewer customers or entries at once")
        }
    }

    private static func words(_ problem: CheckpointMemory.Problem) -> Words {
        switch problem {
        case .checkpoint: ("checkpoint", "the log's signature is missing; stop and tell the compliance officer")
        case .rollback(let seen, let shown):
            ("rollback", "this device has seen \(seen) entries, the broker shows \(shown): it was rolled back")
        case .fork(let size): ("fork", "the broker shows another history of the first \(size) entries")
        case .state: ("checkpoint-file", "the remembered checkpoint cannot be read; ask the owner before removing it")
        }
    }

    private static func words(_ error: IdentityError) -> Words {
        switch error {
        case .missing: ("no-identity", "name one with --identity or COFFER_IDENTITY, or enroll with a code")
        case .exists: ("identity-exists", "an identity is never overwritten; name another file with --identity")
        case .file(let number): ("identity-file", "the file cannot be used (errno \(number))")
        case .permissions: ("identity-permissions", "make it readable by you alone: chmod 600")
        case .form: ("identity-format", "this is not an identity file of this version")
        case .cost: ("identity-cost", "the file was changed: it asks for a cost no identity has")
        case .memory: ("memory", "hashing the passphrase needs 512 MiB of free memory")
        case .passphrase: ("passphrase", "a passphrase has 1 to 1024 bytes of UTF-8")
        case .wrongPassphrase: ("wrong-passphrase", "")
        }
    }

    private static func words(_ error: AgentError) -> Words {
        switch error {
        case .noAgent: ("no-agent", "start an ssh-agent, or give the passphrase")
        case .connection(let number): ("agent-connection", "the ssh-agent does not answer (errno \(number))")
        case .timeout: ("agent-timeout", "the ssh-agent waits for somebody to confirm")
        case .answer: ("agent-answer", "the ssh-agent answered nonsense; restart it")
        case .noKey: ("locked", "run coffer unlock")
        case .refused: ("agent-refused", "the ssh-agent is locked or somebody declined")
        }
    }

    private static func words(_ error: StateError) -> Words {
        switch error {
        case .file(let number): ("state-file", "the state folder cannot be used (errno \(number))")
        case .form: ("state-format", "a file beside the identity or in the state folder was changed")
        case .exhausted: ("counter", "enroll a new key")
        case .exists: ("exists", "")
        }
    }

    private static func words(_ error: WireError) -> Words {
        switch error {
        case .bodyTooLarge, .headersTooLarge: ("size", "send less at once")
        case .head(.subject): ("subject", "name customers by number, at most 100 at once")
        case .head(.reference): ("reference", "a reference is an order's or a record's id")
        case .head(.purpose): ("purpose", "name a purpose of the policy")
        case .head(.fields): ("field", "name at most 64 fields of the policy")
        default: ("malformed", "")
        }
    }
}
