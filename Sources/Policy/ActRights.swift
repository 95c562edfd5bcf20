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
    /// The group has the verb. The ask names one of `verbs`; when it names none, the first.
    case verbs(RightGroup, verbs: [String])

    /// The right an act needs.
    public init(_ act: Act) {
        self = switch act {
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
        case .revoke: .verbs(.staff, verbs: ["offboard", "set"])
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
        case .backupRestore: .verbs(.backup, verbs: ["restore"])

        case .rotate: .verbs(.keys, verbs: ["rotate", "slots", "reshare", "recover"])
        case .unseal: .verbs(.keys, verbs: ["unseal"])
        case .seal: .verbs(.keys, verbs: ["seal"])
        case .scrub: .verbs(.keys, verbs: ["scrub"])
        }
    }
}

extension RoleDefinition {
    /// Whether the role has the right at all, before fields, purposes and forms are looked at.
    func hasAny(_ right: ActRight, isOnDuty: Bool) -> Bool {
        switch right {
        case .read, .list: !reads.isEmpty
        case .match: !reads.isEmpty || !lookups.isEmpty
        case .lookup: !lookups.isEmpty
        case .write: !writes.isEmpty
        case .propose: !proposals.isEmpty
        case .notify: !templates.isEmpty
        case .delegate: !delegations.isEmpty
        case .stats: minimumGroup != nil
        case .due: isOnDuty
        case .verbs(let group, let verbs): !(self.verbs[group] ?? []).isDisjoint(with: verbs)
        }
    }
}
