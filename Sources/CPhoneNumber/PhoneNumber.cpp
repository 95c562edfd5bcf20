#include "CPhoneNumber.h"

#include <cstring>
#include <set>
#include <string>

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

namespace {

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// The one instance, muted: libphonenumber writes what it parses to standard output when it is puzzled.
// A function-local static is initialised once, whichever thread comes first; parsing afterwards only reads it.
const PhoneNumberUtil &library() {
    static const PhoneNumberUtil *const instance = [] {
        PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
        util->SetLogger(new NullLogger());
        return util;
    }();
    return *instance;
}

bool copy(const std::string &value, char *out, size_t capacity, size_t *count) {
    if (value.size() > capacity) return false;
    std::memcpy(out, value.data(), value.size());
    *count = value.size();
    return true;
}

int32_t status_of(PhoneNumberUtil::ErrorType error) {
    switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR: return COFFER_TEXT_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return COFFER_TEXT_UNKNOWN_REGION;
    case PhoneNumberUtil::NOT_A_NUMBER: return COFFER_TEXT_NOT_A_NUMBER;
    default: return COFFER_TEXT_INVALID_NUMBER;
    }
}

}  // namespace

extern "C" int32_t coffer_phone_parse(
    const char *text, size_t count, const char *region, size_t region_count,
    char *e164, size_t e164_capacity, size_t *e164_count,
    char *extension, size_t extension_capacity, size_t *extension_count) try {
    PhoneNumber number;
    const PhoneNumberUtil &util = library();
    const auto error = util.Parse(std::string(text, count), std::string(region, region_count), &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return status_of(error);
    if (!util.IsValidNumber(number)) return COFFER_TEXT_INVALID_NUMBER;

    // E.164 leaves the extension out.
    const std::string suffix = number.has_extension() ? number.extension() : std::string();
    std::string international;
    util.Format(number, PhoneNumberUtil::E164, &international);
    const bool fits = copy(international, e164, e164_capacity, e164_count)
        && copy(suffix, extension, extension_capacity, extension_count);
    return fits ? COFFER_TEXT_OK : COFFER_TEXT_TOO_LONG;
} catch (...) {
    return COFFER_TEXT_FAILED;
}

extern "C" int32_t coffer_phone_national(
    const char *e164, size_t count, char *national, size_t national_capacity, size_t *national_count) try {
    PhoneNumber number;
    const PhoneNumberUtil &util = library();
    const auto error = util.Parse(std::string(e164, count), std::string(), &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) return status_of(error);
    if (number.has_extension()) return COFFER_TEXT_NOT_A_NUMBER;
    std::string formatted;
    util.Format(number, PhoneNumberUtil::NATIONAL, &formatted);
    std::string digits;
    for (const char c : formatted) {
        if (c >= '0' && c <= '9') digits.push_back(c);
    }
    return copy(digits, national, national_capacity, national_count) ? COFFER_TEXT_OK : COFFER_TEXT_TOO_LONG;
} catch (...) {
    return COFFER_TEXT_FAILED;
}

extern "C" int32_t coffer_phone_region_is_known(const char *region, size_t region_count) try {
    return library().GetCountryCodeForRegion(std::string(region, region_count)) != 0 ? 1 : 0;
} catch (...) {
    return 0;
}
