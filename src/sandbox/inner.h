/* The inside of the launcher: pid 1 of the sandbox (init) and the steps it takes, and the last steps of the payload.
 * Private to hwb-sandbox. Every step returns 0, or -1 with errno set; the name of the failing one reaches the user. */
#ifndef SANDBOX_INNER_H
#define SANDBOX_INNER_H

#include "base/bytes.h"
#include "sandbox/packet.h"
#include "sandbox/spec.h"

enum { DEVICES_MAX = 8, INSIDE_ID = 1000 };

/* How far the payload came before it became the stranger's program. */
struct verdict {
	bool took_steps;
	int error; /* of the step that failed */
	const char *step;
};

/* What Landlock lets the payload do at a path (landlock_linux.c). */
enum place_access {
	PLACE_READ, /* and execute */
	PLACE_LOOK, /* and not execute */
	PLACE_WRITE, /* and read, execute, make, remove */
	PLACE_READ_FILE,
	PLACE_WRITE_FILE, /* and read; what it is stays as it is */
};
struct place_rule {
	const char *path; /* of the root that the payload will have */
	enum place_access access;
};

struct bare;

struct inner {
	const struct sandbox_spec *spec;
	struct arena *arena;
	uint64_t controls;
	const char *detail; /* what exactly failed: a path, a name; may stay NULL */
	int root_fd; /* the private root */
	int *tree_fds; /* one detached tree a mount of the spec */
	int device_fds[DEVICES_MAX];
	int out_fd, listen_fd, build_fd; /* what hwb gets */
	int notify_fd; /* of the watching filter, in the payload until it has handed it out */
	int names_fd; /* the name server's socket */
	struct bare *bare; /* of MODE_LANDLOCK (sandbox/bare.h), else NULL */
	struct place_rule *rules; /* what of the host it may see then */
	size_t n_rules;
	struct verdict verdict;
};

struct step {
	const char *name;
	int (*run)(struct inner *in);
};

/* Runs the steps in order; returns the name of the one that failed, or NULL. */
const char *steps_run(const struct step *steps, size_t n, struct inner *in);

void control_set(struct inner *in, enum sandbox_control control);

/* What pid 1 does until the payload can start (mounts.c; container_steps: in a container, where the engine has done most of
 * it; bare_steps: without namespaces), and what the payload does to itself in that mode (payload_linux.c). */
const struct step *inner_steps(size_t *ret_n);
const struct step *container_steps(size_t *ret_n);
const struct step *payload_steps(enum isolation_mode mode, size_t *ret_n);

/* Writes the snapshot on SANDBOX_FD_SNAPSHOT below path; every file gets the spec's epoch. */
int snapshot_expand(struct inner *in, const char *path);

/* The last of those steps: the source below snapshot_path, HOME, and a descriptor of /out. */
int inner_copy_in(struct inner *in);

int landlock_apply(struct inner *in);
int seccomp_apply(struct inner *in);

/* Reads the specification on SANDBOX_FD_SPEC. ERR_IO, ERR_FORMAT. */
enum status spec_load(struct arena *a, struct sandbox_spec *ret, struct diag *d);

/* pid 1: takes the steps, runs the payload, reports; never returns. leash_fd: SOCK_SEQPACKET to the launcher; a packet of one byte
 * from there says that the id maps are written, and hands over what hwb gave (SANDBOX_GIVEN_...) unless in->spec is there already;
 * packets back hand over what there is to watch. */
void init_main(struct inner *in, int leash_fd) __attribute__((noreturn));

/* The packet SANDBOX_FAILED; initialises *ret. */
void packet_failed(struct buf *ret, const char *step, int error, const char *detail);
/* As packet_send, to hwb. */
int control_send(struct bytes packet, const int *fds, size_t n_fds);

/* What the inside hands to the launcher's guard, a packet with descriptors each: what tells of its sockets; where it is watched
 * (sandbox/watch.h) the name server's socket and the writable places; then, from the payload, the filter's listener. */
enum leash_kind { LEASH_SOCKETS, LEASH_PLACES, LEASH_NOTIFY };
struct leash_packet {
	enum leash_kind kind;
	bool has_names; /* of LEASH_PLACES */
	unsigned n_places;
};

#endif
