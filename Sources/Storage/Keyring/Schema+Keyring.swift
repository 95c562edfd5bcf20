extension Schema {
    /// Wrapped keys. A tombstone keeps an erased customer from getting a key again.
    static let keyring = Schema(
        file: .keyring,
        statements: [
            meta,
            "CREATE TABLE cek (customer BLOB NOT NULL CHECK (length(customer) = 16), "
                + "version INTEGER NOT NULL CHECK (version > 0), epoch INTEGER NOT NULL, wrap BLOB NOT NULL, "
                + "state INTEGER NOT NULL, PRIMARY KEY (customer, version)) STRICT, WITHOUT ROWID",
            "CREATE INDEX cek_by_epoch ON cek (epoch)",
            "CREATE TABLE month_key (month INTEGER NOT NULL, part INTEGER NOT NULL, epoch INTEGER NOT NULL, "
                + "wrap BLOB NOT NULL, PRIMARY KEY (month, part)) STRICT, WITHOUT ROWID",
            // A month whose key was destroyed never gets a new one under the same name.
            "CREATE TABLE destroyed_month (month INTEGER NOT NULL, part INTEGER NOT NULL, t INTEGER NOT NULL, "
                + "PRIMARY KEY (month, part)) STRICT, WITHOUT ROWID",
            "CREATE TABLE tombstone (customer BLOB PRIMARY KEY NOT NULL CHECK (length(customer) = 16), "
                + "t INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        ])
}
