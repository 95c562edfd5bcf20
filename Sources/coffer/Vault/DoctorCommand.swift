import ArgumentParser
import CanonicalJSON
import Client
import Console
import Host
import Wire

struct DoctorCommand: CofferCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this device, the vault's folder and the broker; say how to mend what is wrong.",
        discussion: """
            Says too when an archive was last brought back (T3 with the drill key, T4 with the recovery cards), and fails \
            where archives or drills are overdue.

            Exit code 1 when a check fails.

            Members of --json: checks [{name, ok, hint}].

            Example: coffer doctor --dir /srv/coffer
            """)

    @OptionGroup var options: GlobalOptions

    func perform(_ output: Output) async throws {
        var doctor = Doctor()
        doctor.checkIdentity(try options.identityPath)
        doctor.checkAgent(try options.identityPath)
        doctor.checkFolder(try options.folder)
        await doctor.checkBroker(options, output)
        let checks = doctor.checks
        output.answer([
            "checks": .array(
                checks.map { check in
                    ["hint": .string(check.hint), "name": .string(check.name), "ok": .bool(check.ok)]
                })
        ]) {
            var list = LabelList()
            for check in checks {
                list.add(
                    check.name, check.ok ? (check.hint.isEmpty ? "ok" : "ok: " + check.hint) : check.hint,
                    ink: check.ok ? .good : .error)
            }
            return list.rendered(paint: output.paint)
        }
        guard checks.allSatisfy(\.ok) else { throw EndedWith.failedCheck }
    }
}

/// Collects the results of checks.
struct Doctor {
    struct Check {
        let name: String
        let ok: Bool
        /// How to mend it, or a remark; may be empty where all is well.
        let hint: String
    }

    /// Below this the broker is near the point where it refuses reads, because they could not be logged.
    private static let freeBytes: Int64 = 512 << 20

    private(set) var checks: [Check] = []

    mutating func add(_ name: String, _ ok: Bool, _ hint: String = "") {
        checks.append(Check(name: name, ok: ok, hint: hint))
    }

    /// A check that is well without a word, and needs mending otherwise.
    private mutating func require(_ name: String, _ ok: Bool, _ remedy: String) { add(name, ok, ok ? "" : remedy) }

    mutating func checkIdentity(_ path: String) {
        do throws(IdentityError) {
            let identity = try IdentityFile.read(path).identity
            require("identity", identity.kind == .person, "this is the authority's key: name your own with --identity")
            require(
                "profile", identity.profile == .default, "the vault was made for tests: keep no real customer in it")
        } catch {
            let failure = Failure(error)
            add("identity", false, [failure.message, failure.hint].filter { !$0.isEmpty }.joined(separator: "; "))
        }
    }

    mutating func checkAgent(_ path: String) {
        guard let kid = try? IdentityFile.read(path).identity.kid else { return }
        do throws(AgentError) {
            let keys = try IdentityAccess.agent().keys()
            let isUnlocked = keys.contains { $0.kid == kid }
            add("agent", true, isUnlocked ? "holds your key" : "coffer unlock saves typing the passphrase")
        } catch {
            let failure = Failure(error)
            // Nobody needs an agent; one that is named and does not work is a fault.
            add("agent", error == .noAgent, "\(failure.message); \(failure.hint)")
        }
    }

    mutating func checkFolder(_ path: String) {
        guard let folder = try? FileIdentity(of: path) else {
            add("folder", false, "there is no vault here: name its folder with --dir, or coffer init makes one")
            return
        }
        require("folder", folder.permissions & 0o027 == 0, "others may enter the vault's folder: chmod 710 it")
        // A member of the group may not list the folder, but sees the modes of files whose names she knows.
        let open = ["vault.db", "index.db", "keyring.db", "log.db", "vault.seal", "anchor", "tls.key", "unseal.tries"]
            .filter { name in
                guard let file = try? FileIdentity(of: FilePaths.join(path, name)) else { return false }
                return file.permissions & 0o077 != 0
            }
        require("files", open.isEmpty, "chmod 600: " + open.joined(separator: ", "))
        if let free = try? Folder.freeBytes(at: path) {
            require(
                "disk", free >= Self.freeBytes,
                "only \(ByteCount.text(free)) are free; reads stop when the log cannot grow")
        }
    }

    mutating func checkBroker(_ options: GlobalOptions, _ output: Output) async {
        do throws(Failure) {
            let status = try await Session.anonymous(options).statusOrFailure()
            add("broker", true, status.state.rawValue)
            require("sealed", status.state == .unsealed, "coffer unseal")
            if status.state == .unsealed {
                require("reviews", status.overdue == 0, "\(status.overdue) overdue: coffer staff review")
            }
            if let seen = try Session.rememberedSize(options, of: status.vault) {
                require(
                    "log", status.logSize == 0 || status.logSize >= seen,
                    "this device has seen \(seen) entries, the broker shows \(status.logSize): it was rolled back")
            }
            if let witness = status.witness {
                add("witness", true, "\(witness.name) cosigned \(witness.size) entries")
            }
            if let archives = status.archives {
                let restorable = Restorability(state: archives, now: SystemClock().nowMilliseconds())
                if restorable.isShown { add("restorable", true, "last verified: " + restorable.verified) }
                if let lost = restorable.lost {
                    add("archives", true, "a restore would lose the last \(Restorability.span(lost))")
                }
            }
            for warning in status.warnings { add("warning", false, TerminalText.safe(warning)) }
        } catch {
            add("broker", false, [error.message, error.hint].filter { !$0.isEmpty }.joined(separator: "; "))
            return
        }
        await checkClock(options, output)
    }

    /// Needs a signed exchange; left out where that would ask for a passphrase.
    private mutating func checkClock(_ options: GlobalOptions, _ output: Output) async {
        guard let file = try? IdentityFile.read(try options.identityPath) else { return }
        let isUnlocked = (try? IdentityAccess.agent().signer(for: file.identity.kid)) != nil
        guard isUnlocked || options.passphrasePath != nil else { return }
        do throws(Failure) {
            let session = try await Session.open(options, output)
            _ = try await session.whoAmI()
            let offset = session.clockOffsetSeconds
            require(
                "clock", offset == 0,
                "this device's clock is \(abs(offset)) s \(offset > 0 ? "behind" : "ahead of") the broker's: set it")
        } catch {
            add("clock", false, error.message)
        }
    }
}
