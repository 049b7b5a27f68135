/* One program of ours (the probe, the compiler, git) in a sandbox, from start to end, with its output and its files. */
#ifndef SANDBOX_PROGRAM_H
#define SANDBOX_PROGRAM_H

#include "base/arena.h"
#include "sandbox/collect.h"
#include "sandbox/sandbox.h"

struct program {
	const char *what; /* for messages: "the interpreter probe" */
	const char *const *argv;
	size_t n_argv;
	const struct sandbox_mount *mounts; /* besides those of sandbox/inside.h */
	size_t n_mounts;
	const char *const *env;
	size_t n_env;
	int snapshot_fd; /* below /build/src; -1: none */
	int64_t epoch;
	uint32_t outside_id;
	const char *answer; /* the file in /out that is the answer */
	uint64_t answer_max;
	bool with_listener; /* a socket on 127.0.0.1:3128 inside, handed to `ready` */
	/* Called when it runs; borrowed descriptor, -1 without a listener. May be NULL. */
	enum status (*ready)(void *context, int listener_fd, struct diag *d);
	void *context;
};

/* Runs it to its end and takes the answer into a sealed memory file (the caller closes).
 * ERR_BACKEND with the last line of its output when it fails, ERR_LIMIT, ERR_ISOLATION, ERR_CANCELLED. */
MUST_USE enum status program_run(const struct run_context *run, const struct program *p, struct arena *a, int *ret_fd,
				 struct diag *d);

#endif
