public import VaultModel

/// Which member of a role grants an act: the whole map in one place. `docs` and `explain` print it from here.
public enum ActRight: Hashable, Sendable {
    /// `read` rules cover every field, for the purpose, in the form.
    case read
    /// `read` rules cover every field in any form, or a `lookup` of the field's kind.
    case match
    /// `lookup` has the kind; a `read` rule on `customer` has the purpose.
    case lookup
    /// A `read` rule on the record has the purpose.
    case list
    /// `write` rules cover every field; without fields, a rule on the record.
    case write
    /// `propose` lists every field.
    case propose
    /// `notify` lists the template.
    case notify
    /// A `delegate` rule covers the fields, purpose, form, recipient, minutes and uses.
    case delegate
    /// `stats` is there.
    case stats
    /// A duty names the role.
    case due
    /// `staff` has `offboard` or `set`; or, for what the asker lent herself (the ask's verb is `own`, which its caller has
    /// checked), `delegate` is there.
    case revoke
    /// The group has the verb. The ask names one of `verbs`; when it names none, the first.
    case verbs(RightGroup, verbs: [String])

    /// The right an act needs.
    public init(_ act: Act) {
        self =
            switch act {
            case .read: .read
            case .match: .match
            case .find: .lookup
            case .list: .list
            case .write: .write
            case .propose: .propose
            case .notify: .notify
            case .delegate: .delegate
            case .stats: .stats
            case .due: .due

            case .import: .verbs(.import, verbs: [RightGroup.granted])
            case .export: .verbs(.export, verbs: [RightGroup.granted])
            case .attach: .verbs(.attach, verbs: [RightGroup.granted])
            case .approve: .verbs(.approve, verbs: [RightGroup.granted])
            case .incident: .verbs(.incident, verbs: [RightGroup.granted])
            case .drill: .verbs(.drill, verbs: [RightGroup.granted])

            case .enrol: .verbs(.staff, verbs: ["approve", "invite", "set"])
            case .revoke: .revoke
            case .offboard: .verbs(.staff, verbs: ["offboard"])
            case .review: .verbs(.staff, verbs: ["review"])
            case .policy: .verbs(.policy, verbs: ["apply"])

            case .subject:
                .verbs(
                    .subject,
                    verbs: ["copy", "correct", "restrict", "consent", "next-of-kin", "retention", "disclosure"])
            case .erase: .verbs(.subject, verbs: ["erase"])

            case .logTail: .verbs(.log, verbs: ["tail", "review"])
            case .logExport: .verbs(.log, verbs: ["export", "verify", "report"])
            case .logPurge: .verbs(.log, verbs: ["purge"])
            case .hold: .verbs(.log, verbs: ["hold"])

            case .leakScan: .verbs(.leak, verbs: ["scan"])
            case .canary: .verbs(.leak, verbs: ["canary"])

            case .backupRun: .verbs(.backup, verbs: ["run", "drill", "targets", "schedule"])
            case .backupList: .verbs(.backup, verbs: ["list", "status"])
            case .backupCheck: .verbs(.backup, verbs: ["check"])
            case .backupPrune: .verbs(.backup, verbs: ["prune-plan", "prune-apply"])
            case .backupRestore: .verbs(.backup, verbs: ["restore", "pick"])

            case .rotate: .verbs(.keys, verbs: ["rotate", "slots", "reshare", "recover"])
            case .unseal: .verbs(.keys, verbs: ["unseal"])
            case .seal: .verbs(.keys, verbs: ["seal"])
            case .scrub: .verbs(.keys, verbs: ["scrub"])
            }
    }
}

extension PolicyDocument {
    /// Whether the role has the right at all, before fields, purposes and forms are looked at.
    func hasAny(_ role: RoleDefinition, _ right: ActRight) -> Bool {
        switch right {
        case .read, .list: !role.reads.isEmpty
        case .match: !role.reads.isEmpty || !role.lookups.isEmpty
        case .lookup: !role.lookups.isEmpty
        case .write: !role.writes.isEmpty
        case .propose: !role.proposals.isEmpty
        case .notify: !role.templates.isEmpty
        case .delegate: !role.delegations.isEmpty
        case .stats: role.minimumGroup != nil
        case .due: duties.contains { $0.role == role.name }
        case .revoke: mayRevoke(role, verb: "own") || mayRevoke(role, verb: nil)
        case .verbs(let group, let verbs): role.verbs[group].map { !$0.isDisjoint(with: verbs) } ?? false
        }
    }

    /// Revoking what one lent oneself takes the right to lend; anything else, a verb of `staff`.
    func mayRevoke(_ role: RoleDefinition, verb: String?) -> Bool {
        switch verb {
        case "own": !role.delegations.isEmpty
        case nil: allows(role.name, .staff, "offboard") || allows(role.name, .staff, "set")
        case .some(let verb) where ["offboard", "set"].contains(verb): allows(role.name, .staff, verb)
        default: false
        }
    }
}
