// SHA-256 by OpenSSL's libcrypto, which uses the processor's own instructions for it where there are any.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The state of a hash in progress; as large and as aligned as libcrypto's own.
typedef struct {
    uint64_t words[14];
} cdigest_sha256;

void cdigest_sha256_init(cdigest_sha256 *state);
void cdigest_sha256_update(cdigest_sha256 *state, const uint8_t *bytes, size_t count);
// Writes 32 bytes, wipes the state and begins anew.
void cdigest_sha256_final(cdigest_sha256 *state, uint8_t out[32]);
