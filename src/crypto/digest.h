/* SHA-256 and SHA-512, one shot and streaming (FIPS 180-4), over nettle: it costs a parser 0.1 ms of start-up where
 * libcrypto costs 0.7. The rest of crypto/ is OpenSSL's. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/bytes.h"
#include "base/status.h"

enum { SHA256_SIZE = 32, SHA256_TEXT_SIZE = 65, SHA512_SIZE = 64 };

struct sha256 {
	unsigned char bytes[SHA256_SIZE];
};

struct sha256_stream {
	_Alignas(16) unsigned char state[128]; /* nettle's context, checked to fit in digest.c */
};

struct sha256 sha256_of(struct bytes b);
void sha256_start(struct sha256_stream *s);
void sha256_add(struct sha256_stream *s, struct bytes b);
struct sha256 sha256_end(struct sha256_stream *s);
/* Reads fd from offset 0 to its end by pread; the file position does not change. ERR_IO, ERR_LIMIT over max. */
MUST_USE enum status sha256_of_fd(int fd, uint64_t max, struct sha256 *ret, uint64_t *ret_size, struct diag *d);

/* 64 lower-case hexadecimal digits and a NUL. */
void sha256_text(const struct sha256 *h, char out[SHA256_TEXT_SIZE]);
/* From 64 hexadecimal digits of either case. ERR_FORMAT. */
MUST_USE enum status sha256_parse(struct bytes text, struct sha256 *ret);
bool sha256_equal(const struct sha256 *a, const struct sha256 *b);

/* HMAC-SHA-256 (RFC 2104, FIPS 198-1); key and text of any length. What was made of the key on the way is wiped. */
struct sha256 hmac_sha256(struct bytes key, struct bytes text);

/* For RECORD, which may name other algorithms than sha256 (PEP 376, PEP 427). */
void sha384_of(struct bytes b, unsigned char out[48]);
void sha512_of(struct bytes b, unsigned char out[SHA512_SIZE]);

#endif
