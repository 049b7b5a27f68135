/* What hwb asks of hwb-sandbox: one wire record in a sealed memfd, written by hwb, read by the launcher and pid 1.
 * Nothing in it comes from the project that is built. */
#ifndef SANDBOX_SPEC_H
#define SANDBOX_SPEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/run.h"
#include "base/status.h"

/* Descriptors of the launcher, fixed. Those that are not wanted, or not there yet, are /dev/null. */
enum {
	SANDBOX_FD_LOG = 1, /* and 2: the write end of the log */
	SANDBOX_FD_SPEC = 3,
	SANDBOX_FD_CONTROL = 4, /* SOCK_SEQPACKET to hwb */
	SANDBOX_FD_CHANNEL = 5, /* becomes descriptor 3 of the payload */
	SANDBOX_FD_SNAPSHOT = 6, /* format/snapshot.h, expanded below snapshot_path */
	SANDBOX_N_FDS
};
/* The launcher, started with the name of the isolation mode, waits for one packet of one byte on the control socket; with it come
 * the descriptors that SANDBOX_FD_SPEC and SANDBOX_FD_SNAPSHOT then are, the second only if there is a source. Whatever comes
 * afterwards, and the end of the socket, means: stop. */
enum { SANDBOX_GIVEN_SPEC, SANDBOX_GIVEN_SNAPSHOT, SANDBOX_N_GIVEN };

/* A file or directory of the host, visible read-only, nosuid, nodev. */
struct sandbox_mount {
	const char *source; /* absolute, without symbolic links */
	const char *target; /* absolute path inside */
};

/* Something made in the private root: a directory (content NULL, link false), a file, or a symbolic link. */
struct sandbox_item {
	const char *path;
	const char *content; /* of the file, or the target of the link */
	bool is_link;
};

struct container;

struct sandbox_spec {
	enum isolation_mode mode; /* sandbox_start sets it, and the next two, from the run */
	const struct container *container; /* of MODE_CONTAINER, else NULL */
	const char *run_path; /* of MODE_LANDLOCK: the run directory, which the launcher makes and removes; else "" */
	const char *const *argv;
	size_t n_argv;
	const char *const *env; /* "K=V" */
	size_t n_env;
	const struct sandbox_mount *mounts;
	size_t n_mounts, n_system_mounts; /* the first so many are the host's own system: a container brings another */
	const struct sandbox_item *items;
	size_t n_items;
	const char *snapshot_path; /* "" when there is no snapshot */
	const char *cwd;
	int64_t epoch; /* the time every file of the snapshot gets */
	uint32_t outside_id; /* uid and gid the payload has on the host when hwb runs as root; never 0 */
	bool with_channel;
	bool with_listener; /* listen on 127.0.0.1:3128 inside and hand the socket out */
	bool with_tree; /* hand out /build, for sandbox_tree; not from a container */
	bool with_terminal; /* input and output are a terminal of its own: sandbox_prepare_terminal. Not in a container */
	bool with_watch; /* write down what happens inside: sandbox/activity.h */
	struct limits limits;
};

void sandbox_spec_write(const struct sandbox_spec *spec, struct buf *out);
/* Everything in *ret lives as long as a. ERR_FORMAT. */
MUST_USE enum status sandbox_spec_read(struct bytes record, struct arena *a, struct sandbox_spec *ret, struct diag *d);

/* The controls that hold; one bit each, with its name for the audit log and the provenance. */
enum sandbox_control {
	CONTROL_USER_NS,
	CONTROL_MOUNT_NS,
	CONTROL_PID_NS,
	CONTROL_NET_NS,
	CONTROL_IPC_NS,
	CONTROL_UTS_NS,
	CONTROL_CGROUP_NS,
	CONTROL_PRIVATE_ROOT,
	CONTROL_READ_ONLY_HOST,
	CONTROL_MASKED_PROC,
	CONTROL_MINIMAL_DEV,
	CONTROL_COPY_IN_OUT,
	CONTROL_NO_CAPABILITIES,
	CONTROL_NO_NEW_PRIVS,
	CONTROL_SECCOMP,
	CONTROL_LANDLOCK,
	CONTROL_LANDLOCK_SCOPE,
	CONTROL_CLOSED_FDS,
	CONTROL_EMPTY_ENV,
	CONTROL_NEW_SESSION,
	CONTROL_PROCESS_LIMIT,
	CONTROL_PID_MAX,
	CONTROL_KEYRING,
	N_CONTROLS
};
/* "user-ns", "seccomp" ... Never NULL for i < N_CONTROLS. */
const char *sandbox_control_name(unsigned i);

/* The port of with_listener on the loopback of the inside. */
enum { SANDBOX_PROXY_PORT = 3128 };

/* What the launcher says over the control socket. Each is one packet: u32 kind, then as below. */
enum sandbox_message {
	SANDBOX_FAILED = 1, /* string step, u32 errno, string detail */
	SANDBOX_READY, /* u64 controls; with descriptors: /out, then the listener and /build if asked for */
	SANDBOX_EXITED, /* u32 wait status, u64 user us, u64 system us, u64 peak rss of the largest process */
	SANDBOX_GONE, /* u32 why (enum sandbox_end), u64 peak memory seen, u64 user us, u64 system us, then the sums: every process inside is dead */
	SANDBOX_SEEN, /* u32 enum activity_seen, then as activity_take reads it */
};
enum sandbox_end { END_NORMAL, END_MEMORY, END_TOLD, END_DISK, END_INODES };

#endif
