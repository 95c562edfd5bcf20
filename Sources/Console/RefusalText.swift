public import VaultModel

/// The broker's reasons in a person's words.
public enum RefusalText {
    /// One line: lower case, no full stop.
    public static func message(_ reason: Reason) -> String {
        switch reason {
        case .granted: "granted"
        case .notEnrolled: "this key is not enrolled in the vault"
        case .revokedKey: "this key has been revoked"
        case .revokedCapability: "the capability has been revoked"
        case .unregistered: "the capability is not registered with the broker"
        case .noRoot: "this key has no right in force"
        case .expired: "the right has run out"
        case .notYetValid: "the right is not valid yet"
        case .chain: "the right does not follow from the ones it was derived from"
        case .exhausted: "the capability is used up"
        case .orderClosed: "the order it was lent for has ended"
        case .unknownRole: "the policy has no such role"
        case .act: "your role may not do this"
        case .field: "your role may not use one of these fields"
        case .form: "your role may not see one of these fields in this form"
        case .purpose: "your role may not do this for that purpose"
        case .shop: "your right does not cover that shop"
        case .subject: "your right does not cover that customer"
        case .unknownField: "the policy declares no such field"
        case .unknownPurpose: "the policy declares no such purpose"
        case .lookup: "your role may not look customers up this way"
        case .approvalRequired: "this needs the approval of another person"
        case .confidentiality: "your confidentiality agreement is not on record"
        case .training: "your training has run out"
        case .replay: "this request was answered before"
        case .counter: "the request's counter is behind"
        case .clock: "the clock of this device and the broker's are too far apart"
        case .rate: "too many requests, or too many customers' data, in a short time"
        case .malformed: "the broker did not understand the request"
        case .headMismatch: "the request asks for more than it says"
        case .notFound: "there is no such thing in the vault"
        case .conflict: "the vault already holds something else"
        case .frozen: "this customer's erasure is under way"
        case .erased: "this customer has been erased"
        case .held: "a hold keeps this customer from being erased"
        case .invalidValue: "a value cannot be stored"
        case .integrity: "the vault is damaged or was tampered with"
        case .sealed: "the vault is sealed"
        case .wrongPassphrase: "the passphrase is wrong"
        case .wrongCard: "this card was not accepted"
        case .wrongKey: "the key file opens no slot of this vault"
        case .unavailable: "the broker cannot answer now"
        case .aborted: "the broker stopped before it was done"
        }
    }

    /// What to do where the broker gives no hint of its own; empty when nothing helps.
    public static func hint(_ reason: Reason) -> String {
        switch reason {
        case .notEnrolled: "ask the owner for a code, then: coffer enroll --code CODE"
        case .expired, .noRoot: "ask the owner to renew your right: coffer staff review"
        case .confidentiality: "sign the agreement; the owner records it: coffer staff set NAME --nda-signed DATE"
        case .training: "the owner records the new training: coffer staff set NAME --training-until DATE"
        case .act, .field, .form, .lookup: "coffer policy explain shows what a role may do"
        case .purpose: "name another purpose, or ask who may do this"
        case .unknownPurpose, .unknownField: "coffer policy explain lists the names the policy declares"
        case .clock: "set this device's clock"
        case .rate: "wait a few minutes"
        case .frozen: "until it is due, whoever may erase can take it back: coffer subject undo NUMBER"
        case .erased: "nothing of hers is left; a new file gets a new number"
        case .held: "coffer log hold list shows until when"
        case .sealed: "somebody with the right must run: coffer unseal"
        case .integrity: "do not write to the vault; run: coffer doctor, and keep the access log"
        case .unavailable: "try again; if it lasts, run: coffer doctor"
        default: ""
        }
    }
}
