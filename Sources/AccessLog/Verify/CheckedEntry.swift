import Authority
import Primitives
import VaultModel

/// A line of a parts file.
enum PartLine: Sendable {
    case shown([UInt8])
    case purged
    case withheld

    init(_ line: [UInt8]) {
        switch line {
        case [UInt8(ascii: "-")]: self = .purged
        case [UInt8(ascii: "=")]: self = .withheld
        default: self = .shown(line)
        }
    }
}

/// All that can be said about one entry by itself: its parts against its leaf, its signature, what was signed against
/// what was recorded. Entries are independent here, so this runs on several threads.
struct CheckedEntry: Sendable {
    enum Evidence: Sendable {
        case request(SignedRequest, base: [UInt8])
        case block(SignedBlockText)
        /// Signed, but not something the format knows; or the signature does not hold.
        case invalid
        /// Nobody signed.
        case none
        /// Purged, withheld or damaged.
        case unknown
    }

    let index: UInt64
    let lines: [PartLine]
    private(set) var core: EntryCore?
    private(set) var subject: EntrySubject?
    private(set) var evidence = Evidence.unknown
    private(set) var findings: [LogFinding] = []
    private(set) var signatureVerified = false

    /// - Parameter lines: core, subject and evidence.
    init(index: UInt64, leaf: Leaf, lines: [PartLine], vault: VaultID, keys: PublicKeyCache) {
        self.index = index
        self.lines = lines
        core = readCore(lines[0], hash: leaf.core, vault: vault)
        subject = readSubject(lines[1], hash: leaf.subject)
        if let bytes = genuine(lines[2], hash: leaf.evidence, .evidence) { readEvidence(bytes, keys) }
    }

    /// Whether a person signed a request that names `object`, and the entry says so. Evidence that is not shown is not held
    /// against it.
    func isSigned(naming object: String) -> Bool {
        guard core?.object == object else { return false }
        return switch evidence {
        case .request(let request, _): request.object == object
        case .unknown: true
        case .block, .invalid, .none: false
        }
    }

    private mutating func find(_ part: LogPart, _ problem: LogProblem) {
        findings.append(LogFinding(index: index, part: part, problem: problem))
    }

    /// The bytes of a part, if they are shown and have the hash the leaf commits to.
    private mutating func genuine(_ line: PartLine, hash: [UInt8], _ part: LogPart) -> [UInt8]? {
        guard case .shown(let bytes) = line else { return nil }
        guard SHA256.hash(bytes) == hash else {
            find(part, .hash)
            return nil
        }
        return bytes
    }

    private mutating func readCore(_ line: PartLine, hash: [UInt8], vault: VaultID) -> EntryCore? {
        guard let bytes = genuine(line, hash: hash, .core) else { return nil }
        guard let core = try? EntryCore(parsing: bytes) else {
            find(.core, .malformed)
            return nil
        }
        if core.seq != index { find(.core, .sequence) }
        if core.vault != vault { find(.core, .otherLog) }
        return core
    }

    private mutating func readSubject(_ line: PartLine, hash: [UInt8]) -> EntrySubject? {
        guard let bytes = genuine(line, hash: hash, .subject) else { return nil }
        guard let subject = try? EntrySubject(parsing: bytes) else {
            find(.subject, .malformed)
            return nil
        }
        // An order outlives its customer's erasure and is then nobody's; her own fields are somebody's.
        let isNobodys = !subject.orders.isEmpty && core?.fields.contains { $0.record == "customer" } == false
        if subject.customers.isEmpty, !isNobodys, let core, [.read, .breakglass].contains(core.kind),
            core.releasesFields
        {
            find(.subject, .head)
        }
        return subject
    }

    private mutating func readEvidence(_ bytes: [UInt8], _ keys: PublicKeyCache) {
        let parsed: EntryEvidence?
        do {
            parsed = try EntryEvidence.parse(bytes)
        } catch {
            find(.evidence, .malformed)
            return
        }
        guard let core else { return }
        guard let signed = parsed else {
            evidence = .none
            judgeUnsigned(core)
            return
        }
        evidence = judge(signed, core, keys)
        if case .invalid = evidence, core.releasesFields { find(.signature, .unsignedRelease) }
    }

    private mutating func judgeUnsigned(_ core: EntryCore) {
        if core.releasesFields {
            find(.signature, .unsignedRelease)
        } else if !core.kind.mayLackSignature {
            find(.signature, .unsigned)
        }
    }

    private mutating func judge(_ signed: EntryEvidence, _ core: EntryCore, _ keys: PublicKeyCache) -> Evidence {
        let base = Array(signed.base.utf8)
        guard let kid = core.kid, let key = keys.key(kid),
            let signature = Base64.decode(signed.signature),
            key.isValid(signature: signature, for: base)
        else {
            find(.signature, .badSignature)
            return .invalid
        }
        keys.remember(key, as: kid)
        signatureVerified = true
        if signed.base.utf8.starts(with: SignedBlockText.start.utf8) {
            guard let block = SignedBlockText(signed.base), core.kind.mayCarryBlock else {
                find(.evidence, .malformed)
                return .invalid
            }
            if core.object != Hex.encode(SHA256.hash(block.payload)) { find(.signature, .head) }
            if core.releasesFields { find(.signature, .unsignedRelease) }
            return .block(block)
        }
        guard let request = SignedRequest(signed.base) else {
            find(.evidence, .malformed)
            return .invalid
        }
        let subjectFits = subject.map { request.agrees(with: $0, decision: core.decision) } ?? true
        if !request.agrees(with: core) || !subjectFits { find(.signature, .head) }
        if core.decision == .allow, !request.isFresh(at: core.time) { find(.signature, .stale) }
        return .request(request, base: base)
    }
}

extension CheckedEntry {
    /// What a reader gets of it.
    var scanned: ScannedEntry {
        ScannedEntry(
            index: index, core: core, subject: subject, coreState: lines[0].state, subjectState: lines[1].state)
    }
}

extension PartLine {
    fileprivate var state: ScannedEntry.State {
        switch self {
        case .shown: .shown
        case .purged: .purged
        case .withheld: .withheld
        }
    }
}

extension EntryCore {
    /// Whether this entry stands for values that left the vault.
    var releasesFields: Bool { decision == .allow && released > 0 && !fields.isEmpty }
}
