#include <errno.h>

#include "env/verbs.h"
#include "python/interpreter.h"

enum status interpreter_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	CLEANUP(buf_done) struct buf json;
	struct interpreter interpreter;
	buf_init(&json, INTERPRETER_JSON_MAX + 65536);
	for (;;) {
		unsigned char *to = buf_reserve(&json, 65536);
		ssize_t n = to ? pread(call->fds[0], to, 65536, (off_t)json.size) : -1;
		if (n < 0 && to && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_LIMIT, 0, "the probe's answer is too long");
		if (n == 0)
			break;
		buf_grew(&json, (size_t)n);
	}
	enum status s = interpreter_parse(buf_bytes(&json), call->arena, &interpreter, d);
	if (s == OK)
		interpreter_write(&interpreter, reply);
	return s;
}
