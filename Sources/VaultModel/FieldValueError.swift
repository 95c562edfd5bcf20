/// Why a value cannot be stored or looked up. Says which rule failed and how to mend it, never the value.
public enum FieldValueError: Error, Hashable, Sendable {
    case empty
    case tooLong(maximumBytes: Int)
    case controlCharacter
    case notUnicode
    case phoneNotANumber, phoneUnknownRegion, phoneInvalid
    case last4NotFourDigits
    case emailForm, emailDomain
    case idNumberForm, idNumberDate, idNumberCheckDigit
    case dateForm, dateNotInCalendar
    case datetimeForm
    case enumerationForm
    case enumerationNotListed(allowed: [String])
    case consentForm
    case memberNumberForm
    case numberForm
    case amountForm
    case codeForm

    /// A stable word for scripts and message catalogues.
    public var code: String {
        switch self {
        case .empty: "empty"
        case .tooLong: "too-long"
        case .controlCharacter: "control-character"
        case .notUnicode: "not-unicode"
        case .phoneNotANumber: "phone-not-a-number"
        case .phoneUnknownRegion: "phone-unknown-region"
        case .phoneInvalid: "phone-invalid"
        case .last4NotFourDigits: "last4-not-four-digits"
        case .emailForm: "email-form"
        case .emailDomain: "email-domain"
        case .idNumberForm: "id-number-form"
        case .idNumberDate: "id-number-date"
        case .idNumberCheckDigit: "id-number-check-digit"
        case .dateForm: "date-form"
        case .dateNotInCalendar: "date-not-in-calendar"
        case .datetimeForm: "datetime-form"
        case .enumerationForm: "enum-form"
        case .enumerationNotListed: "enum-not-listed"
        case .consentForm: "consent-form"
        case .memberNumberForm: "member-number-form"
        case .numberForm: "number-form"
        case .amountForm: "amount-form"
        case .codeForm: "code-form"
        }
    }

    /// The rule that failed.
    public var problem: String {
        switch self {
        case .empty: "the value is empty"
        case .tooLong(let maximum): "the value is longer than \(maximum) bytes"
        case .controlCharacter: "the value holds a control character"
        case .notUnicode: "the value is not valid text"
        case .phoneNotANumber: "this is not a phone number"
        case .phoneUnknownRegion: "the country code is not in use"
        case .phoneInvalid: "no such number can exist in its country's numbering plan"
        case .last4NotFourDigits: "this is not four digits"
        case .emailForm: "this is not an e-mail address"
        case .emailDomain: "the part after @ is not a domain name"
        case .idNumberForm: "this is not an ID number of a known form"
        case .idNumberDate: "the date of birth in the ID number does not exist"
        case .idNumberCheckDigit: "the check digit of the ID number does not fit"
        case .dateForm: "this is not a date"
        case .dateNotInCalendar: "there is no such day in the calendar"
        case .datetimeForm: "this is not a date with a time"
        case .enumerationForm, .enumerationNotListed: "this is not one of the values the policy lists"
        case .consentForm: "this is neither a yes nor a no"
        case .memberNumberForm: "this is not a member number"
        case .numberForm: "this is not a whole number"
        case .amountForm: "this is not an amount of money"
        case .codeForm: "this is not a short reference"
        }
    }

    /// How to mend it.
    public var hint: String {
        switch self {
        case .empty: "give a value, or leave the field out"
        case .tooLong: "shorten it, or put the rest into a free-text field"
        case .controlCharacter: "type it again: invisible characters often come with copy and paste"
        case .notUnicode: "save the file as UTF-8"
        case .phoneNotANumber: "write digits, e.g. 13812345678 or +852 9123 4567"
        case .phoneUnknownRegion: "check the digits after +"
        case .phoneInvalid: "count the digits; a landline needs its area code, a foreign number + and its country code"
        case .last4NotFourDigits: "give the last four digits of the phone number"
        case .emailForm: "write it as name@example.com"
        case .emailDomain: "check the spelling after @"
        case .idNumberForm:
            "18 characters for the mainland, e.g. A123456(3) for Hong Kong, A123456789 for Taiwan; passports go "
                + "into a free-text field"
        case .idNumberDate: "check digits 7 to 14"
        case .idNumberCheckDigit: "compare it with the card: one character is wrong or two are swapped"
        case .dateForm: "write it as 1990-05-17"
        case .dateNotInCalendar: "check month and day"
        case .datetimeForm: "write it as 2026-10-20T18:30, with +08:00 at the end if the time zone matters"
        case .enumerationForm: "use the word as the policy spells it"
        case .enumerationNotListed(let allowed): "one of: " + allowed.joined(separator: ", ")
        case .consentForm: "write yes or no"
        case .memberNumberForm: "letters, digits and hyphens only"
        case .numberForm: "digits only, at most 15"
        case .amountForm: "write it as 58.76"
        case .codeForm: "letters, digits and - _ . / # only"
        }
    }
}
