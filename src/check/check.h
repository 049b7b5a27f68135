/* The check stage: a wheel's bytes, read anew by a fresh hwb-parse, give findings and a verdict. "Could not check" is never
 * "passed". The table of checks grows with issue C; this part: archive paths, RECORD, identity. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/run.h"
#include "crypto/digest.h"
#include "finding/finding.h"
#include "host/helper.h"

/* Starts the checker of a memory file that may still be empty: while the backend works there is time. source_fd: the snapshot that the
 * wheel is built from (format/snapshot.h), sealed; -1: none. ERR_IO, ERR_CANCELLED. */
MUST_USE enum status check_start(const struct run_context *run, int wheel_fd, int source_fd, struct helper *ret, struct diag *d);

struct check_request {
	int wheel_fd; /* of check_start */
	bool has_source; /* check_start got one */
	struct bytes file_name; /* checked against the content */
	struct bytes want_name; /* the project's name and version as far as they are known before the build; */
	struct bytes want_version; /* {NULL, 0}: any */
	struct bytes pkg_info; /* of the sdist it was built from, for PEP 643; {NULL, 0}: that of the snapshot, if any */
	struct helper_also *also; /* what else is asked of the wheel, behind the check; NULL: nothing. Filled by check_finish */
};
struct check_result {
	struct finding_list findings;
	struct bytes name, version; /* of METADATA */
	struct bytes tags; /* "cp311-cp311-linux_x86_64", as the file name has them */
	uint32_t n_members;
	uint64_t unpacked_size;
	struct sha256 digest; /* of the bytes that were checked, computed by hwb itself */
};

/* Sends the request; the checker works on by itself. ERR_IO shows in check_finish, too. */
MUST_USE enum status check_ask(const struct run_context *run, const struct check_request *request, struct helper *checker,
			       struct diag *d);
/* The rest of check_run. request: that of check_ask. */
MUST_USE enum status check_finish(const struct run_context *run, const struct check_request *request, struct helper *checker,
				  struct arena *a, struct check_result *ret, struct diag *d);
/* Both. OK means "checked": the verdict is in the findings (an error severity refuses). ERR_UNCHECKED when it could not be done. */
MUST_USE enum status check_run(const struct run_context *run, const struct check_request *request, struct helper *checker,
			       struct arena *a, struct check_result *ret, struct diag *d);

#endif
