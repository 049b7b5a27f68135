/* The search for one candidate of every wanted project: backtracking with backjumping, in the shape of resolvelib.
 * Deterministic; sound and complete within its limits. Private to lock/.
 *
 * Each level chooses a candidate for one package. What the chosen ones want is a stack, cut back when a level is undone.
 * A package whose candidates are all excluded by wants is a clash; the levels that those wants come from are its causes.
 * A level out of candidates jumps back to the latest level among its causes, for changing anything later cannot help. */
#ifndef LOCK_RESOLVER_H
#define LOCK_RESOLVER_H

#include "lock/demands.h"

#define NO_WANT SIZE_MAX

/* A demand in force, and where it comes from. */
struct want {
	struct demand *demand;
	struct package *parent; /* NULL: the project that is built */
	const struct candidate *candidate; /* of the parent */
	struct bytes extra; /* of the parent; {NULL, 0}: none */
	size_t level; /* of the parent's choice; 0: the project that is built */
	size_t via; /* the want that asked for the extra, or NO_WANT */
};

struct asked_extra {
	struct package *package;
	struct bytes name;
	size_t via;
};

struct level {
	struct package *package;
	size_t next; /* the candidate to try next */
	uint64_t *causes; /* bits of earlier levels that excluded something here */
	size_t n_wants, n_extras; /* of the stacks, before this level */
	struct diag *first; /* how the first candidate failed: the words for people */
	bool has_first;
};

struct resolver {
	const struct run_context *run;
	const struct lock_request *request;
	const struct lock_source *source;
	struct arena *arena;
	struct rules rules;
	uint64_t deadline_ms;

	struct package **packages; /* sorted by name */
	size_t n_packages;
	struct demand_list root;

	struct want *wants; /* the stack; those from `settled` on are not looked at yet */
	size_t n_wants, room_wants, settled;
	struct asked_extra *extras;
	size_t n_extras, room_extras;
	size_t n_wanted; /* packages with a want */

	struct level *levels; /* [0] is not used */
	size_t n_levels, max_levels; /* the top is levels[n_levels] */

	uint32_t n_metadata_reads, n_backtracks;
};

/* r: zeroed but for run, request, source, arena, which outlive it. On OK the answer is in r's packages: those with a level.
 * ERR_RESOLVE, ERR_HASH, ERR_LIMIT, ERR_CANCELLED, and what the source fails with. */
MUST_USE enum status resolver_run(struct resolver *r, struct diag *d);
/* The names of the extras of p that are in force, in the order they were asked for (may repeat). For ret NULL: only the count. */
size_t resolver_extras(const struct resolver *r, const struct package *p, struct bytes *ret);

#endif
