public import Primitives
public import VaultModel

/// The single jobs of the remaining keys.
extension Keyset {
    // MARK: - SHOPK

    /// SHOPK in the shape of a customer's key: seals fields of non-personal classes, with a zero customer id.
    public var shopKey: CustomerKey {
        guard let key = shopKeys[shopVersion] else { preconditionFailure("a keyset has a primary SHOPK") }
        return key
    }

    /// SHOPK of an earlier version, or nil when it is unknown or destroyed.
    public func shopKey(version: UInt32) -> CustomerKey? { shopKeys[version] }

    // MARK: - STAFFK

    /// Seals the name of a member of staff. The record id is BLAKE2b-128 of the person's id.
    ///
    /// - Parameter revision: one more with each change of the name.
    public func sealStaffName(
        _ name: String, person: PersonID, vault: VaultID, revision: UInt64,
        nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) throws(BodyTooLong) -> [UInt8] {
        guard let key = staffKeys[staffVersion] else { preconditionFailure("a keyset has a primary STAFFK") }
        return try Envelope.seal(
            .text(name), context: Self.staffContext(person, vault), key: key, revision: revision,
            pad: Self.staffPad, nonce: nonce)
    }

    /// Opens the name of a member of staff. `revision` is that of the row it was found in.
    public func openStaffName(
        _ envelope: [UInt8], person: PersonID, vault: VaultID, revision: UInt64
    ) throws(EnvelopeError) -> String {
        guard let version = Envelope.keyVersion(of: envelope) else { throw .length }
        // An unknown version must not mask a format error, so the check is left to `open`.
        guard let key = staffKeys[version] ?? staffKeys[staffVersion] else { throw .keyVersion }
        let body = try Envelope.open(
            envelope, context: Self.staffContext(person, vault), key: key, pad: Self.staffPad,
            recordRevision: revision)
        guard case .text(let name) = body else { throw .bodyType }
        return name
    }

    private static let staffPad = PadPolicy.blocks64

    private static func staffContext(_ person: PersonID, _ vault: VaultID) -> FieldContext {
        let record = RecordID(zeroPadding: BLAKE2b.hash(Array(person.text.utf8), size: RecordID.size))
        return FieldContext(
            vault: vault, customer: .none, record: record, table: FieldContext.staffTable, field: 1)
    }

    // MARK: - BIK

    /// The index under every enabled generation, the primary one first: writes and queries use all of them.
    public func blindIndexes(
        vault: VaultID, tenant: RecordID = .none, definition: BlindIndex.Definition
    ) -> [BlindIndex] {
        indexRoots.map { root in
            BlindIndex(
                bik: root.material.secret, generation: root.generation, vault: vault, tenant: tenant,
                definition: definition)
        }
    }

    // MARK: - LOGK

    /// Sixteen bytes that stand in the log for a search term that was refused: the same term gives the same pseudonym,
    /// and nobody without LOGK can try terms out.
    public func logPseudonym(of term: [UInt8], vault: VaultID) -> [UInt8] {
        Array(BLAKE2b.mac(Array("COFFER/LOGPS/v01".utf8) + vault.bytes + term, key: pseudonym.secret).prefix(16))
    }

    // MARK: - STATEK

    /// What a row adds to the digest of the vault's rows.
    ///
    /// - Parameters:
    ///   - seal: its record seal.
    ///   - plain: its other columns in one fixed encoding: no seal covers them.
    public func stateDigestTerm(
        record: RecordID, revision: UInt64, seal: [UInt8], plain: [UInt8] = []
    ) -> StateDigest.Term {
        StateDigest.term(record: record, revision: revision, seal: seal, plain: plain, key: state.secret)
    }

    /// The 32-byte tag of a digest: what `vault.db` and `anchor` store.
    public func stateTag(of digest: StateDigest, incarnation: UInt64, seq: UInt64) -> [UInt8] {
        digest.tag(incarnation: incarnation, seq: seq, key: state.secret)
    }

    /// What a row of `keyring.db` adds to the digest of its rows. `row` begins with a byte for its table.
    public func keyringTerm(of row: [UInt8]) -> StateDigest.Term {
        StateDigest.keyringTerm(row, key: state.secret)
    }

    /// The 32-byte tag of a keyring: what `keyring.db` and `anchor` store.
    public func keyringTag(of digest: StateDigest, incarnation: UInt64, generation: UInt64) -> [UInt8] {
        digest.keyringTag(incarnation: incarnation, generation: generation, key: state.secret)
    }

    // MARK: - CANARYK

    /// Sixteen bytes that mark a record as a canary to whoever holds CANARYK, and look random to everyone else.
    public func canaryFlag(of record: RecordID, vault: VaultID) -> [UInt8] {
        Array(BLAKE2b.mac(Array("COFFER/CANRY/v01".utf8) + vault.bytes + record.bytes, key: canary.secret).prefix(16))
    }
}
