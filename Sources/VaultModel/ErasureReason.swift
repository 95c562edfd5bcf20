/// Why a customer is erased.
public enum ErasureReason: String, CaseIterable, Hashable, Sendable {
    case customerRequest = "customer-request"
    case consentWithdrawn = "consent-withdrawn"
    case purposeEnded = "purpose-ended"
    case retentionEnded = "retention-ended"
    case unlawfulProcessing = "unlawful-processing"
    case mistakenEntry = "mistaken-entry"
}
