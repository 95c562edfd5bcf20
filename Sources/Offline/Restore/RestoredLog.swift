internal import AccessLog
internal import Authority
internal import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import VaultModel

/// A log that came out of an archive, on its way to go on: its own past is checked, then it gets a new origin, and the
/// quorum's order becomes its next entry.
struct RestoredLog {
    let stores: Stores
    let facts: SealFacts
    let keyset: Keyset
    let oldKey: Ed25519.PublicKey
    let oldIncarnation: UInt64
    let cards: RecoveryCards
    let clock: any WallClock
    let policy: PolicyDocument

    struct Begun {
        let verifier: VerifierKey
        let entry: UInt64
        let authority: KeyID
        /// Who was enrolled before the quorum spoke.
        let past: AuthorityState
        let living: [KeyID]
    }

    func begin(_ living: VaultRestoration.Living) async throws -> Begun {
        try checkPast()
        let blocks = try stores.log.blocks()
        let past = try replay(blocks)
        var state = past
        let keys = try self.keys(living, state)
        guard !keys.isEmpty else { throw VaultRestoration.Failure.nobody }
        let header = BlockHeader(
            vault: facts.vault, issuer: KeyID(cards.signingKey), at: clock.nowSeconds())
        let block = RecoverBlock(
            header: header, replacement: .keys(keys), incarnation: Int64(clamping: facts.incarnation),
            logKey: KeyID(facts.logKey))
        let envelope = DSSEEnvelope.sealing(block) { cards.sign($0) }
        let signed = try Block.open(envelope, vault: facts.vault)
        let logKeys = KeysetLogKeys(keyset, origin: LogOrigin(vault: facts.vault, incarnation: facts.incarnation))
        let size = try stores.log.adopt(logKeys)
        try state.register(signed, at: size, time: clock.nowMilliseconds())
        let writer = try LogWriter(stores.log, keys: logKeys, keyring: stores.keyring, clock: clock)
        let entry = try await writer.append(offline: signed, as: .recover, policy: policy.sha256)
        await writer.close()
        return Begun(
            verifier: logKeys.verifier, entry: entry.seq, authority: state.authority, past: past, living: keys)
    }

    /// The last checkpoint of the old origin: `Stores.open` has compared it with the entries.
    private func checkPast() throws {
        let origin = LogOrigin(vault: facts.vault, incarnation: oldIncarnation).description
        guard let note = try stores.log.checkpoint(), let verifier = VerifierKey(name: origin, key: oldKey),
            let checkpoint = try? Checkpoint.open(note, key: verifier),
            try checkpoint.root == stores.log.root(size: checkpoint.size)
        else { throw VaultRestoration.Failure.log }
    }

    /// Who ruled, and who was enrolled, by the blocks of the log. Each carries its own signature.
    private func replay(_ blocks: [StoredBlock]) throws -> AuthorityState {
        var state: AuthorityState?
        for stored in blocks {
            do throws(BlockRefusal) {
                let signed = try Block.open(DSSEEnvelope(parsing: stored.envelope), vault: facts.vault)
                guard signed.id.bytes == stored.id else { throw .signature }
                if state == nil {
                    state = AuthorityState(
                        vault: facts.vault, authority: signed.issuer, quorum: KeyID(cards.signingKey))
                }
                try state?.register(signed, at: stored.place.seq, time: stored.place.time)
            } catch { throw VaultRestoration.Failure.log }
        }
        // The keyring archive was sealed to the quorum and names the authority: a log of somebody else's does not fit it.
        // It may name the one before, if the quorum spoke while the archives were being made.
        guard let state, state.isAuthority(facts.authority, orWasUntilLastRecovery: oldIncarnation),
            state.policy?.sha256 == policy.sha256
        else {
            throw VaultRestoration.Failure.log
        }
        return state
    }

    private func keys(_ living: VaultRestoration.Living, _ state: AuthorityState) throws -> [KeyID] {
        let active = state.enrolments.values.filter { !state.isRevoked($0.kid) }
        switch living {
        case .everybody: return active.map(\.kid)
        case .owners:
            return active.filter { $0.role.text == VaultCreation.ownerRole }.map(\.kid)
        case .keys(let keys):
            for key in keys where !active.contains(where: { $0.kid == key }) {
                throw VaultRestoration.Failure.unknownKey(key)
            }
            return keys
        }
    }
}
