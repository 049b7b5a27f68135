/* The last steps of an artefact: its name against the project's, its way to the disk, whole or not at all. */
#ifndef CLI_ARTEFACT_H
#define CLI_ARTEFACT_H

#include "cli/pipeline.h"

/* Writes fd's bytes as artefact->name into out_dir by a temporary file, fdatasync and rename; the audit log is durable before.
 * Fills artefact->path (absolute). ERR_IO names the reason, and what was there before is untouched. */
MUST_USE enum status artefact_write(int out_dir, const char *out_path, int fd, struct artefact *artefact,
				    const struct run_context *run, struct arena *a, struct diag *d);

/* PEP 625: the file name belongs to the project, and PKG-INFO agrees. ERR_ARTEFACT. */
MUST_USE enum status artefact_check_sdist(struct bytes file_name, const struct source_result *unpacked,
					  const struct project *project, struct arena *a, struct diag *d);

/* Reads one -b file. ERR_USAGE. */
MUST_USE enum status artefact_read_constraints(const char *path, struct arena *a, struct lock_constraint **ret, size_t *ret_n,
					       struct diag *d);

/* The index's progress callback; context is the console. */
void artefact_progress(void *context, const char *what, uint64_t done, uint64_t size);

#endif
