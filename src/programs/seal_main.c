/* hwb-seal: the passphrase of the credential store and libcrypto, for one sealing or opening, in a process of its own; confined like
 * a parser.
 * "seal", "open": no fds. request: bytes parameters (struct seal in the order of seal_request_write), string passphrase, bytes open,
 * bytes text or sealed. reply: the other of the two. */
#include "crypto/seal_request.h"
#include "host/verb.h"

static enum status run(const struct verb_call *call, bool closes, struct buf *reply, struct diag *d)
{
	struct seal_request r;
	enum status s = seal_request_read(call->request, &r, d);
	if (s)
		return s;
	return closes ? seal_close(&r.seal, r.passphrase, r.open, r.text, reply, d)
		      : seal_open(&r.seal, r.passphrase, r.open, r.text, reply, d);
}

static enum status seal_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	return run(call, true, reply, d);
}

static enum status open_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	return run(call, false, reply, d);
}

int main(void)
{
	static const struct verb verbs[] = { { "seal", 0, seal_verb }, { "open", 0, open_verb } };
	seal_prepare();
	return verb_serve(verbs, sizeof verbs / sizeof verbs[0]);
}
