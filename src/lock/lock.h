/* The lock stage: requirements and an index policy go in, one pin for every distribution comes out, each with its sha256.
 * A deterministic backtracking resolver with backjumping for one fixed target; wheels only. reference/dependencies.md 2. */
#ifndef LOCK_LOCK_H
#define LOCK_LOCK_H

#include "base/arena.h"
#include "base/run.h"
#include "index/index.h"
#include "python/interpreter.h"
#include "python/requirement.h"

struct lock_pin {
	struct bytes name; /* normalised */
	struct bytes version; /* canonical */
	struct index_file file; /* the chosen wheel */
	const char *hash_source; /* "index", "local", "constraint", "lock", "url": the requirement's own */
	const struct bytes *extras; /* of it, resolved with it: normalised, sorted, no doubles */
	size_t n_extras;
};

/* A line of a constraints file (-b): a specifier, and hashes that the chosen file must be among when there are any. */
struct lock_constraint {
	struct bytes name;
	struct specifier specifier;
	const struct marker *marker;
	const struct sha256 *digests;
	size_t n_digests;
	struct bytes origin; /* "constraints.txt line 3", for messages */
};

/* A version that is tried first where it fits: that of an older lock. */
struct lock_hint {
	struct bytes name, version; /* normalised; PEP 440 */
};

/* Makes a wheel of an sdist that the index has: in a sandbox of its own, kept in the cache by index_store. *wheel comes as a copy of the
 * sdist's row; filename, wheel, digest and size are to be set. */
struct lock_builder {
	void *context;
	enum status (*build)(void *context, const struct index_file *sdist, struct index_file *wheel, struct diag *d);
};

struct lock_request {
	const struct bytes *requires; /* PEP 508 text, as the project wrote it */
	size_t n_requires;
	struct bytes origin; /* who wants them, for messages: "[build-system] requires of markupsafe" */
	const struct lock_constraint *constraints;
	size_t n_constraints;
	const struct lock_pin *preferred; /* pins of an earlier phase: kept if they fit, never downgraded */
	size_t n_preferred;
	const struct lock_hint *hints;
	size_t n_hints;
	const struct lock_builder *builder; /* sdists are taken too; NULL: wheels only */
	const struct interpreter *python;
	bool allow_prereleases; /* else only when nothing else matches a requirement */
	bool distrusts_cache; /* what was built before, and by whom, is not to be believed: only files have digests to be held to */
	bool offline; /* the resolution cache then counts whatever its age */
	int64_t exclude_newer; /* unix time, as in index_options; INT64_MAX or 0: none. Local files are exempt */
	/* The cool-down: seconds that a file has been there, 0: none. A file without an upload time is then not eligible. Local files and
	 * those of these projects (normalised names) are exempt. */
	int64_t min_age;
	const struct bytes *min_age_exempt;
	size_t n_min_age_exempt;
	/* Beginnings of URLs, ending in '/', from which the project (not what it depends on) may name a wheel by its sha256. */
	const struct bytes *allow_urls;
	size_t n_allow_urls;
};

struct lock_result {
	struct lock_pin *pins; /* sorted by name */
	size_t n_pins;
	bool from_cache; /* nothing was resolved: the same question was answered within the pages' lifetime */
	uint32_t n_metadata_reads, n_backtracks;
};

/* *ret lives as long as the arena and the index. ERR_RESOLVE tells the chain of who wants what; ERR_HASH when a chosen file
 * has no digest or not the constrained one; ERR_LIMIT for packages, metadata-reads, resolve; ERR_NETWORK; ERR_CANCELLED.
 * A requirement with a URL that is not allowed, or is not the project's own, is ERR_RESOLVE (D03) naming it and why. */
MUST_USE enum status lock_run(const struct run_context *run, const struct lock_request *request, struct index *index,
			      struct arena *a, struct lock_result *ret, struct diag *d);

struct pylock; /* lock/pylock.h */
/* The same with nothing but the files of a lock on offer, whichever of its packages are needed; where they are is the index's word, what
 * they are the lock's. name: of the file, for messages. Pins have the hash_source "lock". ERR_RESOLVE: the lock is not for this
 * interpreter, or lacks what is wanted; ERR_HASH: the index has a file under another digest than the lock, both are named. */
MUST_USE enum status lock_run_locked(const struct run_context *run, const struct lock_request *request, const struct pylock *lock,
				     const char *name, struct index *index, struct arena *a, struct lock_result *ret, struct diag *d);

/* Whether all these requirements are met by the pins (markers evaluated, extras must be covered by the pins' own closure:
 * any extra that was not resolved before means false). For get_requires_*. */
bool lock_satisfies(const struct lock_pin *pins, size_t n_pins, const struct bytes *requires, size_t n,
		    const struct interpreter *python);

/* A constraints file as pip reads it: names with specifiers, --hash=sha256:..., comments, continuation lines. Other lines
 * (URLs, options, -r) are ERR_USAGE with file name and line. */
MUST_USE enum status lock_constraints_parse(struct bytes text, const char *file_name, struct arena *a, struct lock_constraint **ret,
					    size_t *ret_n, struct diag *d);

#endif
