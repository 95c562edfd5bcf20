public import Transfer

extension TargetSettings {
    /// The store at the address. Nothing is connected to yet.
    public func store() throws(TransferError) -> any ObjectStore {
        guard address.utf8.contains(UInt8(ascii: ":")) else { return try DirectoryStore(path: address) }
        throw .address(.form)
    }
}
