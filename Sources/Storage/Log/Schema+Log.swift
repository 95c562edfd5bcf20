extension Schema {
    /// The log, and what is decided in the transaction that appends to it.
    static let log = Schema(
        file: .log,
        statements: [
            meta,
            // hashes: SHA-256 of core, subject and evidence. They stay when the parts are purged.
            "CREATE TABLE entry (seq INTEGER PRIMARY KEY, month INTEGER NOT NULL, "
                + "hashes BLOB NOT NULL CHECK (length(hashes) = 96), core BLOB, subject BLOB, evidence BLOB) STRICT",
            // The first entry of each month: months are contiguous, since t never decreases.
            "CREATE TABLE log_month (month INTEGER PRIMARY KEY, first INTEGER NOT NULL) STRICT",
            // Full tiles of 256 hashes only; the rest follows from the entries.
            "CREATE TABLE tile (level INTEGER NOT NULL, idx INTEGER NOT NULL, "
                + "hashes BLOB NOT NULL CHECK (length(hashes) = 8192), PRIMARY KEY (level, idx)) STRICT",
            "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT",
            // Led by the time of signing: new keys go to the end, old ones leave from the front.
            "CREATE TABLE nonce (created INTEGER NOT NULL, kid BLOB NOT NULL CHECK (length(kid) = 32), "
                + "nonce BLOB NOT NULL, keep_until INTEGER NOT NULL, "
                + "PRIMARY KEY (created, kid, nonce)) STRICT, WITHOUT ROWID",
            "CREATE TABLE counter (kid BLOB PRIMARY KEY NOT NULL CHECK (length(kid) = 32), "
                + "highest INTEGER NOT NULL, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID",
            "CREATE TABLE block (id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 32), seq INTEGER NOT NULL, "
                + "t INTEGER NOT NULL, type TEXT NOT NULL, dsse BLOB NOT NULL) STRICT",
            "CREATE INDEX block_by_seq ON block (seq)",
            "CREATE TABLE block_use (block BLOB PRIMARY KEY NOT NULL CHECK (length(block) = 32), "
                + "used INTEGER NOT NULL) STRICT, WITHOUT ROWID",
            "CREATE TABLE approval_use (block BLOB PRIMARY KEY NOT NULL CHECK (length(block) = 32), "
                + "seq INTEGER NOT NULL) STRICT, WITHOUT ROWID",
            // Whom the shop asks to vouch for the log, and the last note each cosigned.
            "CREATE TABLE witness (name TEXT PRIMARY KEY NOT NULL, vkey TEXT NOT NULL UNIQUE, url TEXT NOT NULL, "
                + "note BLOB) STRICT, WITHOUT ROWID",
            // Who is to be erased, and who was. `object` says why; receipts are signed and name a random number only.
            "CREATE TABLE erasure (id TEXT PRIMARY KEY NOT NULL, customer BLOB NOT NULL CHECK (length(customer) = 16), "
                + "shop TEXT NOT NULL, kid TEXT NOT NULL, object TEXT NOT NULL, state INTEGER NOT NULL, "
                + "requested INTEGER NOT NULL UNIQUE, t INTEGER NOT NULL, due INTEGER NOT NULL, records INTEGER, "
                + "keys INTEGER, began INTEGER, began_t INTEGER, done INTEGER, done_t INTEGER, "
                + "ledger INTEGER UNIQUE, ledger_hash BLOB, receipt BLOB, ended INTEGER, ended_t INTEGER, "
                + "report INTEGER, report_t INTEGER, report_note TEXT, archives INTEGER, archives_t INTEGER, "
                + "archives_receipt BLOB) STRICT",
            "CREATE UNIQUE INDEX erasure_of_customer ON erasure (customer) WHERE state <> 4",
            "CREATE INDEX erasure_by_time ON erasure (t)",
            "CREATE TABLE intent (seq INTEGER PRIMARY KEY, records BLOB NOT NULL) STRICT",
        ])
}
