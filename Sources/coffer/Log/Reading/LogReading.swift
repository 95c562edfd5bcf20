import AccessLog
import Authority
import Console
import Policy
import VaultModel

/// All entries of a log, one after the other, from wherever it is read. Nothing of them stays on disk.
protocol LogReading {
    /// Hands over every entry in order, and returns once it is known that they are what the log signed.
    func read(_ output: Output, _ take: (ScannedEntry) -> Void) async throws(Failure) -> Checkpoint
    /// A signed block that an entry named.
    func block(_ id: BlockID) async throws(Failure) -> SignedBlock
    /// A policy that an entry named; nil when it is one this program does not understand.
    func policy(_ sha256: String) async throws(Failure) -> PolicyDocument?
    /// Says that nothing more will be asked for.
    func end() async throws(Failure)
    /// The key that signs the vault's blocks.
    var authority: KeyID { get }
    /// Milliseconds since 1970: the moment whose state is shown.
    var made: Int64 { get }
    /// The index of the entry of this reading; nil when it makes none.
    var entry: UInt64? { get }
    /// When a witness last signed the log; nil for never.
    var witnessed: LogReport.Witnessed? { get }
    /// Names of persons by their opaque ids, as far as whoever reads may know them.
    func names() async throws(Failure) -> [String: String]
}

extension LogReading {
    /// Fetches what says who is who.
    func learn(_ staff: inout LogStaff) async throws(Failure) {
        for id in staff.wanted { staff.learn(try await block(id)) }
    }

    /// A policy as bytes, understood.
    static func parsed(_ bytes: [UInt8]) -> PolicyDocument? {
        guard case .success(let policy) = PolicyDocument.parse(bytes, file: "policy") else { return nil }
        return policy
    }
}
