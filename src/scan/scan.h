/* The scan stage: a snapshot's files, read by a confined hwb-parse, give facts and findings (reference/source-scan.md). Nothing is run
 * or imported. The sandbox is the control; the scan is triage: it tells a person where to look, and stops what nobody writes by
 * accident. */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "base/run.h"
#include "finding/finding.h"
#include "host/helper.h"
#include "scan/fact.h"

/* Starts the scanner of a sealed snapshot (format/snapshot.h): it works while hwb does other things. ERR_IO, ERR_CANCELLED. */
MUST_USE enum status scan_start(const struct run_context *run, int snapshot_fd, struct helper *ret, struct diag *d);
/* Asks it; subdirectory: of the snapshot, "" for its root. ERR_IO. */
MUST_USE enum status scan_ask(struct helper *scanner, struct bytes subdirectory, struct diag *d);

struct scan_result {
	struct finding_list findings;
	struct fact_list facts;
	uint32_t n_files[N_ZONES];
	uint64_t size; /* bytes of the files that were scanned */
};
/* Waits for the answer. OK means "scanned": the verdict is in the findings. ERR_UNCHECKED when it could not be done. */
MUST_USE enum status scan_finish(const struct run_context *run, struct helper *scanner, struct arena *a, struct scan_result *ret,
				 struct diag *d);

/* An older version, or what was kept of its scan. */
struct scan_base {
	struct bytes name; /* for sentences */
	struct fact_list facts;
	struct finding_list findings;
};
/* Leaves in r what is new since base: its findings without those that base has too (by id, path and line of source), and one SRC-NEW for
 * each fact that base lacks (by zone, id and name) and no other finding is at. */
void scan_compare(struct scan_result *r, const struct scan_base *base);

#endif
