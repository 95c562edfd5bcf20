import AccessLog
import Client
import Console
import Host
import VaultModel
import Wire

/// Fetches an export page by page and writes it. The writer checks what it is given, so that what lies there at the end
/// verifies; until then there is nothing under the name.
struct LogExport {
    let session: Session
    let begun: BeginExport.Reply
    let out: String
    let output: Output
    /// Entries to write a proof file for.
    let proofs: [UInt64]

    /// The number of entries written.
    func run(_ scope: RequestScope) async throws(Failure) -> UInt64 {
        let fetch = ExportFetch(session: session, begun: begun, scope: scope)
        var writer = try written { () throws(ExportError) in
            try ExportWriter(out, checkpoint: Array(begun.checkpoint.utf8), key: session.logKey)
        }
        guard writer.checkpoint.size == begun.size, writer.checkpoint.origin == begun.origin else {
            throw ExportFetch.damaged("the broker's checkpoint is about another log")
        }
        var progress = Progress("export", unit: .things("entries"), output: output)
        defer { progress.finish() }
        while writer.nextIndex < begun.size {
            for entry in try await fetch.page(from: writer.nextIndex) {
                do throws(ExportError) { try writer.append(entry) } catch { throw ExportFetch.failure(error) }
            }
            progress.show(done: Int64(writer.nextIndex), of: Int64(begun.size))
        }
        for id in begun.blocks {
            let block = try await fetch.block(id)
            do throws(ExportError) { try writer.add(block: block) } catch { throw ExportFetch.failure(error) }
        }
        for hash in begun.policies {
            let policy = try await fetch.policy(hash)
            do throws(ExportError) { try writer.add(policy: policy) } catch { throw ExportFetch.failure(error) }
        }
        let statement = try fetch.statement()
        do throws(ExportError) {
            try writer.finish(
                statement: statement, proofs: proofs,
                previous: begun.cosigned.isEmpty ? nil : Array(begun.cosigned.utf8),
                witnessPolicy: try witnessPolicy())
        } catch { throw ExportFetch.failure(error) }
        try await fetch.end()
        return begun.size
    }

    /// Whom the shop asks; one of them is enough. Whoever verifies the export brings a policy of her own.
    private func witnessPolicy() throws(ExportError) -> String {
        let witnesses = begun.witnesses.compactMap { VerifierKey($0) }.filter { $0.algorithm == .cosignature }
        guard witnesses.count == begun.witnesses.count else { throw .statement }
        return WitnessPolicy.text(log: session.logKey, witnesses: witnesses, threshold: min(1, witnesses.count))
    }

    private func written(
        _ body: () throws(ExportError) -> ExportWriter
    ) throws(Failure) -> ExportWriter {
        do throws(ExportError) { return try body() } catch { throw ExportFetch.failure(error) }
    }
}
