/* The scan of a source beside the rest of a build: started when there is a snapshot, judged before anything of it runs (--scan). */
#ifndef CLI_SOURCE_SCAN_H
#define CLI_SOURCE_SCAN_H

#include "cli/pipeline.h"

/* Starts the scanner of p's source; one that still works on an earlier source is ended. ERR_IO, ERR_CANCELLED. */
MUST_USE enum status source_scan_start(struct pipeline *p, struct diag *d);

/* Waits for the facts of p's source, into ret. ERR_UNCHECKED. */
MUST_USE enum status source_scan_finish(struct pipeline *p, struct scan_result *ret, struct diag *d);

/* The verdict on p's source by the operator's policy, said and logged, before anything of it runs; OK when there is none to wait for.
 * Findings go to p->findings. ERR_REFUSED names the first that refuses; ERR_UNCHECKED when it could not be scanned. With --scan=report
 * neither stops the build. */
MUST_USE enum status source_scan_judge(struct pipeline *p, struct diag *d);

#endif
