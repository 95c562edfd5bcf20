import AccessLog
import CanonicalJSON
import VaultModel
import Wire

/// Whether a receipt shows that the broker logged this very request.
struct ReceiptCheck {
    let vault: VaultID
    let kid: KeyID
    let logKey: VerifierKey

    /// The verified receipt; nil where an endpoint makes no entry of its own and sent none.
    ///
    /// The receipt proves that an entry of this key, act and counter stands at `entry` in the log the checkpoint signs.
    /// It cannot prove that the log holds everything: who never asks never notices.
    func verify(
        _ receipt: JSONValue, entry: UInt64, head: RequestHead, endpoint: Endpoint
    ) throws(ClientError) -> Receipt? {
        if receipt == .object([:]) {
            guard endpoint.makesNoEntry else { throw .receipt }
            return nil
        }
        guard let parsed = try? Receipt(receipt), let opened = try? parsed.open(logKey: logKey) else { throw .receipt }
        let core = opened.core
        guard parsed.index == entry, core.vault == vault, core.act == head.act, core.decision == .allow else {
            throw .receipt
        }
        let isOfThisRequest = core.kid == kid && core.counter == head.counter
        guard isOfThisRequest || endpoint.registersBlock else { throw .receipt }
        return parsed
    }
}

extension Endpoint {
    /// What shows nothing of a customer (a new key's answer, one's own name, the rules) makes no entry; pages of an
    /// export, and looks at a log that is followed, are covered by the entries of their beginning and end.
    var makesNoEntry: Bool {
        switch self {
        case .enroll, .staffWhoAmI, .policyGet, .grantList, .grantPrepare, .logExportPage, .logExportObject,
            .logFollowPage, .backupStatus, .backupObject, .backupPickPage:
            true
        default: false
        }
    }

    /// The entry that puts a block into force may bear the block's signature in place of the request's.
    var registersBlock: Bool {
        switch self {
        case .staffApprove, .policyApply, .keysRecoverOwner: true
        default: false
        }
    }

    /// Whether the broker ends after a successful reply.
    var endsBroker: Bool { self == .seal || self == .witnessAlarm }

    /// Whether a successful reply is accepted without a signature: while it unseals, the broker comes to have a key.
    var mayAnswerUnsigned: Bool { self == .unseal || self == .unsealCard }

    var deadlineSeconds: Int64 {
        switch self {
        case .unseal, .unsealCard, .slotAdd, .reshare: ClientLimits.unsealDeadlineSeconds
        default: ClientLimits.deadlineSeconds
        }
    }
}
