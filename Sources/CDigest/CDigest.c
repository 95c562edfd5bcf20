// The functions below are deprecated in favour of EVP, whose look-up of an algorithm costs more than a short hash.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "CDigest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdalign.h>

_Static_assert(sizeof(cdigest_sha256) == sizeof(SHA256_CTX), "the state has the size of SHA256_CTX");
_Static_assert(alignof(cdigest_sha256) >= alignof(SHA256_CTX), "and its alignment");

void cdigest_sha256_init(cdigest_sha256 *state) { SHA256_Init((SHA256_CTX *)state); }

void cdigest_sha256_update(cdigest_sha256 *state, const uint8_t *bytes, size_t count) {
    SHA256_Update((SHA256_CTX *)state, bytes, count);
}

void cdigest_sha256_final(cdigest_sha256 *state, uint8_t out[32]) {
    SHA256_Final(out, (SHA256_CTX *)state);
    OPENSSL_cleanse(state, sizeof *state);
    SHA256_Init((SHA256_CTX *)state);
}
