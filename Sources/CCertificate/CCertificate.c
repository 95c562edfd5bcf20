#include "CCertificate.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static int add_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (!extension) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

static int fill(X509 *certificate, EVP_PKEY *key, const char *common_name, const char *names, int64_t start,
                int64_t end, const uint8_t serial[16]) {
    BIGNUM *number = BN_bin2bn(serial, 16, NULL);
    int ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    X509_NAME *name = X509_get_subject_name(certificate);
    return ok && X509_set_version(certificate, X509_VERSION_3)
        && ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)start)
        && ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)end)
        && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0)
        && X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key)
        && add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE")
        && add_extension(certificate, NID_key_usage, "critical,digitalSignature")
        && add_extension(certificate, NID_ext_key_usage, "serverAuth")
        && add_extension(certificate, NID_subject_alt_name, names)
        && X509_sign(certificate, key, EVP_sha256()) > 0;
}

// A copy of what a memory BIO holds, in a buffer of malloc.
static int copy(BIO *bio, uint8_t **bytes, size_t *count) {
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    if (length <= 0) return 0;
    uint8_t *result = malloc((size_t)length);
    if (!result) return 0;
    memcpy(result, data, (size_t)length);
    *bytes = result;
    *count = (size_t)length;
    return 1;
}

int ccert_make(const char *common_name, const char *names, int64_t start, int64_t end, const uint8_t serial[16],
               uint8_t **pem, size_t *pem_count, uint8_t **der, size_t *der_count, uint8_t **key, size_t *key_count) {
    uint8_t *out[3] = {NULL, NULL, NULL};
    size_t count[3] = {0, 0, 0};
    EVP_PKEY *pair = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    BIO *text = BIO_new(BIO_s_mem());
    BIO *binary = BIO_new(BIO_s_mem());
    BIO *secret = BIO_new(BIO_s_secmem());
    int ok = pair && certificate && text && binary && secret
        && fill(certificate, pair, common_name, names, start, end, serial)
        && PEM_write_bio_X509(text, certificate) && i2d_X509_bio(binary, certificate)
        && PEM_write_bio_PKCS8PrivateKey(secret, pair, NULL, NULL, 0, NULL, NULL)
        && copy(text, &out[0], &count[0]) && copy(binary, &out[1], &count[1]) && copy(secret, &out[2], &count[2]);
    BIO_free(text);
    BIO_free(binary);
    BIO_free(secret);
    X509_free(certificate);
    EVP_PKEY_free(pair);
    if (!ok) {
        free(out[0]);
        free(out[1]);
        ccert_free_secret(out[2], count[2]);
        return 0;
    }
    *pem = out[0], *pem_count = count[0];
    *der = out[1], *der_count = count[1];
    *key = out[2], *key_count = count[2];
    return 1;
}

void ccert_free(uint8_t *bytes) { free(bytes); }

void ccert_free_secret(uint8_t *bytes, size_t count) {
    if (bytes) OPENSSL_cleanse(bytes, count);
    free(bytes);
}
