/* hwb-test-helper: a parsing program for test_process.c. "echo" answers with its request and what is in its file, "refuse"
 * does not, "die" dies. */
#include <fcntl.h>

#include "base/wire.h"
#include "host/verb.h"

static enum status echo_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	unsigned char text[64];
	ssize_t n = pread(call->fds[0], text, sizeof text, 0);
	if (n < 0)
		return fail(d, ERR_IO, 0, "read the file");
	wire_put_bytes(reply, call->request);
	wire_put_bytes(reply, bytes_make(text, (size_t)n));
	return OK;
}

static enum status refuse_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	(void)call;
	buf_add(reply, BYTES("half of an answer"));
	return fail(d, ERR_REFUSED, 0, "no");
}

static enum status die_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	(void)call;
	(void)reply;
	(void)d;
	abort();
}

int main(void)
{
	static const struct verb verbs[] = { { "echo", 1, echo_verb }, { "refuse", 1, refuse_verb }, { "die", 0, die_verb } };
	return verb_serve(verbs, COUNT(verbs));
}
