/* A finding: what scan, lock, check and the rest report (DESIGN.md section 5). One table, data/findings.toml, holds every id. */
#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };
/* "info", "warning", "error". */
const char *severity_name(enum severity severity);

struct finding {
	const char *id; /* "Z07"; points into the table */
	enum severity severity; /* what counts, after finding_policy_apply; until then as given */
	enum severity given; /* by whoever found it: that of the table, or less where it matters less */
	struct bytes path, message, help; /* {NULL, 0}: none */
	struct bytes evidence; /* the line of source, or part of it */
	uint32_t line, column; /* 1-based, in bytes; 0: none */
	uint32_t evidence_column; /* where column is in evidence, 1-based; 0: nowhere */
	uint64_t offset;
	bool ends; /* nothing more was looked at because of it: it cannot be allowed */
	bool scoped; /* it is allowed only by who names its path: no word for all of them */
	struct bytes allowed; /* why it does not count; {NULL, 0}: it counts */
};

/* Whose rules: those of a build, those of PyPI; strict takes every warning for an error. */
enum finding_profile { PROFILE_BUILD, PROFILE_PYPI, PROFILE_STRICT };
enum { N_PROFILES_IN_TABLE = 2 };

struct finding_rule {
	const char *id;
	enum severity severity[N_PROFILES_IN_TABLE]; /* in PROFILE_BUILD and PROFILE_PYPI */
	const char *title, *why, *example, *help; /* the rule, what goes wrong, what breaks it, what to do */
};
/* All of them, sorted by id. */
const struct finding_rule *finding_rules(size_t *ret_n);
/* NULL when there is no such id. Case counts. */
const struct finding_rule *finding_rule(struct bytes id);

/* Zero it but for the arena. */
struct finding_list {
	struct arena *arena;
	struct finding *items;
	size_t n_items;
	uint64_t n_dropped; /* beyond FINDINGS_MAX: nobody knows how bad they are, so they count as errors */
};
enum { FINDINGS_MAX = 10000, FINDING_EVIDENCE_MAX = 400 };

/* Adds one with the table's severity and help; beyond FINDINGS_MAX it is only counted. id must be in the table. Returns it, valid
 * until the next is added, for place and evidence; NULL when it was only counted. */
struct finding *finding_add(struct finding_list *list, const char *id, struct bytes path, const char *format, ...) PRINTF_LIKE(4, 5);
/* Here it matters less than in the worst case, which is what the table has. NULL is fine. */
void finding_lower(struct finding *f, enum severity to);
/* The worst that counts. */
enum severity finding_worst(const struct finding_list *list);
/* By path, line, column and id: the order of a report. */
void finding_sort(struct finding_list *list);

/* Appends what more has; both live in one arena. */
void finding_list_join(struct finding_list *list, const struct finding_list *more);

/* Between hwb-parse and hwb. The reader knows ids by the table only, and takes help from there, and no severity beyond it: ERR_FORMAT. */
void finding_list_write(const struct finding_list *list, struct buf *out);
struct wire;
MUST_USE enum status finding_list_read(struct wire *w, struct finding_list *ret, struct diag *d);

#endif
