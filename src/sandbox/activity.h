/* What a program did inside the sandbox, as far as the launcher saw it: programs started, refused system calls, attempts at
 * the network, what was left running. For people who read a report; nothing is decided by it. Strings come from inside and
 * are hostile: redact and escape before printing. */
#ifndef SANDBOX_ACTIVITY_H
#define SANDBOX_ACTIVITY_H

#include "base/arena.h"
#include "base/wire.h"

/* Different ones kept of each kind; beyond that they are counted. */
enum { ACTIVITY_KEPT = 1000, ACTIVITY_ARGS_MAX = 64, ACTIVITY_LEFT_MAX = 16, ACTIVITY_CALLS = 512 };

/* What one record of the launcher tells. */
enum activity_seen { SEEN_PROGRAM, SEEN_CONNECT, SEEN_NAME, SEEN_PROGRAMS_AGAIN, SEEN_ATTEMPTS_AGAIN };

struct activity_program {
	struct bytes path; /* as it was given to execve */
	struct bytes *args; /* with argv[0]; cut at ACTIVITY_ARGS_MAX and 4 KiB together */
	size_t n_args;
	bool is_cut;
	uint64_t n_times; /* started with these very words */
};

enum activity_way { ACTIVITY_CONNECT, ACTIVITY_NAME };

/* A direct attempt: there is no way out, so each of these failed. */
struct activity_attempt {
	enum activity_way way;
	struct bytes host; /* an address, "unix:/path", or the name that was asked for */
	uint16_t port; /* 0 where there is none */
	uint64_t n_times;
};

struct activity_call {
	const char *name; /* "unknown" for a number that libseccomp did not know */
	unsigned number;
	uint64_t n_times;
};

struct activity {
	struct arena *arena;
	bool recorded; /* false: this kernel or the surroundings gave no way to look; then all the rest means nothing */
	struct activity_program *programs;
	struct activity_attempt *attempts;
	struct activity_call *calls;
	struct bytes left[ACTIVITY_LEFT_MAX]; /* names of processes that still ran when the build was over */
	size_t n_programs, n_attempts, n_calls, n_left_names;
	uint64_t n_left; /* all of them */
	uint64_t n_started, n_tried; /* all programs and attempts, kept or not */
	uint64_t disk_size; /* bytes held in /build, /tmp and /out together: the most that was seen */
};

/* Everything kept lives in a. */
void activity_init(struct activity *act, struct arena *a);

/* The records of the launcher (see sandbox/watch.h for the writers): a sighting when it happens for the first time; at the end how
 * often each came again, by its place in that order, and the sums.
 * A malformed record is passed over: the launcher is ours, and a report is no reason to fail a build. */
void activity_take(struct activity *act, struct wire *w);
void activity_take_sums(struct activity *act, struct wire *w);

/* Adds what one sandbox saw to the sum over a whole run. */
void activity_add(struct activity *sum, const struct activity *one);

#endif
