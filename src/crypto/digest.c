#include "crypto/digest.h"

#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>

#include "base/encode.h"

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(((struct sha256_stream *)0)->state), "nettle's context grew");

static struct sha256_ctx *context(struct sha256_stream *s)
{
	return (struct sha256_ctx *)(void *)s->state;
}

void sha256_start(struct sha256_stream *s)
{
	sha256_init(context(s));
}

void sha256_add(struct sha256_stream *s, struct bytes b)
{
	if (b.size)
		sha256_update(context(s), b.size, b.data);
}

struct sha256 sha256_end(struct sha256_stream *s)
{
	struct sha256 h;
	sha256_digest(context(s), sizeof h.bytes, h.bytes);
	return h;
}

struct sha256 sha256_of(struct bytes b)
{
	struct sha256_stream s;
	sha256_start(&s);
	sha256_add(&s, b);
	return sha256_end(&s);
}

enum status sha256_of_fd(int fd, uint64_t max, struct sha256 *ret, uint64_t *ret_size, struct diag *d)
{
	struct sha256_stream s;
	unsigned char block[8192];
	uint64_t size = 0;
	sha256_start(&s);
	for (;;) {
		ssize_t n = pread(fd, block, sizeof block, (off_t)size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, size, "read: %s", strerror(errno));
		if (n == 0)
			break;
		size += (uint64_t)n;
		if (size > max)
			return fail(d, ERR_LIMIT, size, "a file is larger than %llu bytes", (unsigned long long)max);
		sha256_add(&s, bytes_make(block, (size_t)n));
	}
	*ret = sha256_end(&s);
	*ret_size = size;
	return OK;
}

void sha256_text(const struct sha256 *h, char out[SHA256_TEXT_SIZE])
{
	hex_write(bytes_make(h->bytes, sizeof h->bytes), out);
}

enum status sha256_parse(struct bytes text, struct sha256 *ret)
{
	return hex_parse(text, ret->bytes, sizeof ret->bytes);
}

bool sha256_equal(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

struct sha256 hmac_sha256(struct bytes key, struct bytes text)
{
	struct hmac_sha256_ctx c;
	struct sha256 h;
	hmac_sha256_set_key(&c, key.size, key.data);
	hmac_sha256_update(&c, text.size, text.data);
	hmac_sha256_digest(&c, sizeof h.bytes, h.bytes);
	explicit_bzero(&c, sizeof c);
	return h;
}

void sha384_of(struct bytes b, unsigned char out[48])
{
	struct sha384_ctx c;
	sha384_init(&c);
	if (b.size)
		sha384_update(&c, b.size, b.data);
	sha384_digest(&c, 48, out);
}

void sha512_of(struct bytes b, unsigned char out[SHA512_SIZE])
{
	struct sha512_ctx c;
	sha512_init(&c);
	if (b.size)
		sha512_update(&c, b.size, b.data);
	sha512_digest(&c, SHA512_SIZE, out);
}
