/* The env stage: pins become one merged, read-only tree, keyed by its content and reused by every build that needs the same.
 * It has the shape of a virtual environment at /env, with unchecked-hash .pyc compiled in the sandbox, one wheel at a time. */
#ifndef ENV_ENV_H
#define ENV_ENV_H

#include "base/arena.h"
#include "base/run.h"
#include "index/index.h"
#include "lock/lock.h"
#include "python/interpreter.h"
#include "sandbox/spec.h"

/* An interpreter that was found and probed, and what of the host a sandbox must see for it. */
struct env_python {
	struct interpreter interpreter;
	char id[SHA256_TEXT_SIZE]; /* of the probe's answer and the executable's identity */
	struct sandbox_mount *mounts; /* its prefixes, when they are not below /usr */
	size_t n_mounts;
};

/* Finds the interpreter a user means: "" (the newest usable python3 on PATH), "3.12" (python3.12 on PATH, the well-known places
 * /usr/bin, /usr/local/bin, /opt/python/..., ~/.pyenv/versions/3.12.x/bin, uv's and the like), a path, or a name on PATH.
 * It runs the probe in the sandbox (`-I -S`) and caches the answer in CACHE/interp/ by the executable's real path, size, mtime
 * and inode. path_variable and home: from the caller, because only cli/ reads the environment.
 * ERR_USAGE: nothing found (says where it looked), or not CPython >= 3.8. */
MUST_USE enum status env_python_find(const struct run_context *run, const char *wanted, const char *path_variable, const char *home,
				     int cache_dir, uint32_t outside_id, struct arena *a, struct env_python *ret, struct diag *d);

/* Where the hook looks for frozen modules: an empty directory of the tree. */
#define ENV_FROZEN "/env/hook/frozen"

struct env_request {
	const struct env_python *python;
	const struct lock_pin *pins;
	size_t n_pins;
	int cache_dir; /* of index_cache_dir */
	const char *cache_path;
	uint32_t outside_id;
	bool freeze; /* may write the file of frozen modules (env/frozen.h) of a tree that is used again */
	bool rehash; /* check every file by content, not by size, mtime and inode (foreign cache, CI) */
};

struct env_result {
	char digest[SHA256_TEXT_SIZE]; /* of the sorted wheel digests, the interpreter's id and the format's version */
	const char *path; /* absolute, on the host: to be mounted at /env */
	const char *frozen_path; /* the same, to be mounted at ENV_FROZEN; NULL: none yet */
	bool reused;
	int lock_fd, frozen_lock_fd; /* shared locks that keep both where they are; env_release closes them after the build */
	size_t n_installed; /* wheels unpacked by this call, for the audit log; 0 when reused */
};

/* Makes or finds the tree. Wheels are taken from the index (verified), unpacked and RECORD-checked by hwb-parse, compiled in
 * the sandbox; two wheels that write one path are ERR_ARTEFACT naming both. Built in tmp/, renamed in; safe under
 * concurrent runs (flock per entry). ERR_HASH, ERR_NETWORK, ERR_IO, ERR_ISOLATION, ERR_CANCELLED. */
MUST_USE enum status env_run(const struct run_context *run, const struct env_request *request, struct index *index, struct arena *a,
			     struct env_result *ret, struct diag *d);
void env_release(struct env_result *e);

#endif
