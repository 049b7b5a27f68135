/* Known vulnerabilities (OSV): which of the packages that a run has to do with an advisory is about. Three answers: clean, affected, not
 * checked; nothing that failed is ever clean. */
#ifndef ADVISORY_ADVISORY_H
#define ADVISORY_ADVISORY_H

#include "base/run.h"
#include "finding/finding.h"

/* Subjects of one run, pages of one query, advisories that are fetched: what is beyond is not checked. */
enum { ADVISORY_SUBJECTS_MAX = 20000, ADVISORY_PAGES_MAX = 50, ADVISORY_FETCH_MAX = 5000 };

enum advisory_role { ADVISORY_SUBJECT, ADVISORY_REQUIREMENT, ADVISORY_BUILD_DEPENDENCY, ADVISORY_VENDORED };
/* "subject", "requirement", "build-dependency", "vendored". */
const char *advisory_role_name(enum advisory_role role);

enum advisory_outcome { ADVISORY_CLEAN, ADVISORY_AFFECTED, ADVISORY_NOT_CHECKED };
/* "clean", "affected", "not-checked". */
const char *advisory_outcome_name(enum advisory_outcome outcome);

/* Everything is borrowed for the run. */
struct advisory_subject {
	struct bytes name; /* normalised; of a purl: all before the version */
	struct bytes version; /* {NULL, 0}: none is known */
	enum advisory_role role;
	bool is_purl; /* else a package of PyPI */
	const char *open; /* no version is known because several would do: "what the requirement says"; NULL: one is needed */
	const char *unreadable; /* why it cannot be looked up at all; NULL: it can */
	uint32_t line; /* where it was named; 0: nowhere */
};

/* An advisory that does not count, by its id or that of an alias. */
struct advisory_ignored {
	struct bytes id, why;
	int64_t until_unix; /* from then on it counts again; INT64_MAX: never */
	bool until_fixed; /* it counts again when there is a version to go to */
	bool used;
};

struct advisory_options {
	const char *service_url; /* ends in '/' */
	bool offline; /* what was imported, instead of the service */
	uint32_t max_age_days; /* of what was imported */
	bool is_foreign; /* the cache was not made here: nothing in it counts */
	int cache_dir;
	int64_t now_unix;
	const char *ca_file, *proxy_url; /* NULL: the system's, none */
	const char *const *http_hosts; /* for which the operator allows http:// (loopback is always allowed) */
	size_t n_http_hosts;
	struct advisory_ignored *ignored; /* `used` is set */
	size_t n_ignored;
	bool tell_unused; /* an entry that is about nothing is a finding: it was written for these subjects */
};

/* One vulnerability, however many advisories say it. For the SBOM too (VEX). */
struct advisory_match {
	struct bytes id; /* the one it is known by: MAL-, then PYSEC-, GHSA-, CVE-, others */
	const struct bytes *aliases; /* the other ids, sorted */
	size_t n_aliases;
	struct bytes summary, severity, fixed; /* {NULL, 0}: none is known */
	bool is_malware;
	const struct advisory_ignored *ignored; /* NULL: it counts */
};

struct advisory_verdict {
	enum advisory_outcome outcome;
	const char *reason; /* of ADVISORY_NOT_CHECKED, a sentence; for an affected one what was not looked at, or NULL */
	bool is_open; /* not checked, and nothing failed: several versions would do, or it is of an ecosystem that is not looked into */
	const struct advisory_match *matches;
	size_t n_matches;
	size_t first_finding, n_findings; /* its own in the findings of the result, as they come */
};

struct advisory_request {
	const struct advisory_subject *subjects;
	size_t n_subjects;
	struct advisory_options *options;
};
struct advisory_result {
	struct advisory_verdict *verdicts; /* one a subject, in their order */
	size_t n;
	size_t counts[3]; /* by enum advisory_outcome */
	bool unchecked; /* one was not checked, and not for being open */
	const char *source; /* where the advisories are from: the service, or the export and its date */
	struct finding_list findings; /* V01 to V06; path: "NAME@VERSION"; those of no subject at the end */
	size_t n_of_subjects;
};

/* Looks all of them up. OK means that *ret is filled: what failed is a verdict of its own. Only names and versions leave the machine.
 * V02 (malware) counts unless --allow names a package (`scoped`), V03 (not checked) always. Everything lives as long as a.
 * ERR_USAGE: the service's URL; ERR_LIMIT: too many subjects; ERR_CANCELLED. */
MUST_USE enum status advisory_run(const struct run_context *run, const struct advisory_request *request, struct arena *a,
				  struct advisory_result *ret, struct diag *d);

/* "ID=WHY" or "ID=WHY@2026-12-31": until the end of that day (UTC). ERR_USAGE. Strings are copied into a. */
MUST_USE enum status advisory_ignore_parse(struct bytes word, bool until_fixed, struct arena *a, struct advisory_ignored *ret,
					   struct diag *d);

#endif
