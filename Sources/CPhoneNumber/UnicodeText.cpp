#include "CPhoneNumber.h"

#include <cstring>
#include <limits>
#include <string>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

namespace {

// Appends to a buffer of fixed size and remembers whether everything fitted.
class BoundedSink final : public icu::ByteSink {
public:
    BoundedSink(char *out, size_t capacity) : out_(out), capacity_(capacity) {}

    void Append(const char *bytes, int32_t n) override {
        if (n < 0 || static_cast<size_t>(n) > capacity_ - count_) {
            overflowed_ = true;
            return;
        }
        std::memcpy(out_ + count_, bytes, static_cast<size_t>(n));
        count_ += static_cast<size_t>(n);
    }

    size_t count() const { return count_; }
    bool overflowed() const { return overflowed_; }

private:
    char *out_;
    size_t capacity_;
    size_t count_ = 0;
    bool overflowed_ = false;
};

bool is_too_large(size_t count) { return count > static_cast<size_t>(std::numeric_limits<int32_t>::max()); }

int32_t finish(const BoundedSink &sink, UErrorCode error, size_t *out_count) {
    if (sink.overflowed()) return COFFER_TEXT_TOO_LONG;
    if (U_FAILURE(error)) return error == U_MEMORY_ALLOCATION_ERROR ? COFFER_TEXT_FAILED : COFFER_TEXT_MALFORMED;
    *out_count = sink.count();
    return COFFER_TEXT_OK;
}

}  // namespace

extern "C" int32_t coffer_unicode_convert(
    int32_t form, const char *text, size_t count, char *out, size_t capacity, size_t *out_count) try {
    if (is_too_large(count)) return COFFER_TEXT_TOO_LONG;
    UErrorCode error = U_ZERO_ERROR;
    BoundedSink sink(out, capacity);
    const icu::StringPiece piece(text, static_cast<int32_t>(count));
    const icu::Normalizer2 *normalizer = form == COFFER_UNICODE_NFKC_CASEFOLD
        ? icu::Normalizer2::getNFKCCasefoldInstance(error)
        : form == COFFER_UNICODE_NFKC ? icu::Normalizer2::getNFKCInstance(error)
                                      : icu::Normalizer2::getNFCInstance(error);
    if (U_FAILURE(error)) return COFFER_TEXT_FAILED;
    if (form == COFFER_UNICODE_LOWER) {
        std::string lowered;
        icu::StringByteSink<std::string> intermediate(&lowered);
        icu::CaseMap::utf8ToLower("", 0, piece, intermediate, nullptr, error);
        if (U_FAILURE(error)) return COFFER_TEXT_MALFORMED;
        normalizer->normalizeUTF8(0, lowered, sink, nullptr, error);
    } else {
        normalizer->normalizeUTF8(0, piece, sink, nullptr, error);
    }
    return finish(sink, error, out_count);
} catch (...) {
    return COFFER_TEXT_FAILED;
}

extern "C" int32_t coffer_domain_to_ascii(
    const char *text, size_t count, char *out, size_t capacity, size_t *out_count) try {
    if (is_too_large(count)) return COFFER_TEXT_TOO_LONG;
    static const icu::IDNA *const idna = [] {
        UErrorCode error = U_ZERO_ERROR;
        return icu::IDNA::createUTS46Instance(
            UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, error);
    }();
    if (idna == nullptr) return COFFER_TEXT_FAILED;
    UErrorCode error = U_ZERO_ERROR;
    icu::IDNAInfo info;
    BoundedSink sink(out, capacity);
    idna->nameToASCII_UTF8(icu::StringPiece(text, static_cast<int32_t>(count)), sink, info, error);
    if (info.hasErrors()) return COFFER_TEXT_MALFORMED;
    return finish(sink, error, out_count);
} catch (...) {
    return COFFER_TEXT_FAILED;
}
