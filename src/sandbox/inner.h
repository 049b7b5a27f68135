/* The inside of the launcher: pid 1 of the sandbox (init) and the steps it takes, and the last steps of the payload.
 * Private to hwb-sandbox. Every step returns 0, or -1 with errno set; the name of the failing one reaches the user. */
#ifndef SANDBOX_INNER_H
#define SANDBOX_INNER_H

#include "base/bytes.h"
#include "sandbox/spec.h"

enum { DEVICES_MAX = 8, INSIDE_ID = 1000 };

struct inner {
	const struct sandbox_spec *spec;
	struct arena *arena;
	uint64_t controls;
	const char *detail; /* what exactly failed: a path, a name; may stay NULL */
	int root_fd; /* the private root */
	int *tree_fds; /* one detached tree a mount of the spec */
	int device_fds[DEVICES_MAX];
	int out_fd, listen_fd;
};

struct step {
	const char *name;
	int (*run)(struct inner *in);
};

/* Runs the steps in order; returns the name of the one that failed, or NULL. */
const char *steps_run(const struct step *steps, size_t n, struct inner *in);

void control_set(struct inner *in, enum sandbox_control control);

/* What pid 1 does until the payload can start (mounts.c), and what the payload does to itself (payload.c). */
const struct step *inner_steps(size_t *ret_n);
const struct step *payload_steps(size_t *ret_n);

/* Writes the snapshot on SANDBOX_FD_SNAPSHOT below path; every file gets the spec's epoch. */
int snapshot_expand(struct inner *in, const char *path);

int landlock_apply(struct inner *in);
int seccomp_apply(struct inner *in);
int capabilities_drop(struct inner *in);

/* pid 1: takes the steps, runs the payload, reports; never returns. go_fd: one byte says that the id maps are written. */
void init_main(struct inner *in, int go_fd) __attribute__((noreturn));

/* One packet over the control socket; fds may be NULL. */
int control_send(struct bytes packet, const int *fds, size_t n_fds);

#endif
