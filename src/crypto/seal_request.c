#include "crypto/seal_request.h"

#include "base/wire.h"

void seal_request_write(const struct seal_request *r, struct buf *out)
{
	wire_put_u32(out, r->seal.log_n);
	wire_put_u32(out, r->seal.r);
	wire_put_u32(out, r->seal.p);
	wire_put_bytes(out, bytes_make(r->seal.salt, SEAL_SALT_SIZE));
	wire_put_bytes(out, bytes_make(r->seal.nonce, SEAL_NONCE_SIZE));
	wire_put_bytes(out, r->passphrase);
	wire_put_bytes(out, r->open);
	wire_put_bytes(out, r->text);
}

enum status seal_request_read(struct bytes record, struct seal_request *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct seal_request r = { .text = { NULL, 0 } };
	r.seal.log_n = wire_get_u32(&w);
	r.seal.r = wire_get_u32(&w);
	r.seal.p = wire_get_u32(&w);
	struct bytes salt = wire_get_bytes(&w), nonce = wire_get_bytes(&w);
	r.passphrase = wire_get_bytes(&w);
	r.open = wire_get_bytes(&w);
	r.text = wire_get_bytes(&w);
	enum status s = wire_end(&w, "seal", d);
	if (s == OK && (salt.size != SEAL_SALT_SIZE || nonce.size != SEAL_NONCE_SIZE))
		s = fail(d, ERR_FORMAT, 0, "a salt or a nonce of the wrong size");
	if (s)
		return s;
	bytes_copy(r.seal.salt, salt);
	bytes_copy(r.seal.nonce, nonce);
	*ret = r;
	return OK;
}
