extension TransferError {
    /// A stable word for scripts, e.g. `host-key`.
    public var why: String {
        switch self {
        case .name: "name"
        case .exists: "exists"
        case .notFound: "not-found"
        case .tooLarge: "size"
        case .retained: "retained"
        case .missingTarget: "target"
        case .planted: "planted"
        case .altered: "altered"
        case .full: "full"
        case .clock: "clock"
        case .region: "region"
        case .notLocked: "not-locked"
        case .unreachable: "unreachable"
        case .timeout: "timeout"
        case .refused: "refused"
        case .hostKey: "host-key"
        case .certificate: "certificate"
        case .busy: "busy"
        case .protocol: "protocol"
        case .address: "address"
        case .credentials: "credentials"
        case .file: "file"
        }
    }

    /// What happened, for a person: lower case, no full stop, without the target's name.
    public var message: String { words.message }

    /// What to do about it; empty when there is nothing to say.
    public var hint: String { words.hint }

    private typealias Words = (message: String, hint: String)

    private var words: Words {
        switch self {
        case .name: ("no object can have this name", "")
        case .exists: ("the target has an object of this name already", "objects are written once")
        case .notFound: ("the target has no such object", "")
        case .tooLarge: ("what lies in the target is larger than anything of Coffer", "look at what else writes there")
        case .retained: ("the target keeps the object until its date", "remove it after that")
        case .missingTarget:
            ("the target is not there", "mount the disk, or make the folder or bucket; Coffer makes neither")
        case .planted:
            ("a link or special file lies where an object belongs", "look at what it is before you remove it")
        case .altered:
            ("the target gives back something else than was written", "do not trust it: try another disk or server")
        case .full: ("the target is full", "make room there, or raise the quota")
        case .clock(let offset):
            (
                offset.map { "the target's clock differs by \($0) s" } ?? "the target finds this machine's clock wrong",
                "set this machine's clock"
            )
        case .region(let name):
            (
                "the bucket lies in another region",
                name.map { "set the target's region to \($0)" } ?? "set the target's region"
            )
        case .notLocked:
            (
                "the target did not lock the object until its date",
                "turn Object Lock on for the bucket, and let these credentials read retention"
            )
        case .unreachable(let problem): Self.words(problem)
        case .timeout: ("the target did not answer in time", "try again later; what was written is found again")
        case .refused(let problem): Self.words(problem)
        case .hostKey(let problem): Self.words(problem)
        case .certificate:
            ("the server's certificate is not trusted", "install the authority's certificate, or correct the name")
        case .busy: ("the target is too busy", "try again later; what was written is found again")
        case .protocol(let code): ("the target answered with an error: \(code)", "")
        case .address(let problem): Self.words(problem)
        case .credentials(let problem): Self.words(problem)
        case .file(let number): ("a file cannot be used (errno \(number))", "")
        }
    }

    private static func words(_ problem: Unreachable) -> Words {
        switch problem {
        case .name: ("the target's name has no address", "check the name and this machine's resolver")
        case .connection: ("nothing answers at the target's address", "check that it runs and the port is open")
        case .cut:
            ("the connection broke, or the target gave up in the middle", "try again; what was written is found again")
        }
    }

    private static func words(_ problem: Refused) -> Words {
        switch problem {
        case .login: ("the target does not take the credentials", "check the key or password in the credentials file")
        case .signature:
            ("the target finds the signature wrong", "check the secret access key in the credentials file")
        case .permission: ("the target does not permit this", "check what these credentials may do there")
        }
    }

    private static func words(_ problem: HostKeyProblem) -> Words {
        switch problem {
        case .unpinned:
            (
                "no host key is pinned, so nothing was connected to",
                "ask the server's owner for: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"
            )
        case .form:
            ("this is no host key", "give SHA256:… of an Ed25519 or ECDSA key, or the line of the .pub file")
        case .mismatch(let fingerprint):
            (
                "the server has another host key than the pinned one: \(fingerprint)",
                "somebody may stand between; compare with the server's owner before you pin it"
            )
        case .rsa:
            ("the server's host key is RSA", "only Ed25519 and ECDSA are taken: run ssh-keygen -A on the server")
        case .none:
            (
                "the server offers no host key that is accepted",
                "only Ed25519 and ECDSA are taken, not RSA: run ssh-keygen -A on the server"
            )
        }
    }

    private static func words(_ problem: AddressProblem) -> Words {
        switch problem {
        case .form: ("the target's address cannot be read", "a path, sftp://user@host/path or s3://host/bucket/prefix")
        case .plaintext: ("plain http goes to this machine only", "use https")
        case .user: ("the address names no user", "sftp://user@host/path")
        case .path:
            (
                "the address's path cannot be used",
                "letters, digits and . _ - between slashes, and no name of dots alone"
            )
        case .bucket: ("the address names no bucket", "3 to 63 of a-z 0-9 and -")
        case .region: ("the region's name cannot be right", "for example eu-central-1")
        }
    }

    private static func words(_ problem: CredentialsProblem) -> Words {
        switch problem {
        case .missing: ("the credentials file is not there", "check its path")
        case .permissions: ("others can read the credentials file", "make it readable by you alone: chmod 600")
        case .owner: ("the credentials file is not a file of yours", "it must be a regular file of this user")
        case .tooLarge: ("the credentials file is too large", "it has a few lines of the form name = value")
        case .form(let line): ("line \(line) of the credentials file cannot be read", "write name = value")
        case .unknownName(let line):
            ("line \(line) of the credentials file has an unknown name", "see the names in docs/targets.md")
        case .repeated(let line): ("line \(line) of the credentials file repeats a name", "remove one of the two")
        case .agent: ("the credentials file says something else of agent than yes", "write agent = yes")
        case .lacks(let name): ("the credentials file lacks \(name)", "add a line: \(name) = …")
        case .keyFile:
            ("the key file that the credentials name cannot be used", "it must be yours and readable by you alone")
        }
    }
}

extension TransferError {
    /// What a process exits with for which this is the reason: 13 unreachable, 14 not the target that was meant, 16
    /// clock, 12 what lies there is not what belongs there, otherwise the codes of all commands. 10 for a target that is
    /// full or fails without a reason that a person could mend by other arguments.
    public var exitCode: Int32 {
        switch self {
        case .name, .region, .address, .credentials, .hostKey(.unpinned), .hostKey(.form): 2
        case .refused, .retained, .hostKey(.rsa), .hostKey(.none): 3
        case .notFound: 4
        case .exists: 7
        case .full, .protocol, .file: 10
        case .tooLarge, .planted, .altered, .notLocked: 12
        case .unreachable, .timeout, .busy: 13
        case .missingTarget, .hostKey(.mismatch), .certificate: 14
        case .clock: 16
        }
    }
}
