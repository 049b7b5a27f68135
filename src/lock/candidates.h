/* Which files of a project can be used here, in what order, and why the others cannot. reference/dependencies.md 2.3.
 * Private to lock/. */
#ifndef LOCK_CANDIDATES_H
#define LOCK_CANDIDATES_H

#include "lock/source.h"
#include "python/tag.h"

/* What stops a file: the first that applies, in this order. The last two alone are ERR_HASH. */
enum obstacle {
	OBSTACLE_NONE,
	OBSTACLE_SDIST,
	OBSTACLE_CONSTRAINT, /* its version is not in a constraint's specifier */
	OBSTACLE_YANKED, /* PEP 592 */
	OBSTACLE_NEW, /* uploaded after the cutoff */
	OBSTACLE_YOUNG, /* within the cool-down */
	OBSTACLE_NO_TIME, /* there is a cutoff or a cool-down, and nobody says when it was uploaded */
	OBSTACLE_PYTHON_UNREADABLE, /* Requires-Python cannot be parsed */
	OBSTACLE_PYTHON,
	OBSTACLE_TAGS,
	OBSTACLE_OLDER, /* than what an earlier phase chose */
	OBSTACLE_NO_HASH,
	OBSTACLE_CONSTRAINT_HASH,
	N_OBSTACLES
};

struct demand_list; /* demands.h */

/* One version of a project: its best file. */
struct candidate {
	const struct index_file *file;
	const char *hash_source;
	bool preferred; /* the choice of an earlier phase */
	bool prerelease;
	bool is_expected; /* its metadata was asked for ahead */
	bool is_read; /* its metadata was asked for; what follows is known */
	const char *refused; /* what its metadata says against it, or NULL */
	const struct metadata *metadata;
	struct demand_list *lists; /* what it wants for itself and for each extra asked so far */
	size_t n_lists;
};

/* A project of the index as one resolution sees it. Lives in the arena of the resolution. */
struct package {
	struct bytes name; /* normalised */
	size_t order; /* when it was first heard of */
	const struct index_file *direct; /* the only file that counts, of a requirement's URL; NULL: the index is asked */
	struct bytes direct_text; /* that requirement */
	bool is_loaded; /* what follows is known */
	const char *absent; /* why there are no files at all, or NULL */
	const char *absent_help; /* what helps, or NULL */
	struct bytes index; /* that has them; {NULL, 0}: unknown */
	const struct index_file *files;
	size_t n_files;
	enum obstacle *obstacles; /* one for each file */
	const struct lock_constraint **constraints; /* those that apply here */
	size_t n_constraints;
	const struct lock_pin *preferred; /* or NULL */
	bool prereleases; /* its pre-releases count as much as other versions */
	struct candidate *candidates; /* the best first */
	size_t n_candidates;

	/* The state of the search; resolver.c's. */
	size_t level; /* where it was chosen; 0: not yet */
	struct candidate *chosen;
	size_t *wants; /* who wants it, oldest first */
	size_t n_wants, room_wants;
	uint32_t dead_ends, put_off;
};

/* What is the same for all projects of one resolution. */
struct rules {
	const struct lock_request *request;
	const struct tag_set *tags;
	struct version python; /* major, minor and patch alone: what Requires-Python is about */
	int64_t exclude_newer;
	int64_t now; /* unix time, for the cool-down */
};

MUST_USE enum status rules_init(const struct lock_request *request, struct arena *a, struct rules *ret, struct diag *d);

/* Asks the source for p->name, unless it has a direct file, and fills p from "is_loaded" on. A project that is not there is OK, with p->absent.
 * ERR_NETWORK and so on from the source. */
MUST_USE enum status candidates_load(const struct rules *rules, const struct lock_source *source, struct package *p,
				     struct arena *a, struct diag *d);

/* Whether the cool-down keeps a file of that project out at that time; also one of which nobody says when it was uploaded. */
bool file_is_young(const struct lock_request *request, int64_t now, struct bytes name, const struct index_file *f);
/* Whether a Requires-Python text is met. ERR_FORMAT when it cannot be parsed. */
MUST_USE enum status rules_python(const struct rules *rules, struct bytes text, bool *ret_met);
/* Whether a version is in the set, pre-release or not. */
bool file_is_in(const struct index_file *f, const struct specifier *set);

#endif
