/* The check of an sdist: its archive by the rules of the source stage, its metadata by those of wheels (PEP 625, 621, 643). */
#ifndef CHECK_SDIST_H
#define CHECK_SDIST_H

#include "base/run.h"
#include "check/check.h"

/* archive_fd: a sealed memory file; file_name: without folders. OK also when it cannot be unpacked, which is a finding (T01).
 * Fills findings, name, version, n_members, unpacked_size and digest. ERR_UNCHECKED, ERR_CANCELLED. */
MUST_USE enum status check_sdist_run(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
				     struct check_result *ret, struct diag *d);

#endif
