internal import AccessLog
internal import Authority
internal import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

extension BrokerService {
    /// Takes one card. The last one that is needed opens the vault, whoever brings it: k cards are the authority, and the
    /// key that signed the request is anybody's.
    func takeCard(_ verified: VerifiedRequest) async throws(RequestRefusal) -> [UInt8] {
        let body: UnsealWithCard.Request = try Self.decode(verified.request.body)
        let now = files.clock.nowMilliseconds()
        let sealed = try state.withLock { (state) throws(RequestRefusal) in try state.requireSealed() }
        try Self.lift(
            cards.withLock { cards in Self.result { () throws(RequestRefusal) in try cards.admit(now: now) } })
        let slots = try files.readSeal().shareSlots
        let card: ShareCard
        do throws(ShareError) { card = try ShareCard(parsing: SecretBytes(copying: Array(body.card.text.utf8))) } catch
        {
            throw RequestRefusal(card: error)
        }
        let slot: ShareSlot
        do throws(ShareError) { slot = try Self.slot(of: card, in: slots, vault: facts.vault) } catch {
            // What is merely misread is nobody's attempt; a well-formed card of something else may be.
            cards.withLock { $0.note(GatheredCards.Refused(card, from: verified.peer)) }
            throw RequestRefusal(card: error)
        }
        let pile = try Self.lift(
            cards.withLock { cards in
                Self.result { () throws(RequestRefusal) in try cards.take(card, from: verified.peer, now: now) }
            })
        guard pile.count >= Int(slot.set.threshold) else {
            forgetLater()
            return Self.encode(
                UnsealWithCard.Reply(
                    state: .sealed, set: slot.set.name, given: UInt64(pile.count), needed: UInt64(slot.set.threshold),
                    card: UInt64(card.index)), nil)
        }
        let entry: CommittedEntry
        do throws(RequestRefusal) {
            entry = try await openByCards(sealed, slot.set, pile, checkpoint: body.checkpoint)
        } catch {
            cards.withLock { $0.takeBack(card) }
            forgetLater()
            throw error
        }
        return Self.encode(
            UnsealWithCard.Reply(
                state: .unsealed, set: slot.set.name, given: UInt64(pile.count), needed: UInt64(slot.set.threshold),
                card: UInt64(card.index)), entry)
    }

    /// The slot a card belongs to.
    private static func slot(
        of card: ShareCard, in slots: [ShareSlot], vault: VaultID
    ) throws(ShareError) -> ShareSlot {
        guard card.purpose == .unsealing else { throw .purpose(card.purpose) }
        guard let slot = slots.first(where: { $0.set.id == card.set }) else { throw .foreignSet }
        try slot.set.require(card, vault: vault)
        return slot
    }

    private func openByCards(
        _ sealed: SealedVault, _ set: ShareSet, _ pile: [GatheredCards.Given], checkpoint: String
    ) async throws(RequestRefusal) -> CommittedEntry {
        let secret: HeldScalar
        do throws(ShareError) { secret = try set.combine(pile.map(\.card), vault: facts.vault) } catch {
            throw RequestRefusal(card: error)
        }
        _ = try state.withLock { (state) throws(RequestRefusal) in try state.beginUnsealing() }
        var opened: OpenVault?
        defer { state.withLock { $0.endUnsealing(opened) } }
        try sealed.requireConsistency(with: checkpoint)
        let open = try await open(sealed, .shares(set: set.id, secret: secret))
        let entry = try await start(open, by: .cards(pile), rebuildsIndex: sealed.rebuildsIndex)
        cards.withLock { $0.forgetAll() }
        opened = open
        return entry
    }

    /// Wipes the cards in time even if nobody asks anything any more.
    private func forgetLater() {
        Task { [weak self] in
            try? await Task.sleep(for: .milliseconds(GatheredCards.keptMilliseconds + 1_000))
            guard let self else { return }
            let now = files.clock.nowMilliseconds()
            cards.withLock { $0.expire(now: now) }
        }
    }

    /// The entries of the cards, as soon as there is a key to log with. Nobody has signed them: each names set and card
    /// and the user who gave it.
    func logCards(_ given: [GatheredCards.Given], in open: OpenVault) async throws(RequestRefusal) {
        for card in given {
            var draft = Self.draft(card.peer, open)
            draft.xid = GatheredCards.name(set: card.card.set, index: card.card.index)
            try await open.turnstile.appendInternal(draft)
        }
    }

    func logRefusedCards(in open: OpenVault) async {
        for refused in cards.withLock({ $0.takeRefused() }) {
            var draft = Self.draft(refused.peer, open)
            draft.decision = .deny
            draft.why = .wrongCard
            draft.xid = refused.name
            _ = try? await open.turnstile.appendInternal(draft)
        }
    }

    private static func draft(_ peer: Peer, _ open: OpenVault) -> EntryDraft {
        EntryDraft(
            kind: .share, decision: .allow, why: .granted, policy: open.turnstile.policy.sha256,
            terminal: peer.terminal, via: peer.via, uid: peer.uid)
    }

    // A closure of `withLock` cannot throw a noncopyable lock's typed error through; a result can.
    private static func result<R>(_ body: () throws(RequestRefusal) -> R) -> Result<R, RequestRefusal> {
        do throws(RequestRefusal) { return .success(try body()) } catch { return .failure(error) }
    }

    private static func lift<R>(_ result: Result<R, RequestRefusal>) throws(RequestRefusal) -> R { try result.get() }
}

extension BrokerState {
    /// The vault, if nobody has unsealed it or is about to.
    func requireSealed() throws(RequestRefusal) -> SealedVault {
        switch self {
        case .sealed(let vault): return vault
        case .unsealing:
            throw RequestRefusal(.rateLimited, .rate, hint: "somebody is unsealing right now; try again in a moment")
        case .unsealed: throw .conflict("the vault is unsealed already")
        case .stopping: throw .stopping
        }
    }
}

extension BrokerService {
    /// What is not finished about the cards, and what to type.
    func cardWarnings() -> [String] {
        let facts = files.currentFacts(facts)
        var warnings: [String] = []
        if let recovery = facts.recovery {
            if !facts.isConfirmed(recovery.set.id) {
                warnings.append(
                    "set-up is not finished: the recovery cards were never read back; "
                        + "print them, then type: coffer keys cards confirm --recovery")
            }
        } else {
            warnings.append("no recovery cards: a lost passphrase loses the vault")
        }
        let file = files.seal?.file ?? (try? files.readSeal())
        let sets = file?.shareSlots ?? []
        // A restored vault begins with one passphrase; any change of its ways to unseal shows that somebody has thought of it.
        if facts.incarnation > 1, file?.slots.map(\.id) == [1] {
            warnings.append(
                "this vault was restored: cards and host keys of before unseal nothing; "
                    + "make new ones: coffer keys reshare, coffer keys slots add")
        }
        if sets.contains(where: { !facts.isConfirmed($0.set.id) }) {
            warnings.append(
                "set-up is not finished: the cards that unseal were never read back; "
                    + "print them, then type: coffer keys cards confirm --unseal")
        }
        return warnings
    }
}
