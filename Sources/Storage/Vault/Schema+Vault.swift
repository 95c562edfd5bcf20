extension Schema {
    /// Plain columns hold random ids, numbers of kinds, revisions, seals, shop, month and status; every value of a
    /// customer is an envelope.
    static let vault = Schema(
        file: .vault,
        statements: [
            meta,
            // Numbers are part of every envelope's context: assigned once, never reused, never deleted.
            "CREATE TABLE kind (number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 65000), "
                + "name TEXT NOT NULL UNIQUE) STRICT",
            "CREATE TABLE registry (kind INTEGER NOT NULL REFERENCES kind (number), "
                + "field INTEGER NOT NULL CHECK (field BETWEEN 1 AND 65000), name TEXT NOT NULL, "
                + "pad INTEGER NOT NULL, personal INTEGER NOT NULL CHECK (personal IN (0, 1)), "
                + "PRIMARY KEY (kind, field), UNIQUE (kind, name)) STRICT, WITHOUT ROWID",
            "CREATE TABLE record (rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), "
                + "customer BLOB NOT NULL CHECK (length(customer) = 16), "
                + "kind INTEGER NOT NULL REFERENCES kind (number), rev INTEGER NOT NULL CHECK (rev > 0), "
                + "seal BLOB NOT NULL CHECK (length(seal) = 32), shop TEXT NOT NULL, month INTEGER NOT NULL, "
                + "status INTEGER NOT NULL, log_seq INTEGER NOT NULL) STRICT",
            "CREATE INDEX record_by_customer ON record (customer, kind)",
            "CREATE INDEX record_by_kind ON record (kind)",
            "CREATE TABLE field (record INTEGER NOT NULL REFERENCES record (rid) ON DELETE CASCADE, "
                + "field INTEGER NOT NULL, ordinal INTEGER NOT NULL, envelope BLOB NOT NULL, "
                + "PRIMARY KEY (record, field, ordinal)) STRICT, WITHOUT ROWID",
            // Which log intents have become rows: a deletion leaves no row that could say so.
            "CREATE TABLE applied (log_seq INTEGER PRIMARY KEY) STRICT",
            "CREATE TABLE staff (person TEXT PRIMARY KEY NOT NULL, name BLOB NOT NULL, rev INTEGER NOT NULL, "
                + "role TEXT NOT NULL, state INTEGER NOT NULL, commitment BLOB, kid TEXT, mac BLOB, "
                + "expires INTEGER NOT NULL) STRICT, WITHOUT ROWID",
            "CREATE TABLE policy (sha256 BLOB PRIMARY KEY NOT NULL CHECK (length(sha256) = 32), "
                + "bytes BLOB NOT NULL) STRICT",
            // What waits for another person. head: a request's head without its counter; it holds no value.
            "CREATE TABLE request (id TEXT PRIMARY KEY NOT NULL, kid TEXT NOT NULL, person TEXT NOT NULL, "
                + "head BLOB NOT NULL, block BLOB NOT NULL, needed INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, "
                + "state INTEGER NOT NULL, entry INTEGER) STRICT, WITHOUT ROWID",
            "CREATE INDEX request_by_state ON request (state, person)",
            // Which approve blocks of the log were given for which request; one of each person.
            "CREATE TABLE request_approval (request TEXT NOT NULL REFERENCES request (id), person TEXT NOT NULL, "
                + "block BLOB NOT NULL CHECK (length(block) = 32), PRIMARY KEY (request, person)) STRICT, WITHOUT ROWID",
            "CREATE TABLE import_job (job BLOB PRIMARY KEY NOT NULL CHECK (length(job) = 16), "
                + "source BLOB NOT NULL CHECK (length(source) = 32), map BLOB NOT NULL CHECK (length(map) = 32), "
                + "rows_done INTEGER NOT NULL, records INTEGER NOT NULL, state INTEGER NOT NULL, "
                + "started INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        ])
}
