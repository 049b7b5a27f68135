/* What facts mean: combinations in one zone warn or refuse, single capabilities are said (reference/source-scan.md section 5.3).
 * A small static table; nothing here looks at a source. */
#ifndef SCAN_POLICY_H
#define SCAN_POLICY_H

#include "scan/fact.h"

enum scan_severity { SCAN_NONE, SCAN_INFO, SCAN_WARNING, SCAN_ERROR };

struct policy_finding {
	const char *id; /* "SRC-DECODE-EXEC" */
	enum scan_severity severity;
	const struct fact *fact; /* where it is reported; borrowed from the list */
	const struct fact *source; /* what flows into it; NULL when the fact alone is enough */
	uint32_t n_more; /* further places of the same id and severity in the same file */
};
typedef void policy_sink(void *context, const struct policy_finding *f);

/* Calls sink for each finding, in the order of the table, and of the facts within a row. One finding an id and file; the others
 * are counted. A list that was cut is a finding as well (SRC-UNPARSED, its fact the last of the list). */
void policy_run(const struct fact_list *list, policy_sink *sink, void *context);

/* The worst severity of row i. */
enum scan_severity policy_worst(size_t i);
/* The ids that policy_run can give, for the table of findings. */
const char *policy_id(size_t i); /* NULL behind the last; an id may come twice */

#endif
