extension Schema {
    /// Tags and nothing else: neither values nor hashes of whole values.
    static let index = Schema(
        file: .index,
        statements: [
            meta,
            "CREATE TABLE tag (field INTEGER NOT NULL, idx INTEGER NOT NULL, generation INTEGER NOT NULL, "
                + "tag INTEGER NOT NULL, record BLOB NOT NULL CHECK (length(record) = 16), "
                + "PRIMARY KEY (field, idx, generation, tag, record)) STRICT, WITHOUT ROWID",
            "CREATE INDEX tag_by_record ON tag (record)",
        ])
}
