import CanonicalJSON
import Client
import Console
import Host
import Policy
import Primitives
import VaultModel
import Wire

/// What this device knows of its person's role and of the policy, so that a look-up need not ask for both each time.
///
/// It only picks the fields to ask for: the broker decides. Policies hold rules and no customer's data.
struct KnownRights {
    let role: RoleName
    let policy: PolicyDocument
    /// Whether they come from the file, and may be out of date.
    let isRemembered: Bool

    /// Older knowledge is fetched again.
    private static let keptMilliseconds: Int64 = 24 * 3_600 * 1_000
    private static let limits = JSONLimits(maxBytes: 128 * 1_024, maxDepth: 2, names: .member)

    /// From the file, or from the broker when there is none that is fresh.
    static func of(_ session: Session, clock: some WallClock = SystemClock()) async throws(Failure) -> KnownRights {
        if let known = remembered(session, now: clock.nowMilliseconds()) { return known }
        return try await fetch(session, clock: clock)
    }

    /// From the broker; kept for the next time.
    static func fetch(_ session: Session, clock: some WallClock = SystemClock()) async throws(Failure) -> KnownRights {
        let role = try await session.whoAmI().role
        let policy = try await session.policy()
        let value: JSONValue = [
            "policy": .string(Base64.encode(policy.bytes)), "role": .string(role.text),
            "seen": .integer(clock.nowMilliseconds()),
        ]
        // Without the file the next look-up asks again: nothing is lost.
        try? Folder.createAll(session.stateFolder, mode: 0o700)
        try? DurableFile.replace(path(session), with: value.encode())
        return KnownRights(role: role, policy: policy, isRemembered: false)
    }

    private static func remembered(_ session: Session, now: Int64) -> KnownRights? {
        guard let bytes = try? DurableFile.read(path(session), limit: limits.maxBytes),
            let value = try? JSONValue.parse(bytes, limits: limits),
            let seen = value["seen"]?.integerValue, seen <= now, now - seen < keptMilliseconds,
            let role = value["role"]?.stringValue.flatMap({ RoleName($0) }),
            let file = value["policy"]?.stringValue.flatMap(Base64.decode),
            case .success(let policy) = PolicyDocument.parse(file, file: "policy")
        else { return nil }
        return KnownRights(role: role, policy: policy, isRemembered: true)
    }

    private static func path(_ session: Session) -> String {
        FilePaths.join(session.stateFolder, "rights-" + session.identity.kid.text)
    }
}
