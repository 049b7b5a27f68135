/* MODE_LANDLOCK in the launcher: no namespaces, so the run directory, the trees of the host, the end of every process are our own
 * work. Private to hwb-sandbox.
 *
 * The run directory TOP holds build/, tmp/ and out/, which the payload may write, and what it may read of what its user cannot
 * reach otherwise: trees/, copies of environments, and bin/, their programs with the right first line. As root the payload has
 * an id of its own; TOP is root's, so that it cannot be opened to others. */
#ifndef SANDBOX_BARE_H
#define SANDBOX_BARE_H

#include "sandbox/bare_paths.h"
#include "sandbox/inner.h"

enum { BARE_BUILD, BARE_TMP, BARE_OUT, BARE_PLACES };

struct bare {
	const char *path, *base; /* TOP, and its last part, below parent_fd */
	int parent_fd, top_fd;
	int place_fds[BARE_PLACES];
	pid_t launcher;
	bool is_root;
	uint32_t id; /* of the payload when is_root */
	struct bare_paths paths;
};

/* One run from start to end, as container_run: the exit status of the launcher. */
int bare_run(const struct sandbox_spec *spec, struct arena *a);

/* Makes TOP with its writable places. NULL, or the step that failed, with errno. What was made is removed by bare_place_remove. */
const char *bare_place_make(const struct sandbox_spec *spec, struct arena *a, struct bare *ret);
void bare_place_remove(struct bare *b);

/* Which of the mounts the payload can have, and where: fills b->paths and in->rules. */
int bare_show_trees(struct inner *in);
/* Files are looked at, and made, as the payload's user until the same is called with false; setfsuid(2) has no other failure than
 * being ignored, which the first refused access shows. */
void bare_act(const struct bare *b, bool as_payload);
/* The steps of the payload's parent until the payload can start. */
const struct step *bare_steps(size_t *ret_n);

/* Waits for the payload as the parent does that outlives the launcher: when that one is gone, it ends everybody, removes TOP and
 * does not return. */
int bare_wait_for(struct bare *b, pid_t payload);
/* In the payload's parent, before anything else, and again when it has changed its credentials: to be told of the launcher's end. */
void bare_stay(struct bare *b);

#endif
