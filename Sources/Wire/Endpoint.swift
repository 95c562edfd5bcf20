public import VaultModel

/// The constant paths of signed requests. All are POST; an unknown path is refused before a signature is looked at.
public enum Endpoint: String, CaseIterable, Hashable, Sendable {
    case unseal = "/v1/unseal"
    case unsealCard = "/v1/unseal/card"
    case seal = "/v1/seal"
    case keysStatus = "/v1/keys/status"
    case keysConfirm = "/v1/keys/confirm"
    case slotAdd = "/v1/keys/slots/add"
    case slotRemove = "/v1/keys/slots/remove"
    case reshare = "/v1/keys/reshare"
    case keysRecover = "/v1/keys/recover"
    case keysRecoverOwner = "/v1/keys/recover/owner"
    case policyApply = "/v1/policy/apply"
    case policyGet = "/v1/policy/get"
    case staffInvite = "/v1/staff/invite"
    case enroll = "/v1/enroll"
    case staffPending = "/v1/staff/pending"
    case staffApprove = "/v1/staff/approve"
    case staffSet = "/v1/staff/set"
    case staffRights = "/v1/staff/rights"
    case staffGrant = "/v1/staff/grant"
    case staffList = "/v1/staff/list"
    case staffWhoAmI = "/v1/staff/whoami"
    case importBegin = "/v1/import/begin"
    case importBatch = "/v1/import/batch"
    case importEnd = "/v1/import/end"
    case find = "/v1/find"
    case customerShow = "/v1/customer/show"
    case customerMatch = "/v1/customer/match"
    case customerAdd = "/v1/customer/add"
    case customerUpdate = "/v1/customer/update"
    case customerVerify = "/v1/customer/verify"
    case recordAdd = "/v1/record/add"
    case recordShow = "/v1/record/show"
    case orderStep = "/v1/order/step"
    case grantPrepare = "/v1/grant/prepare"
    case grantDelegate = "/v1/grant/delegate"
    case grantList = "/v1/grant/list"
    case grantRevoke = "/v1/grant/revoke"
    case staffOffboard = "/v1/staff/offboard"
    case staffSeen = "/v1/staff/seen"
    case requestList = "/v1/request/list"
    case requestShow = "/v1/request/show"
    case requestApprove = "/v1/request/approve"
    case requestDeny = "/v1/request/deny"
    case requestWithdraw = "/v1/request/withdraw"
    case requestReview = "/v1/request/review"
    case witnessAdd = "/v1/witness/add"
    case witnessRemove = "/v1/witness/remove"
    case witnessList = "/v1/witness/list"
    case witnessCosigned = "/v1/witness/cosigned"
    case witnessAlarm = "/v1/witness/alarm"
    case logTail = "/v1/log/tail"
    case logShow = "/v1/log/show"
    case logFollowBegin = "/v1/log/follow/begin"
    case logFollowPage = "/v1/log/follow/page"
    case logFollowEnd = "/v1/log/follow/end"
    case logCheckpoint = "/v1/log/checkpoint"
    case logExportBegin = "/v1/log/export/begin"
    case logExportPage = "/v1/log/export/page"
    case logExportObject = "/v1/log/export/object"
    case logExportEnd = "/v1/log/export/end"
    case logPurgePlan = "/v1/log/purge/plan"
    case logPurge = "/v1/log/purge"
    case logHold = "/v1/log/hold"
    case logHoldList = "/v1/log/hold/list"
    case keysRotate = "/v1/keys/rotate"
    case scrub = "/v1/scrub"
    case scrubStatus = "/v1/scrub/status"
    case subjectErase = "/v1/subject/erase"
    case subjectUndo = "/v1/subject/undo"
    case subjectList = "/v1/subject/list"
    case subjectReceipt = "/v1/subject/receipt"
    case backupRun = "/v1/backup/run"
    case backupStatus = "/v1/backup/status"
    case backupObject = "/v1/backup/object"
    case backupStored = "/v1/backup/stored"
    case backupNote = "/v1/backup/note"
    case backupPickPage = "/v1/backup/pick/page"
    case backupPick = "/v1/backup/pick"
    case backupDrillKey = "/v1/backup/drill-key"

    public var path: String { rawValue }

    /// The acts a head may name here; the first is the usual one.
    public var acts: [Act] {
        switch self {
        case .unseal, .unsealCard: [.unseal]
        case .seal: [.seal]
        case .keysStatus, .keysConfirm, .slotAdd, .slotRemove, .reshare, .keysRecover, .keysRecoverOwner,
            .keysRotate, .backupDrillKey:
            [.rotate]
        case .policyApply: [.policy]
        case .policyGet: [.policy, .logExport]
        case .staffInvite, .enroll, .staffPending, .staffApprove, .staffSet: [.enrol]
        case .staffRights: [.review, .enrol]
        case .staffList: [.review, .logTail]
        case .staffGrant: [.review]
        case .staffWhoAmI: [.read]
        case .importBegin, .importBatch, .importEnd: [.import]
        case .find: [.find]
        case .customerShow: [.read]
        case .customerMatch: [.match]
        case .customerAdd, .customerUpdate, .customerVerify: [.write]
        case .recordAdd: [.write]
        case .recordShow: [.read]
        case .orderStep: [.write, .propose]
        case .grantPrepare, .grantDelegate: [.delegate]
        case .grantList: [.list]
        case .grantRevoke: [.revoke]
        case .staffOffboard, .staffSeen: [.offboard]
        case .requestList, .requestShow, .requestApprove, .requestDeny, .requestWithdraw, .requestReview: [.approve]
        case .witnessAdd, .witnessRemove: [.policy]
        // Whoever reads the log may show it to its witnesses, and so may whoever can seal.
        case .witnessList, .witnessCosigned, .witnessAlarm, .logCheckpoint: [.logTail, .seal]
        case .logTail, .logShow, .logPurgePlan, .logFollowBegin, .logFollowPage, .logFollowEnd: [.logTail]
        case .logPurge: [.logPurge]
        case .logHold, .logHoldList: [.hold]
        case .scrub, .scrubStatus: [.scrub]
        case .subjectErase, .subjectUndo, .subjectList, .subjectReceipt: [.erase]
        case .backupRun, .backupObject, .backupStored: [.backupRun]
        case .backupStatus: [.backupRun, .backupList]
        case .backupNote: [.backupRun, .backupPrune]
        case .backupPickPage, .backupPick: [.backupRestore]
        case .logExportBegin, .logExportPage, .logExportObject, .logExportEnd: [.logExport]
        }
    }
}

/// The paths of unsigned GET requests.
public enum OpenEndpoint: String, CaseIterable, Hashable, Sendable {
    case health = "/health"
    case status = "/v1/status"
    case succession = "/v1/succession"
    case recovery = "/v1/recovery"

    public var path: String { rawValue }
}
