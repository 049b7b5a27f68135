/* The crates that a Rust source has locked: fetched by cargo in the sandbox, kept as CACHE/cargo/KEY, seen by builds read-only.
 * KEY is of the content of the source's Cargo.lock files, so a build finds exactly what was fetched for them. */
#ifndef ENV_CARGO_H
#define ENV_CARGO_H

#include "env/env.h"
#include "net/egress.h"

enum { CARGO_LOCKS_MAX = 16, CARGO_MOUNTS = 2 };

struct cargo_lock {
	const char *folder; /* of the Cargo.lock, "" for the root */
	struct sha256 digest;
};

/* What a snapshot says about Rust; strings live as long as the arena of cargo_look. */
struct cargo_source {
	struct cargo_lock locks[CARGO_LOCKS_MAX]; /* none below the folder of another; more than these are passed over */
	size_t n_locks;
	bool has_manifest; /* there is a Cargo.toml */
	const char *pin; /* a rust-toolchain file, or NULL: hwb downloads no toolchain, so somebody should be told */
	char key[SHA256_TEXT_SIZE];
};

/* Reads through the snapshot. ERR_IO; ERR_UNCHECKED: it is none. */
MUST_USE enum status cargo_look(int snapshot_fd, struct arena *a, struct cargo_source *ret, struct diag *d);

struct cargo_request {
	const struct cargo_source *source;
	int snapshot_fd;
	const struct env_python *python; /* asks the registry where its files are */
	const struct sandbox_mount *mounts; /* what a build sees, too: the interpreter, the operator's toolchain */
	size_t n_mounts;
	const char *const *env; /* "K=V", with those of the way out */
	size_t n_env;
	struct proxy_options options; /* without hosts: those of cargo's default registry */
	int cache_dir;
	const char *cache_path;
	uint32_t outside_id;
	bool rehash; /* as env_request */
};

struct cargo_result {
	const char *path; /* absolute, on the host; NULL: not in the cache */
	int lock_fd; /* keeps the tree where it is; the caller closes. -1 without a path */
	bool reused;
};

/* Looks in the cache only. ERR_IO. */
MUST_USE enum status cargo_find(const struct cargo_request *request, struct arena *a, struct cargo_result *ret, struct diag *d);

/* The same, and fetches what is not there; no code of the source runs. report (one after the other, at most CARGO_RUNS) is told
 * what was reached. ERR_NETWORK with cargo's own words, ERR_USAGE: no cargo, or it names no registry. */
enum { CARGO_RUNS = 2 };
MUST_USE enum status cargo_fetch(const struct run_context *run, const struct cargo_request *request, struct arena *a,
				 struct cargo_result *ret, struct proxy_report reports[CARGO_RUNS], struct diag *d);

/* How a build sees the tree: the mounts, and the variables ("K=V") in *ret_env, which are static. */
void cargo_mounts(const struct cargo_result *r, struct arena *a, struct sandbox_mount ret[CARGO_MOUNTS]);
const char *const *cargo_env(size_t *ret_n);

#endif
