/// `POST /v1/import/begin`: opens an import job, or finds the unfinished one of the same file. The head's `obj` is the
/// SHA-256 of the source file and its `fld` the fields that will be written.
public enum BeginImport: WireOperation {
    public static let endpoint = Endpoint.importBegin

    public struct Request: WireMessage {
        /// SHA-256 of the mapping file, lower-case hexadecimal.
        public let map: String
        /// How many rows the file has.
        public let rows: Int64
        /// Whether to check everything and write nothing.
        public let dryRun: Bool

        public init(map: String, rows: Int64, dryRun: Bool) {
            self.map = map
            self.rows = rows
            self.dryRun = dryRun
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            map = try members.parsed("map") { OpaqueID.isHash($0) ? $0 : nil }
            rows = try members.number("rows")
            dryRun = try members.flag("dry_run")
        }

        public func write(to members: inout MessageWriter) {
            members.put("map", map)
            members.put("rows", rows)
            members.put("dry_run", dryRun)
        }
    }

    public struct Reply: WireMessage {
        public let job: String
        /// How many rows an earlier attempt has committed; the client goes on behind them.
        public let resume: Int64

        public init(job: String, resume: Int64) {
            self.job = job
            self.resume = resume
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            job = try members.text("job", most: 64)
            resume = try members.number("resume")
        }

        public func write(to members: inout MessageWriter) {
            members.put("job", job)
            members.put("resume", resume)
        }
    }
}

/// `POST /v1/import/batch`: some rows, written in one transaction.
public enum ImportBatch: WireOperation {
    public static let endpoint = Endpoint.importBatch
    public static let mostRows = 500

    public struct Request: WireMessage {
        public let job: String
        /// The line number of the first row, from 1; rows follow each other in the file's order.
        public let firstLine: Int64
        public let rows: [Row]
        public let dryRun: Bool

        public init(job: String, firstLine: Int64, rows: [Row], dryRun: Bool) {
            self.job = job
            self.firstLine = firstLine
            self.rows = rows
            self.dryRun = dryRun
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            job = try members.text("job", most: 64)
            firstLine = try members.number("first_line")
            rows = try members.list("rows", of: Row.self, count: mostRows)
            dryRun = try members.flag("dry_run")
        }

        public func write(to members: inout MessageWriter) {
            members.put("job", job)
            members.put("first_line", firstLine)
            members.put("rows", rows)
            members.put("dry_run", dryRun)
        }
    }

    /// One customer of the file.
    public struct Row: MessagePart {
        public let line: Int64
        public let fields: FieldValues

        public init(line: Int64, fields: FieldValues) {
            self.line = line
            self.fields = fields
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            line = try members.number("line")
            fields = try members.part("fields", of: FieldValues.self)
        }

        public func write(to members: inout MessageWriter) {
            members.put("line", line)
            members.put("fields", fields)
        }
    }

    public struct Reply: WireMessage {
        public let imported: Int64
        public let updated: Int64
        public let duplicates: Int64
        public let rejected: [Rejection]

        public init(imported: Int64, updated: Int64, duplicates: Int64, rejected: [Rejection]) {
            self.imported = imported
            self.updated = updated
            self.duplicates = duplicates
            self.rejected = rejected
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            imported = try members.number("imported")
            updated = try members.number("updated")
            duplicates = try members.number("duplicates")
            rejected = try members.list("rejected", of: Rejection.self, count: mostRows)
        }

        public func write(to members: inout MessageWriter) {
            members.put("imported", imported)
            members.put("updated", updated)
            members.put("duplicates", duplicates)
            members.put("rejected", rejected)
        }
    }

    /// A row that was not written, without its values.
    public struct Rejection: MessagePart {
        public let line: Int64
        /// An enumerated word.
        public let reason: String
        /// The field at fault, or empty.
        public let field: String

        public init(line: Int64, reason: String, field: String) {
            self.line = line
            self.reason = reason
            self.field = field
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            line = try members.number("line")
            reason = try members.text("reason", most: 64)
            field = try members.text("field", most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("line", line)
            members.put("reason", reason)
            members.put("field", field)
        }
    }
}

/// `POST /v1/import/end`: closes the job and says what it did: rows and customers of earlier attempts
/// included, doubles and rejected rows of this attempt.
public enum EndImport: WireOperation {
    public static let endpoint = Endpoint.importEnd

    public struct Request: WireMessage {
        public let job: String

        public init(job: String) { self.job = job }

        public init(reading members: inout MessageReader) throws(MessageError) {
            job = try members.text("job", most: 64)
        }

        public func write(to members: inout MessageWriter) { members.put("job", job) }
    }

    public struct Reply: WireMessage {
        public let rows: Int64
        public let imported: Int64
        public let updated: Int64
        public let duplicates: Int64
        public let rejected: Int64

        public init(rows: Int64, imported: Int64, updated: Int64, duplicates: Int64, rejected: Int64) {
            self.rows = rows
            self.imported = imported
            self.updated = updated
            self.duplicates = duplicates
            self.rejected = rejected
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            rows = try members.number("rows")
            imported = try members.number("imported")
            updated = try members.number("updated")
            duplicates = try members.number("duplicates")
            rejected = try members.number("rejected")
        }

        public func write(to members: inout MessageWriter) {
            members.put("rows", rows)
            members.put("imported", imported)
            members.put("updated", updated)
            members.put("duplicates", duplicates)
            members.put("rejected", rejected)
        }
    }
}
