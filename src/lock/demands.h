/* What the project or a candidate wants: its requirements that apply to this interpreter and this extra, ready to be asked.
 * Extras are virtual nodes: NAME[EXTRA] wants what its markers add. Private to lock/. */
#ifndef LOCK_DEMANDS_H
#define LOCK_DEMANDS_H

#include "lock/candidates.h"

struct demand {
	const struct requirement *requirement;
	struct bytes text; /* as written */
	const char *refused; /* nothing can meet it: why. Its package is then NULL */
	struct package *package;
	bool is_exact; /* "==" one version */

	/* Known once the package is loaded and demand_weigh was called. */
	bool *admits; /* one for each candidate */
	bool prereleases; /* it names one, or nothing else meets it */
};

struct demand_list {
	struct bytes extra; /* {NULL, 0}: the distribution itself */
	struct demand *items;
	size_t n;
};

/* Finds or makes the package of a normalised name. */
typedef struct package *package_of(void *context, struct bytes name);

/* The requirement texts of the project; one with a URL that is allowed makes that file the only one of its package. ERR_RESOLVE
 * names one that cannot be parsed, has a URL that is not allowed or a marker without meaning. */
MUST_USE enum status demands_of_project(const struct lock_request *request, package_of *find, void *context, struct arena *a,
					struct demand_list *ret, struct diag *d);
/* What a candidate whose metadata is read wants for that extra. A requirement that cannot be met by any file is in the list. */
void demands_of_candidate(const struct lock_request *request, const struct metadata *m, struct bytes extra, package_of *find,
			  void *context, struct arena *a, struct demand_list *ret);

/* Fills the last part of *demand; its package must be loaded. */
void demand_weigh(struct demand *demand, struct arena *a);

#endif
