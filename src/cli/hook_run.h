/* One sandbox with a build backend in it: what it sees, its way out, and what is written down about it. The loops around it
 * are the pipeline's. */
#ifndef CLI_HOOK_RUN_H
#define CLI_HOOK_RUN_H

#include "build/build.h"
#include "cli/pipeline.h"

/* Builds one artefact from p's source in p's environment, into the memory file artefact_fd. has_requires: as in build_request;
 * NULL: get_requires_* was asked before. Fills p->sandbox, adds to p->activity and p->network. As build_run, and ERR_LOG. */
MUST_USE enum status hook_run(struct pipeline *p, enum build_kind kind,
			      bool (*has_requires)(void *pipeline, const struct bytes *requires, size_t n), int artefact_fd,
			      struct build_result *ret, struct diag *d);

/* What was seen in a sandbox goes to the log, to p (the sums of the report) and in a sentence to the terminal, whatever became of
 * it. Closes the egress. built: its sandbox and activity alone. ERR_LOG, and what egress_close and egress_check say. */
struct egress;
MUST_USE enum status hook_take_notes(struct pipeline *p, struct egress *egress, const struct build_result *built, struct diag *d);

#endif
