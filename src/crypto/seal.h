/* Sealing with a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM (NIST SP 800-38D) seals. The one file over libcrypto, which
 * only hwb-seal links: it would cost every start of hwb 0.7 ms. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

enum { SEAL_SALT_SIZE = 16, SEAL_NONCE_SIZE = 12, SEAL_TAG_SIZE = 16 };

/* What is in the open beside a sealed text. N = 2^log_n; memory is 128 * r * N bytes. */
struct seal {
	uint32_t log_n, r, p;
	unsigned char salt[SEAL_SALT_SIZE], nonce[SEAL_NONCE_SIZE];
};

/* For new seals: 128 MiB and a third of a second, what OWASP's sheet on storing passwords asks for. */
#define SEAL_LOG_N 17
#define SEAL_R 8
#define SEAL_P 1
/* A file says its own, and must not ask for the machine: at most 512 MiB. */
#define SEAL_LOG_N_MAX 19

/* Loads what libcrypto would open later: before the program confines itself. */
void seal_prepare(void);

/* text to ciphertext with its tag behind it, and back; salt and nonce are the caller's, random, new for each sealing. open: covered
 * by the tag, not encrypted. *ret should be marked secret by whoever opens. ERR_FORMAT: parameters out of range. ERR_REFUSED: not
 * that passphrase, or something was changed. ERR_IO: libcrypto could not. */
MUST_USE enum status seal_close(const struct seal *how, struct bytes passphrase, struct bytes open, struct bytes text,
				struct buf *ret, struct diag *d);
MUST_USE enum status seal_open(const struct seal *how, struct bytes passphrase, struct bytes open, struct bytes sealed,
			       struct buf *ret, struct diag *d);

#endif
