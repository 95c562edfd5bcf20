// One self-signed TLS certificate, made with OpenSSL's libcrypto.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Makes a P-256 key and a certificate for `common_name`, valid from `start` to `end` (seconds since 1970), for a TLS
// server under `names` (as in a configuration file of OpenSSL: "DNS:a,DNS:b"). `serial` has 16 bytes, the first of them
// positive.
//
// On success returns 1 and three buffers of malloc: the certificate as PEM and as DER, and the private key as PEM
// (PKCS #8). The caller frees them, the key with ccert_free_secret. On failure returns 0 and touches nothing.
int ccert_make(const char *common_name, const char *names, int64_t start, int64_t end, const uint8_t serial[16],
               uint8_t **pem, size_t *pem_count, uint8_t **der, size_t *der_count, uint8_t **key, size_t *key_count);

void ccert_free(uint8_t *bytes);
// Wipes first.
void ccert_free_secret(uint8_t *bytes, size_t count);
