#include "crypto/seal.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/cleanup.h"

enum { KEY_SIZE = 32, R_MAX = 8, P_MAX = 4 };

static void free_context(EVP_CIPHER_CTX **context)
{
	EVP_CIPHER_CTX_free(*context);
}

void seal_prepare(void)
{
	unsigned char key[KEY_SIZE];
	/* No openssl.cnf: nothing of the host decides how a seal is made. */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
	(void)EVP_PBE_scrypt("x", 1, (const unsigned char *)"y", 1, 2, 1, 1, 0, key, sizeof key);
	CLEANUP(free_context) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	if (context)
		(void)EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, NULL, NULL);
}

static enum status make_key(const struct seal *how, struct bytes passphrase, unsigned char ret[KEY_SIZE], struct diag *d)
{
	if (how->log_n < 1 || how->log_n > SEAL_LOG_N_MAX || how->r < 1 || how->r > R_MAX || how->p < 1 || how->p > P_MAX)
		return fail(d, ERR_FORMAT, 0, "the seal's parameters are out of range");
	uint64_t n = UINT64_C(1) << how->log_n, memory = 128 * (uint64_t)how->r * (n + how->p + 2);
	if (EVP_PBE_scrypt((const char *)passphrase.data, passphrase.size, how->salt, sizeof how->salt, n, how->r, how->p,
			   memory + (1 << 20), ret, KEY_SIZE) != 1)
		return fail(d, ERR_IO, 0, "scrypt needs %llu MiB and did not get them", (unsigned long long)(memory >> 20));
	return OK;
}

/* Texts are passwords: what does not fit an int is not one. */
static bool fits(struct bytes b)
{
	return b.size <= INT_MAX - 64;
}

static bool run_close(EVP_CIPHER_CTX *c, const struct seal *how, const unsigned char *key, struct bytes open, struct bytes text,
		      unsigned char *out)
{
	int n = 0, end = 0;
	return EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, how->nonce) == 1 &&
	       (!open.size || EVP_EncryptUpdate(c, NULL, &n, open.data, (int)open.size) == 1) &&
	       (!text.size || EVP_EncryptUpdate(c, out, &n, text.data, (int)text.size) == 1) &&
	       EVP_EncryptFinal_ex(c, out + text.size, &end) == 1 && end == 0 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, SEAL_TAG_SIZE, out + text.size) == 1;
}

static bool run_open(EVP_CIPHER_CTX *c, const struct seal *how, const unsigned char *key, struct bytes open, struct bytes sealed,
		     unsigned char *out)
{
	unsigned char tag[SEAL_TAG_SIZE];
	size_t size = sealed.size - SEAL_TAG_SIZE;
	int n = 0, end = 0;
	bytes_copy(tag, bytes_from(sealed, size));
	return EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, how->nonce) == 1 &&
	       (!open.size || EVP_DecryptUpdate(c, NULL, &n, open.data, (int)open.size) == 1) &&
	       (!size || EVP_DecryptUpdate(c, out, &n, sealed.data, (int)size) == 1) &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, SEAL_TAG_SIZE, tag) == 1 &&
	       EVP_DecryptFinal_ex(c, out + size, &end) == 1 && end == 0;
}

enum status seal_close(const struct seal *how, struct bytes passphrase, struct bytes open, struct bytes text, struct buf *ret,
		       struct diag *d)
{
	unsigned char key[KEY_SIZE];
	CLEANUP(free_context) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	unsigned char *out = fits(text) && fits(open) ? buf_reserve(ret, text.size + SEAL_TAG_SIZE) : NULL;
	if (!context || !out)
		return fail(d, ERR_IO, 0, "no room to seal %zu bytes", text.size);
	enum status s = make_key(how, passphrase, key, d);
	bool done = s == OK && run_close(context, how, key, open, text, out);
	OPENSSL_cleanse(key, sizeof key);
	if (done)
		buf_grew(ret, text.size + SEAL_TAG_SIZE);
	return done ? OK : s ? s : fail(d, ERR_IO, 0, "AES-256-GCM is not to be had");
}

enum status seal_open(const struct seal *how, struct bytes passphrase, struct bytes open, struct bytes sealed, struct buf *ret,
		      struct diag *d)
{
	unsigned char key[KEY_SIZE];
	if (sealed.size < SEAL_TAG_SIZE)
		return fail(d, ERR_FORMAT, 0, "the sealed text is shorter than its tag");
	CLEANUP(free_context) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	unsigned char *out = fits(sealed) && fits(open) ? buf_reserve(ret, sealed.size) : NULL;
	if (!context || !out)
		return fail(d, ERR_IO, 0, "no room to open %zu bytes", sealed.size);
	enum status s = make_key(how, passphrase, key, d);
	bool done = s == OK && run_open(context, how, key, open, sealed, out);
	OPENSSL_cleanse(key, sizeof key);
	if (done)
		buf_grew(ret, sealed.size - SEAL_TAG_SIZE);
	else
		OPENSSL_cleanse(out, sealed.size); /* what was decrypted before the tag was looked at is nobody's */
	return done ? OK : s ? s : fail(d, ERR_REFUSED, 0, "it is not that passphrase, or the sealed file was changed");
}
