internal import AccessLog
internal import Authority
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Registers a new enrolment of a key that has one: another day of agreement or training, another bound user. Person and
/// role stay what they are; another role takes another key.
enum SetStaffHandler: OperationHandler {
    typealias Op = SetStaff

    static func handle(
        _ call: Call<SetStaff.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<SetStaff.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .enrol, verb: "set"), as: .enrol)
        let signed = try vault.open(call.body.block)
        guard case .enrol(let block) = signed.block else {
            throw .malformed("a fact of an enrolment is changed by a new enrolment")
        }
        let known = vault.turnstile.controls.authority.enrolments[block.kid]
        guard let known, known.person == block.person, known.role == block.role else {
            throw await vault.refuse(
                decision, .conflict("this key is not enrolled for this person in this role"), as: .enrol)
        }
        let entry = try await vault.turnstile.register(signed, decision, as: .enrol)
        return Answer(SetStaff.Reply(grant: signed.id.text), entry)
    }
}
