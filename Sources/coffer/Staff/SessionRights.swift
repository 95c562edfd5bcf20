import Authority
import Client
import Console
import VaultModel
import Wire

extension Session {
    /// The verified blocks of the keys of a person. A person without a key refuses.
    func rights(ofPerson name: String, act: Act) async throws(Failure) -> [SignedRight] {
        try await rights(.init(name: name), act: act)
    }

    /// Those of some keys, asked for in as many requests as it takes.
    func rights(of kids: [KeyID]) async throws(Failure) -> [SignedRight] {
        var rights: [SignedRight] = []
        for start in stride(from: 0, to: kids.count, by: StaffRights.mostKeys) {
            let some = Array(kids[start..<min(start + StaffRights.mostKeys, kids.count)])
            rights += try await self.rights(.init(kids: some), act: .review)
        }
        return rights
    }

    private func rights(_ request: StaffRights.Request, act: Act) async throws(Failure) -> [SignedRight] {
        let reply = try await call(StaffRights.self, request, RequestScope(act: act))
        var rights: [SignedRight] = []
        for right in reply.message.rights {
            do throws(SignedRight.Problem) {
                rights.append(
                    try SignedRight(
                        right, vault: vault, authority: identity.broker.authority,
                        earlier: identity.earlierAuthorities))
            } catch { throw Failure(error) }
        }
        return rights
    }
}

extension Failure {
    init(_ problem: SignedRight.Problem) {
        self =
            switch problem {
            case .forged:
                Failure(
                    code: "integrity", why: "block",
                    message: "the broker shows a right that the authority has not signed",
                    hint: "nothing was signed; keep the access log and run: coffer doctor", exitCode: 6)
            case .nothingToRenew:
                Failure(
                    code: "conflict", why: "conflict", message: "this key has no right that could be renewed",
                    hint: "coffer staff list", exitCode: 7)
            case .unused:
                Failure(
                    code: "conflict", why: "conflict", message: "no use of this right is known",
                    hint: "end it: coffer staff review --end NAME", exitCode: 7)
            }
    }
}
