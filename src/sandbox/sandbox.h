/* Running one program in a sandbox, as hwb sees it: start, events, an end that is classified, an /out to read.
 * The launcher (hwb-sandbox) does the rest; see sandbox/spec.h for what can be asked. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/buf.h"
#include "base/run.h"
#include "sandbox/activity.h"
#include "sandbox/spec.h"

struct sandbox;

enum sandbox_reason {
	REASON_EXIT, /* the payload ended by itself: exit_code */
	REASON_SIGNAL, /* killed by a signal of its own making: signal */
	REASON_WALL,
	REASON_CPU,
	REASON_SILENCE,
	REASON_MEMORY,
	REASON_DISK,
	REASON_INODES, /* only where no quota of the file system says so to the program itself */
	REASON_LOG, /* a limit */
	REASON_STOPPED, /* we told it to end, because the answer is in or the run was cancelled */
	N_REASONS
};

struct sandbox_result {
	enum sandbox_reason reason;
	int exit_code, signal;
	uint64_t user_us, system_us, peak_memory, wall_ms, log_size;
	uint64_t controls;
};

enum sandbox_event {
	EVENT_READY, /* the payload is running */
	EVENT_LOG, /* bytes of output: sandbox_log */
	EVENT_CHANNEL, /* the channel can be read, or is closed over there */
	EVENT_ENDED, /* everything inside is dead: sandbox_result */
};

/* Starts the launcher, which makes the namespaces and waits: worth it while there is something else to do. It dies with us.
 * ERR_ISOLATION, ERR_IO, ERR_CANCELLED. */
MUST_USE enum status sandbox_prepare(const struct run_context *run, struct sandbox **ret, struct diag *d);
/* The same for a spec that is with_terminal. What is typed at input_fd (borrowed) goes in, EVENT_LOG brings what comes out. */
MUST_USE enum status sandbox_prepare_terminal(const struct run_context *run, int input_fd, struct sandbox **ret, struct diag *d);
/* Says what is wanted; the clocks of the limits start now. snapshot_fd: -1 for none. What goes wrong inside is said by
 * sandbox_wait. ERR_IO, ERR_CANCELLED. */
MUST_USE enum status sandbox_start(struct sandbox *s, const struct sandbox_spec *spec, int snapshot_fd, struct diag *d);
/* What a path of the inside (/build, /tmp, /out or below) is called by the payload: the path itself, but where there are no namespaces.
 * Lives as long as a. */
const char *sandbox_inside(const struct sandbox *s, const char *path, struct arena *a);
/* Our end of the payload's descriptor 3 (SOCK_SEQPACKET) when the spec asks for it, owned by the sandbox. */
int sandbox_channel(const struct sandbox *s);
/* After EVENT_READY: the listening socket made inside (spec.with_listener), else -1. Owned by the sandbox. */
int sandbox_listener(const struct sandbox *s);

/* Waits for the next event; enforces the wall, silence and log limits of the spec on the way.
 * watch_channel: whether EVENT_CHANNEL is wanted. ERR_ISOLATION when it could not be set up: the step, the reason, the
 * remedy. ERR_CANCELLED. */
MUST_USE enum status sandbox_wait(struct sandbox *s, bool watch_channel, enum sandbox_event *ret, struct diag *d);
/* The bytes of the last EVENT_LOG, borrowed until the next wait. Hostile. */
struct bytes sandbox_log(const struct sandbox *s);

/* Kills everything inside and drains the log; more EVENT_LOG and then EVENT_ENDED follow. */
void sandbox_stop(struct sandbox *s);
/* After EVENT_ENDED. */
const struct sandbox_result *sandbox_result(const struct sandbox *s);
/* After EVENT_ENDED, when the spec had with_watch: what happened inside. Owned by the sandbox. */
const struct activity *sandbox_activity(const struct sandbox *s);
/* After EVENT_ENDED: the directory /out as the payload left it, O_RDONLY; -1 before. Owned by the sandbox. */
int sandbox_out(const struct sandbox *s);
/* The same of /build, when the spec had with_tree. */
int sandbox_tree(const struct sandbox *s);
/* Kills if it runs, reaps, frees; ok on NULL. */
void sandbox_free(struct sandbox *s);

/* "exit", "wall", ... for records, and one sentence for people with the limit's key when it was a limit. */
const char *sandbox_reason_name(enum sandbox_reason r);
enum status sandbox_explain(const struct sandbox_result *r, const struct limits *l, struct diag *d);

/* Why a step of the set-up failed and what helps in these surroundings (bits of sandbox/surroundings.h); fills *d with
 * ERR_ISOLATION. */
enum status sandbox_setup_failed(const char *step, int error, const char *detail, unsigned facts, struct diag *d);
/* The launcher itself could not be started, status s: glibc starts no program under a filter that refuses clone3 with EPERM, as old
 * versions of docker did. Returns s, or ERR_ISOLATION with the remedy. */
enum status sandbox_not_started(enum status s, unsigned facts, struct diag *d);
/* What helps against what podman or docker said; NULL: nothing that is known here. Static. */
const char *sandbox_engine_help(const char *words);

#endif
