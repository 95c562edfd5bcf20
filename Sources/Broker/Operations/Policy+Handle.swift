internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Puts a policy in force. The authority's block names its hash and that of the policy it replaces.
enum ApplyPolicyHandler: OperationHandler {
    typealias Op = ApplyPolicy

    static func handle(
        _ call: Call<ApplyPolicy.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ApplyPolicy.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .policy, verb: "apply"), as: .policy)
        let policy: PolicyDocument
        switch PolicyDocument.parse(call.body.policy, file: "policy") {
        case .success(let parsed): policy = parsed
        case .failure(let problems):
            let first = problems.problems.first
            throw .invalid(
                "the policy has \(problems.problems.count) mistakes, the first in line \(first?.line ?? 0); "
                    + "run coffer policy check")
        }
        let signed = try vault.open(call.body.block)
        guard case .policy(let block) = signed.block, block.sha256 == policy.sha256 else {
            throw .malformed("the block is not about this policy")
        }
        let before = vault.turnstile.policy
        let entry = try await vault.writes.run { () throws(RequestRefusal) in
            // Fields are numbered for good: not before it is clear that the block will be taken.
            do throws(RequestRefusal) { try vault.turnstile.requireRegistrable(signed, decision) } catch {
                throw await vault.refuse(decision, error, as: .policy)
            }
            try vault.store(policy)
            let entry = try await vault.turnstile.register(signed, decision, as: .policy)
            try vault.enforce(policy)
            return entry
        }
        return Answer(
            ApplyPolicy.Reply(policy: policy.sha256, difference: policy.difference(from: before)), entry)
    }
}

/// Gives the text of a policy to anybody enrolled: it holds rules, no person's data. No entry.
enum GetPolicyHandler: OperationHandler {
    typealias Op = GetPolicy

    static func handle(
        _ call: Call<GetPolicy.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetPolicy.Reply> {
        let controls = vault.turnstile.controls
        let kid = call.verified.request.kid
        guard controls.authority.enrolments[kid] != nil, !controls.authority.isRevoked(kid) else {
            vault.turnstile.countUnauthenticated()
            throw .unauthenticated
        }
        if call.body.sha256.isEmpty { return Answer(GetPolicy.Reply(policy: controls.policy.bytes), nil) }
        do {
            guard let hash = Hex.decode(call.body.sha256), let bytes = try vault.stores.records.policy(sha256: hash)
            else { throw RequestRefusal.notFound("no policy of this hash was ever in force here") }
            return Answer(GetPolicy.Reply(policy: bytes), nil)
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
    }
}

extension OpenVault {
    /// Reads and verifies a block from a body.
    func open(_ value: JSONValue) throws(RequestRefusal) -> SignedBlock {
        do throws(BlockRefusal) {
            return try Block.open(DSSEEnvelope(value), vault: vault)
        } catch { throw RequestRefusal(block: error) }
    }

    /// Keeps the text and numbers its fields, before the block that puts it in force is logged.
    func store(_ policy: PolicyDocument) throws(RequestRefusal) {
        do {
            try stores.records.storePolicy(policy.bytes)
            _ = try stores.records.register(FieldMap.registrations(of: policy))
        } catch { throw RequestRefusal(storage: error) }
    }

    /// Makes the policy the one that decides, and pins it in the seal file.
    func enforce(_ policy: PolicyDocument) throws(RequestRefusal) {
        do {
            let registry = try stores.records.registry()
            turnstile.replace(policy: policy, registry: registry)
            let pin = SHA256.hash(policy.bytes)
            guard files.pins != (pin, registry.digest) else { return }
            try files.updateSeal { facts in
                facts.policyPin = pin
                facts.registryHash = registry.digest
            }
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
    }
}
