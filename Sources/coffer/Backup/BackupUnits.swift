import Console

/// Units of systemd with which archives are carried, and drills held, while nobody is there: for the system's own systemd,
/// running as `user`. Those under `packaging/systemd` are made by this, for the places of `docs/install.md`.
struct BackupUnits {
    /// The account that the commands run as.
    let user: String
    /// Those that say where targets and state of this account lie.
    let variables: [String: String]
    /// The vault's folder, as the account reaches it.
    let folder: String
    let identity: String
    /// The file with the identity's passphrase; systemd hands it over.
    let passphrase: String
    /// The drill key's file; nil for no drills.
    let drillKey: String?
    /// Folders in which the account keeps identity, targets and state: counters and journals are written there.
    let own: [String]
    /// Folders that are targets.
    let targetFolders: [String]
    /// Files with credentials for targets.
    let credentials: [String]
    /// The targets by name; a drill takes one of them, so each gets its own where there are several.
    let targets: [String]

    struct Unit {
        let name: String
        let text: String
    }

    static let program = "/usr/local/bin/coffer"

    /// Service and timer of runs, then of drills.
    var all: [Unit] {
        let run = [
            Unit(name: "coffer-backup.service", text: runService),
            Unit(
                name: "coffer-backup.timer",
                text: timer("Carry archives of the customer vault every day", calendar: "daily")),
        ]
        guard let drillKey else { return run }
        // Units of their own, not lines of one: a target that is down must not keep the others from being tried.
        let drills: [(suffix: String, target: String?)] =
            targets.count > 1 ? targets.map { ("-" + $0, $0) } : [("", targets.first)]
        return run
            + drills.flatMap { drill in
                [
                    Unit(
                        name: "coffer-backup-drill\(drill.suffix).service", text: drillService(drillKey, drill.target)),
                    // A drill with the drill key is overdue after 35 days; a week leaves room for some that fail.
                    Unit(
                        name: "coffer-backup-drill\(drill.suffix).timer",
                        text: timer(
                            "Bring an archive of the customer vault back every week", calendar: "Sun *-*-* 04:00:00")),
                ]
            }
    }

    /// The first of these texts that cannot stand in a unit as it is: one with a space, a quote or a sign of systemd's, or a
    /// path that is relative or goes up again, of which systemd ignores the line.
    var unfit: String? {
        let paths = own + targetFolders + credentials + [folder, identity, passphrase] + [drillKey].compactMap { $0 }
        if let path = paths.first(where: {
            !$0.hasPrefix("/") || $0.split(separator: "/").contains("..") || !Self.isPlain($0)
        }) {
            return path
        }
        return ([user] + variables.values).first { !Self.isPlain($0) }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && !$0.properties.isWhitespace
                    && !"\"'\\$%;#".unicodeScalars.contains($0)
            }
    }

    // MARK: - The texts

    private var runService: String {
        service(
            "Carry archives of the customer vault to their targets", "# Makes a set and carries it away.", [],
            command("backup run"))
    }

    private func drillService(_ key: String, _ target: String?) -> String {
        let drill = command("backup drill --drill-key %d/drill-key")
        return service(
            "Bring the newest archive of the customer vault back, check it and throw it away",
            "# A drill with the drill key (T3), which opens no customer. The copy lies in this service's own /var/tmp.",
            ["LoadCredential=drill-key:\(key)"],
            target.map { drill + " --from " + $0 } ?? drill)
    }

    private func command(_ words: String) -> String {
        "\(Self.program) \(words) --dir \(folder) --identity \(identity) --passphrase-file %d/passphrase"
    }

    private func service(
        _ description: String, _ comment: String, _ credentials: [String], _ command: String
    ) -> String {
        let environment = variables.sorted { $0.key < $1.key }.map { "Environment=\($0.key)=\($0.value)" }
        // The folder of the identity is there; the others are made by the first command that has something to keep.
        let places = writable.map { path in
            (identity.hasPrefix(path + "/") ? "ReadWritePaths=" : "ReadWritePaths=-") + path
        }
        let folders =
            targetFolders.isEmpty
            ? [
                "# A target that is a folder is named here too, for it is written to.",
                "#ReadWritePaths=-/mnt/archives",
            ]
            : targetFolders.map { "ReadWritePaths=-\($0)" }
        let head = """
            \(comment) See docs/archives.md.
            [Unit]
            Description=\(description)
            Wants=network-online.target
            After=network-online.target cofferd.service

            [Service]
            Type=oneshot
            User=\(user)
            \(environment.joined(separator: "\n"))
            # Files of root's, mode 0600, which only this service is shown.
            \((["LoadCredential=passphrase:\(passphrase)"] + credentials).joined(separator: "\n"))
            ExecStart=\(command)

            # The identity's counter, the list of targets and what this account remembers of the log.
            \(places.joined(separator: "\n"))
            \(folders.joined(separator: "\n"))
            ProtectHome=\(needsHome ? "read-only" : "yes")

            """
        return head + Self.hardening
    }

    private func timer(_ description: String, calendar: String) -> String {
        """
        [Unit]
        Description=\(description)

        [Timer]
        OnCalendar=\(calendar)
        RandomizedDelaySec=1h
        # What was missed while the machine was off is made up for.
        Persistent=true

        [Install]
        WantedBy=timers.target

        """
    }

    /// The account's own folders, those within another left out.
    private var writable: [String] {
        var kept: [String] = []
        for path in own.sorted() where !kept.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) {
            kept.append(path)
        }
        return kept
    }

    /// Whether anything lies in one of the folders that `ProtectHome=yes` closes.
    private var needsHome: Bool {
        let closed = ["home", "root", "run/user"].map { "/\($0)/" }
        return (own + targetFolders + credentials + [folder, identity]).contains { path in
            closed.contains(where: (path + "/").hasPrefix)
        }
    }

    /// As in `cofferd.service`, but with a network for the targets.
    private static let hardening = """
        UMask=0077
        ProtectSystem=strict
        PrivateTmp=yes
        PrivateDevices=yes

        LimitMEMLOCK=64M
        LimitCORE=0
        MemorySwapMax=0

        NoNewPrivileges=yes
        CapabilityBoundingSet=
        AmbientCapabilities=
        RestrictSUIDSGID=yes
        RestrictNamespaces=yes
        RestrictRealtime=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        RemoveIPC=yes
        KeyringMode=private
        ProtectClock=yes
        ProtectHostname=yes
        ProtectControlGroups=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectProc=invisible

        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged @resources @obsolete @keyring
        SystemCallFilter=setrlimit
        SystemCallErrorNumber=EPERM

        """
}
