extension LogReport.Witnessed {
    /// The newest of these witnesses' cosignatures on a note of this log; nil when there is none that is valid.
    public init?(note bytes: [UInt8], log key: VerifierKey, witnesses: [VerifierKey]) {
        guard let note = try? SignedNote(parsing: bytes), let checkpoint = try? Checkpoint.open(bytes, key: key) else {
            return nil
        }
        let signed = witnesses.compactMap { witness in note.cosignatureTime(by: witness).map { (witness, $0) } }
        guard let (witness, seconds) = signed.max(by: { $0.1 < $1.1 }) else { return nil }
        self.init(name: witness.name, size: checkpoint.size, time: Int64(clamping: seconds) * 1_000)
    }
}
