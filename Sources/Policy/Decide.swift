public import VaultModel

extension PolicyDocument {
    /// Whether a role may do what it asks. Pure; denies by default.
    public func decide(role: RoleName, ask: PolicyAsk) -> PolicyDecision {
        .deny(.act, detail: "not decided yet")
    }

    /// The form of a request that names none: full where the role has it without approval and the class does not
    /// prefer masked, else masked. Nil when some field cannot be read for this purpose at all.
    public func bestForm(role: RoleName, fields: [FieldName], purpose: Purpose) -> Form? {
        nil
    }
}
