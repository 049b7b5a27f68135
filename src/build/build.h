/* The build stage: a snapshot and an environment go in, the bytes of an sdist or a wheel come out (PEP 517).
 * One sandbox, one interpreter, a fork per hook but the last. The backend's answers are hostile data. */
#ifndef BUILD_BUILD_H
#define BUILD_BUILD_H

#include "base/arena.h"
#include "base/run.h"
#include "sandbox/collect.h"
#include "sandbox/sandbox.h"

enum build_kind { BUILD_WHEEL, BUILD_SDIST };

struct build_request {
	enum build_kind kind;
	struct sandbox *sandbox; /* one that was prepared and becomes ours, or NULL */
	int snapshot_fd; /* format/snapshot.h, sealed */
	const char *subdirectory; /* of the snapshot, "" for its root */
	const char *backend; /* "module:object", validated */
	const char *const *backend_paths; /* relative to the project, validated */
	size_t n_backend_paths;
	const char *const *settings; /* key, value, key, value ... */
	size_t n_settings; /* pairs */
	const char *const *preload; /* modules the backend imports lazily */
	size_t n_preload;
	int artefact_fd; /* an empty memory file (host/sealed.h), filled and sealed; the caller's */
	bool ask_requires; /* whether to call get_requires_for_build_* first */
	/* Says whether the environment already holds these requirements, maybe none; if not, the run ends. NULL: any do. */
	bool (*has_requires)(void *context, const struct bytes *requires, size_t n);
	void *context;

	const char *environment; /* the host's path of the merged tree, seen inside as /env */
	const char *frozen; /* of the directory with its frozen modules, seen as ENV_FROZEN; NULL: none */
	const struct sandbox_mount *mounts; /* what else is seen: the interpreter's prefix, --allow-read */
	size_t n_mounts;
	const char *const *env; /* extra "K=V" */
	size_t n_env;
	int64_t epoch;
	uint32_t outside_id;

	/* Gets every byte of output, hostile, as it comes; a failure ends the build. */
	enum status (*log)(void *context, struct bytes output, struct diag *d);
	void *log_context;
	/* Is given /build of a build that failed, for whoever wants to see it (--keep); NULL: nobody. */
	void (*keep)(void *context, int tree_fd);
	bool with_listener; /* a socket on the loopback of the inside for a proxy, handed to `ready` */
	/* Is told once the sandbox stands, before the backend runs; may refuse. listener_fd: borrowed, -1 without a listener.
	 * NULL is fine. */
	enum status (*ready)(void *context, const struct sandbox_result *so_far, int listener_fd, struct diag *d);
};

enum build_outcome {
	BUILD_DONE, /* the artefact is in artefact_fd */
	BUILD_NEEDS, /* get_requires_* named what the environment does not hold: requires */
	BUILD_UNSUPPORTED, /* build_sdist raised UnsupportedOperation: build the wheel directly */
};

struct build_result {
	enum build_outcome outcome;
	struct bytes *requires; /* what get_requires_* said, when it was asked */
	size_t n_requires;
	struct bytes name; /* of the artefact, as answered; a base name */
	struct collected collected;
	struct sandbox_result sandbox;
	struct activity activity; /* what was seen of it; in a */
};

/* ERR_BACKEND with the hook's own words, ERR_ARTEFACT when what it made is not a file, ERR_LIMIT naming the limit,
 * ERR_ISOLATION, ERR_CANCELLED. Strings of *ret live as long as a. ret->sandbox and ret->activity are filled even on failure. */
MUST_USE enum status build_run(const struct run_context *run, const struct build_request *request, struct arena *a,
			       struct build_result *ret, struct diag *d);

#endif
