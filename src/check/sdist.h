/* The check of an sdist: its archive by the rules of the source stage, its metadata by those of wheels (PEP 625, 621, 643). */
#ifndef CHECK_SDIST_H
#define CHECK_SDIST_H

#include "base/run.h"
#include "check/check.h"
#include "source/source.h"

/* archive_fd: a sealed memory file; file_name: without folders. OK also when it cannot be unpacked, which is a finding (T01).
 * *ret_tree: what is in it; its fd is the caller's, -1 when it cannot be unpacked.
 * Fills findings, name, version, n_members, unpacked_size and digest. ERR_UNCHECKED, ERR_CANCELLED. */
MUST_USE enum status check_sdist_run(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
				     struct source_tree *ret_tree, struct check_result *ret, struct diag *d);

#endif
