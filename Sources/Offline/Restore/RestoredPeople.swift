internal import Authority
internal import Keys
internal import Primitives
internal import Storage
internal import VaultModel

/// The staff list of records that are older than the log: brought in line with what the log says.
struct RestoredPeople {
    let stores: Stores
    let keyset: Keyset

    /// Whoever was enrolled since gets a row, under the beginning of her key: her name was in what is lost. Whoever left
    /// since is said to have left. The policies that the log names must be there, or nobody could verify it.
    func complete(by state: AuthorityState) throws {
        let missing = try state.policies.map(\.sha256).filter { text in
            try Hex.decode(text).flatMap { try stores.records.policy(sha256: $0) } == nil
        }
        guard missing.isEmpty else { throw VaultRestoration.Failure.policies(missing) }
        let people = Dictionary(grouping: state.enrolments.values, by: \.person)
        for (person, enrolments) in people {
            guard let last = enrolments.max(by: { $0.index < $1.index }) else { continue }
            let hasLeft = enrolments.allSatisfy { state.isRevoked($0.kid) }
            let stateNow = hasLeft ? StaffState.offboarded : .enrolled
            guard var row = try stores.records.staff(person) else {
                let name = try keyset.sealStaffName(
                    "name lost, key " + last.kid.text.prefix(8), person: person, vault: stores.vault, revision: 1)
                try stores.records.insert(
                    StaffRow(person: person, name: name, role: last.role, state: stateNow, kid: last.kid))
                continue
            }
            guard row.state != stateNow else { continue }
            let before = row.state
            (row.role, row.state, row.kid) = (last.role, stateNow, last.kid)
            (row.commitment, row.mac, row.expires) = (nil, nil, 0)
            try stores.records.update(row, from: [before])
        }
    }
}
