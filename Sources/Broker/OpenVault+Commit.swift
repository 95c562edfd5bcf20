internal import Storage

extension OpenVault {
    /// Makes changed rows of `vault.db` durable: the one way any operation commits records. Called with `writes` held.
    func commit(_ batch: RecordBatch) async throws(StorageError) {
        try await stores.records.commit(batch)
    }
}
