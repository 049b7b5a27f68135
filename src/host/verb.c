#include "host/verb.h"

#include <assert.h>

#include "base/fd.h"
#include "base/wire.h"
#include "host/confine.h"
#include "host/helper.h"
#include "host/mapped.h"
#include "host/reply.h"

enum { REQUEST_MAX = 64 << 20, FIRST_FD = 3, EXIT_UNUSABLE = 2 };

static bool read_request(struct bytes *ret_verb, struct bytes *ret_request)
{
	struct bytes all;
	if (mapped_open(0, REQUEST_MAX, &all, NULL))
		return false;
	struct wire w = wire_over(all);
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
	struct buf payload, frame;
	if (!read_request(&name, &request))
		return EXIT_UNUSABLE;
	/* The C library opens /etc/localtime at its first look at a date, gmtime included: settled before the doors close. */
	(void)setenv("TZ", "UTC0", 1);
	tzset();
	arena_init(&arena);
	buf_init(&payload, HELPER_REPLY_MAX / 2);
	buf_init(&frame, HELPER_REPLY_MAX);
	const struct verb *verb = find_verb(verbs, n_verbs, name);
	enum status s = confine_self(&d);
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
	buf_done(&payload);
	buf_done(&frame);
	arena_done(&arena);
	return written ? 0 : EXIT_UNUSABLE;
}
