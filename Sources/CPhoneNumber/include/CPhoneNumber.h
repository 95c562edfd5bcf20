// Phone numbers by libphonenumber, Unicode forms and domain names by ICU, behind plain C.
//
// Every function is thread-safe, throws nothing, allocates nothing that outlives the call, writes at most `capacity`
// bytes to each buffer it is given and never logs. Texts are UTF-8, counted, not terminated.
#ifndef COFFER_CPHONENUMBER_H
#define COFFER_CPHONENUMBER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a function returns.
enum coffer_text_status {
    COFFER_TEXT_OK = 0,
    COFFER_TEXT_NOT_A_NUMBER = 1,    // nothing in it that could be a phone number
    COFFER_TEXT_UNKNOWN_REGION = 2,  // the region is not one libphonenumber knows, or the country code is not
    COFFER_TEXT_INVALID_NUMBER = 3,  // a number, but no such one can exist in its numbering plan
    COFFER_TEXT_TOO_LONG = 4,        // the result does not fit its buffer
    COFFER_TEXT_MALFORMED = 5,       // not UTF-8, or not a domain name
    COFFER_TEXT_FAILED = 6           // out of memory, or the library misbehaved
};

// Parses `text` as a number dialled in `region` (two capital letters) and checks it against the numbering plan.
// Writes the E.164 form (at most 16 bytes) and the extension's digits (may be none).
int32_t coffer_phone_parse(
    const char *text, size_t count, const char *region, size_t region_count,
    char *e164, size_t e164_capacity, size_t *e164_count,
    char *extension, size_t extension_capacity, size_t *extension_count);

// Writes the digits a caller in the number's own country dials for an E.164 form.
int32_t coffer_phone_national(
    const char *e164, size_t count, char *national, size_t national_capacity, size_t *national_count);

// Returns 1 when libphonenumber has a numbering plan for `region`, 0 otherwise.
int32_t coffer_phone_region_is_known(const char *region, size_t region_count);

// The Unicode form to bring a text into.
enum coffer_unicode_form {
    COFFER_UNICODE_NFC = 0,
    COFFER_UNICODE_NFKC_CASEFOLD = 1,
    COFFER_UNICODE_LOWER = 2,  // lower case without regard to a locale, then NFC
    COFFER_UNICODE_NFKC = 3
};

// Writes `text` in the form asked for.
int32_t coffer_unicode_convert(
    int32_t form, const char *text, size_t count, char *out, size_t capacity, size_t *out_count);

// Writes the ASCII form of a domain name: UTS 46, non-transitional, STD3 rules, lower case.
int32_t coffer_domain_to_ascii(const char *text, size_t count, char *out, size_t capacity, size_t *out_count);

#ifdef __cplusplus
}
#endif

#endif
