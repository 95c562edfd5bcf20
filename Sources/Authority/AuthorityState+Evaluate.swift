import VaultModel

extension AuthorityState {
    /// Whether the blocks allow what is asked, at `now` seconds since 1970. Pure; nothing is counted or consumed.
    ///
    /// The first failure decides, in this order: enrolment, revocation, registration, time, act, fields, form, purpose,
    /// shop, subjects, and for acts that show values the agreement and the training.
    public func evaluate(_ ask: Ask, now: Int64) -> Result<Standing, Refusal> {
        do throws(Refusal) { return .success(try standing(of: ask, now: now)) } catch { return .failure(error) }
    }

    private func standing(of ask: Ask, now: Int64) throws(Refusal) -> Standing {
        guard !isRevoked(ask.kid) else { throw Refusal(.revokedKey) }
        guard let enrolment = enrolments[ask.kid] else { throw Refusal(.notEnrolled) }
        if let uid = enrolment.statement.uid, ask.peerUID != uid { throw Refusal(.notEnrolled) }

        let capability = try capability(for: ask, now: now)
        let chain = capability.chain
        guard chain.last.block.audience == ask.kid else { throw Refusal(.chain) }
        do {
            try requireUnrevoked(chain)
            for link in chain.links where !(capability.isRoot && ask.act.outlivesItsRoot && link.block.notBefore <= now)
            {
                try Chain.checkTime(of: link.block, at: now)
            }
        } catch { throw Refusal(error.reason) }
        for link in chain.links where enrolments[link.block.audience]?.role != link.block.role {
            // The holder, or someone she has the right from, is in another role by now.
            throw Refusal(link.id == chain.last.id && capability.isRoot ? .noRoot : .chain)
        }

        if let reason = chain.refusal(of: ask) { throw Refusal(reason) }
        if ask.act.showsValues, let obstacle = enrolment.obstacle(at: now) { throw Refusal(obstacle) }
        return Standing(
            person: enrolment.person, kid: ask.kid, role: chain.last.block.role, shops: chain.last.block.shops,
            chain: chain)
    }

    /// The block the request names, or else the newest root that holds now; when none does, the newest, for its reason.
    private func capability(for ask: Ask, now: Int64) throws(Refusal) -> RegisteredCapability {
        if let id = ask.capability {
            guard !isRevoked(id) else { throw Refusal(.revokedCapability) }
            guard let capability = capabilities[id] else { throw Refusal(.unregistered) }
            return capability
        }
        let roots = roots(for: ask.kid)
        guard let newest = roots.last else { throw Refusal(.noRoot) }
        return roots.last { $0.block.notBefore <= now && now < $0.block.expires } ?? newest
    }

    // MARK: - Review

    /// Whether a root has to be re-certified, counted from its `nbf`.
    ///
    /// - Parameter days: after how many days it falls due, where the policy asks for it sooner than after 90. The warning
    ///   comes a fortnight before, or at half time where the term is shorter than four weeks.
    public static func review(of root: CapabilityBlock, now: Int64, days: Int = Review.dueDays) -> Review {
        if now >= root.expires { return .dead }
        let age = now - root.notBefore
        let due = Int64(min(days, Review.dueDays)) * 86_400
        if age >= due { return .due }
        return age >= due - min(Review.noticeSeconds, due / 2) ? .soon : .current
    }
}

/// How urgent the re-certification of a root is.
public enum Review: String, CaseIterable, Hashable, Sendable {
    case current
    /// 76 days old, or a fortnight before it falls due: warn.
    case soon
    /// 90 days old, or as old as the policy says: re-certify.
    case due
    /// Past its `exp`, at the latest after 120 days.
    case dead

    public static let dueDays = 90
    /// How long before a root falls due its holder and the owner are told.
    public static let noticeSeconds: Int64 = 14 * 86_400

    /// Whether somebody has to act.
    public var isOverdue: Bool { self == .due || self == .dead }
}
