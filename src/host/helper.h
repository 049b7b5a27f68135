/* Runs one of our own programs that stands beside hwb (hwb-parse, hwb-unpack) for one verb and takes its reply.
 * The program gets an empty environment, the request, the named descriptors and nothing else. */
#ifndef HOST_HELPER_H
#define HOST_HELPER_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/run.h"

enum { HELPER_FDS_MAX = 8, HELPER_REPLY_MAX = 256 << 20 };

/* Another verb for the process that runs a first one, about the same descriptors: a process is dear, and what is hostile there is the same
 * file. Whoever asks for it ends it by helper_also_done. */
struct helper_also {
	const char *verb; /* takes no more descriptors than the first */
	struct bytes request; /* borrowed until helper_ask */
	struct buf reply; /* init'ed by the caller with its limit */
	enum status status; /* of helper_finish: OK and the reply is there, or how this verb failed, with its words in why */
	struct diag why;
};
/* Gives back the reply. Ok on NULL. */
void helper_also_done(struct helper_also *also);

/* One helper under way. Zero it before helper_start; helper_finish or helper_stop ends it. */
struct helper {
	pid_t pid;
	int request_fd, reply_fd;
	const char *program, *verb;
	bool is_secret; /* what it is asked and answers is wiped; set it before helper_ask */
	struct helper_also *also; /* NULL: nothing else; set it before helper_ask, it is borrowed until helper_finish */
};

/* Starts `program` (a name such as "hwb-parse", looked up beside /proc/self/exe). It confines itself and waits for its request,
 * so that it can be started while there is something else to wait for. program, verb: kept, not copied.
 * fds: borrowed, at most HELPER_FDS_MAX, they appear as 3, 4, ... over there; memory files may be filled later. ERR_IO. */
MUST_USE enum status helper_start(const struct run_context *run, const char *program, const char *verb, const int *fds,
				  size_t n_fds, struct helper *ret, struct diag *d);

/* Its one request, with what else it is asked. A helper that died meanwhile shows in helper_finish. ERR_IO. */
MUST_USE enum status helper_ask(struct helper *h, struct bytes request, struct diag *d);

/* Waits for the reply. On OK *ret_reply (init'ed by the caller) holds the payload. The program's own failure comes back
 * with its status and words; that of what else it was asked is in `also`. ERR_UNCHECKED when it died or its reply makes no sense,
 * ERR_CANCELLED: then `also` has no reply either. */
MUST_USE enum status helper_finish(const struct run_context *run, struct helper *h, struct buf *ret_reply, struct diag *d);

/* Kills and reaps; for the way out of an error. Fits CLEANUP. */
void helper_stop(struct helper *h);

/* All in one. */
MUST_USE enum status helper_call(const struct run_context *run, const char *program, const char *verb, struct bytes request,
				 const int *fds, size_t n_fds, struct buf *ret_reply, struct diag *d);

#endif
