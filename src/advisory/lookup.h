/* What a source of advisories is asked, and what it answers: the service (service.c) or the import (store.h). Private to advisory/. */
#ifndef ADVISORY_LOOKUP_H
#define ADVISORY_LOOKUP_H

#include "advisory/advisory.h"
#include "advisory/record.h"

struct lookup {
	bool is_purl;
	struct bytes name, version;
	const struct advisory **found; /* all that could be about it */
	size_t n_found;
	const char *unchecked; /* why the answer is not whole; NULL: it is */
	const char *uncovered; /* why there is none for such a package, which is nobody's failure; NULL: there is */
};

void lookup_add(struct lookup *l, const struct advisory *v, struct arena *a);
/* The first reason stays. */
void lookup_fail(struct lookup *l, const char *why);

/* Whether OSV knows packages of this purl's type at all. */
bool service_knows(struct bytes purl);
/* Asks the service for all of them that are not uncovered. A failure is in each lookup that it concerns. ERR_USAGE: the service's URL; ERR_CANCELLED. */
MUST_USE enum status service_ask(const struct run_context *run, const struct advisory_options *options, struct lookup *lookups,
				 size_t n, struct arena *a, struct diag *d);

#endif
