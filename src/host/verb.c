#include "host/verb.h"

#include <assert.h>
#include <errno.h>

#include "base/fd.h"
#include "base/wire.h"
#include "host/confine.h"
#include "host/helper.h"
#include "host/mapped.h"
#include "host/reply.h"

enum { REQUEST_MAX = 64 << 20, READ_SIZE = 4096, FIRST_FD = 3, EXIT_UNUSABLE = 2 };

/* All that comes on descriptor 0; room holds it. Nothing at all: whoever started us has changed its mind. */
static bool read_request(struct buf *room, struct bytes *ret_verb, struct bytes *ret_request)
{
	for (;;) {
		unsigned char *to = buf_reserve(room, READ_SIZE);
		ssize_t n = to ? read(0, to, READ_SIZE) : -1;
		if (n < 0 && to && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		buf_grew(room, (size_t)n);
	}
	struct wire w = wire_over(buf_bytes(room));
	*ret_verb = wire_get_bytes(&w);
	*ret_request = wire_get_bytes(&w);
	return wire_end(&w, "request", NULL) == OK;
}

static const struct verb *find_verb(const struct verb *verbs, size_t n_verbs, struct bytes name)
{
	for (size_t i = 0; i < n_verbs; i++)
		if (bytes_equal(name, bytes_of(verbs[i].name)))
			return &verbs[i];
	return NULL;
}

enum status verb_map(const struct verb_call *call, size_t at, uint64_t max, struct bytes *ret, struct diag *d)
{
	assert(at < call->n_fds);
	return mapped_open(call->fds[at], max, ret, d);
}

int verb_serve(const struct verb *verbs, size_t n_verbs)
{
	static const int fds[HELPER_FDS_MAX] = { FIRST_FD,     FIRST_FD + 1, FIRST_FD + 2, FIRST_FD + 3,
						 FIRST_FD + 4, FIRST_FD + 5, FIRST_FD + 6, FIRST_FD + 7 };
	struct bytes name, request;
	struct diag d = { 0 };
	struct arena arena;
	struct buf room, payload, frame;
	/* The C library opens /etc/localtime at its first look at a date, gmtime included: settled before the doors close. */
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	arena_init(&arena);
	buf_init(&room, REQUEST_MAX);
	buf_init(&payload, HELPER_REPLY_MAX / 2);
	buf_init(&frame, HELPER_REPLY_MAX);
	enum status s = confine_self(&d);
	if (!read_request(&room, &name, &request))
		return EXIT_UNUSABLE;
	const struct verb *verb = find_verb(verbs, n_verbs, name);
	if (s == OK && !verb)
		s = fail(&d, ERR_UNCHECKED, 0, "no such verb '%.*s'", BYTES_ARG(name));
	if (s == OK) {
		struct verb_call call = { .request = request, .fds = fds, .n_fds = verb->n_fds, .arena = &arena };
		s = verb->run(&call, &payload, &d);
	}
	if (s == OK)
		s = buf_check(&payload, "the reply", &d);
	reply_write(s, &d, buf_bytes(&payload), &frame);
	bool written = fd_write_all(1, buf_bytes(&frame), NULL) == OK;
	buf_done(&room);
	buf_done(&payload);
	buf_done(&frame);
	arena_done(&arena);
	return written ? 0 : EXIT_UNUSABLE;
}
