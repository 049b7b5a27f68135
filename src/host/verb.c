#include "host/verb.h"

#include <assert.h>
#include <errno.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/wire.h"
#include "host/confine.h"
#include "host/helper.h"
#include "host/mapped.h"
#include "host/reply.h"

enum { REQUEST_MAX = 64 << 20, READ_SIZE = 4096, FIRST_FD = 3, EXIT_UNUSABLE = 2 };

/* All that comes on descriptor 0. Nothing at all: whoever started us has changed its mind. */
static bool read_requests(struct buf *room)
{
	for (;;) {
		unsigned char *to = buf_reserve(room, READ_SIZE);
		ssize_t n = to ? read(0, to, READ_SIZE) : -1;
		if (n < 0 && to && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			return room->size > 0;
		buf_grew(room, (size_t)n);
	}
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

/* One verb, and its frame behind the size of it. */
static enum status serve_one(const struct verb *verbs, size_t n_verbs, struct wire *w, enum status s, struct arena *a, struct diag *d)
{
	static const int fds[HELPER_FDS_MAX] = { FIRST_FD,     FIRST_FD + 1, FIRST_FD + 2, FIRST_FD + 3,
						 FIRST_FD + 4, FIRST_FD + 5, FIRST_FD + 6, FIRST_FD + 7 };
	CLEANUP(buf_done) struct buf payload;
	CLEANUP(buf_done) struct buf frame;
	CLEANUP(buf_done) struct buf size;
	struct bytes name = wire_get_bytes(w), request = wire_get_bytes(w);
	if (w->bad)
		return ERR_FORMAT;
	buf_init(&payload, HELPER_REPLY_MAX / 2);
	buf_init(&frame, HELPER_REPLY_MAX);
	buf_init(&size, sizeof(uint32_t));
	const struct verb *verb = find_verb(verbs, n_verbs, name);
	if (s == OK && !verb)
		s = fail(d, ERR_UNCHECKED, 0, "no such verb '%.*s'", BYTES_ARG(name));
	if (s == OK) {
		struct verb_call call = { .request = request, .fds = fds, .n_fds = verb->n_fds, .arena = a };
		s = verb->run(&call, &payload, d);
	}
	if (s == OK)
		s = buf_check(&payload, "the reply", d);
	reply_write(s, d, buf_bytes(&payload), &frame);
	wire_put_u32(&size, (uint32_t)frame.size);
	s = fd_write_all(1, buf_bytes(&size), NULL);
	return s ? s : fd_write_all(1, buf_bytes(&frame), NULL);
}

int verb_serve(const struct verb *verbs, size_t n_verbs)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf room;
	struct diag d = { 0 };
	/* The C library opens /etc/localtime at its first look at a date, gmtime included: settled before the doors close. */
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	arena_init(&a);
	buf_init(&room, REQUEST_MAX);
	enum status confined = confine_self(&d);
	if (!read_requests(&room))
		return EXIT_UNUSABLE;
	struct wire w = wire_over(buf_bytes(&room));
	while (w.rest.size) {
		struct diag why = d;
		if (serve_one(verbs, n_verbs, &w, confined, &a, &why))
			return EXIT_UNUSABLE;
	}
	return 0;
}
