public import VaultModel

/// The constant paths of signed requests. All are POST; an unknown path is refused before a signature is looked at.
public enum Endpoint: String, CaseIterable, Hashable, Sendable {
    case unseal = "/v1/unseal"
    case seal = "/v1/seal"
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
    case logTail = "/v1/log/tail"
    case logShow = "/v1/log/show"
    case logExportBegin = "/v1/log/export/begin"
    case logExportPage = "/v1/log/export/page"
    case logExportObject = "/v1/log/export/object"
    case logExportEnd = "/v1/log/export/end"

    public var path: String { rawValue }

    /// The acts a head may name here; the first is the usual one.
    public var acts: [Act] {
        switch self {
        case .unseal: [.unseal]
        case .seal: [.seal]
        case .policyApply: [.policy]
        case .policyGet: [.policy, .logExport]
        case .staffInvite, .enroll, .staffPending, .staffApprove, .staffSet: [.enrol]
        case .staffRights: [.review, .enrol]
        case .staffList, .staffGrant: [.review]
        case .staffWhoAmI: [.read]
        case .importBegin, .importBatch, .importEnd: [.import]
        case .find: [.find]
        case .customerShow: [.read]
        case .customerMatch: [.match]
        case .customerAdd, .customerUpdate, .customerVerify: [.write]
        case .logTail, .logShow: [.logTail]
        case .logExportBegin, .logExportPage, .logExportObject, .logExportEnd: [.logExport]
        }
    }
}

/// The paths of unsigned GET requests.
public enum OpenEndpoint: String, CaseIterable, Hashable, Sendable {
    case health = "/health"
    case status = "/v1/status"

    public var path: String { rawValue }
}
