/* auditwheel, in the image and under the isolation of the build: a wheel for a platform of manylinux or musllinux, with the libraries
 * it needs grafted in and a bill of them (PEP 770) in its .dist-info. What comes out is as hostile as what the backend made. */
#ifndef PACK_REPAIR_H
#define PACK_REPAIR_H

#include "base/arena.h"
#include "base/run.h"

struct repair_request {
	int wheel_fd;
	struct bytes file_name; /* a base name */
	const char *platform; /* "manylinux_2_28_x86_64" */
	int64_t epoch;
	uint32_t outside_id;
};
struct repair_result {
	int fd; /* a sealed memory file; the caller closes */
	struct bytes file_name; /* a base name that ends in .whl; its tags are auditwheel's */
};

/* ERR_BACKEND with auditwheel's last words, ERR_ARTEFACT when what it made is not one wheel, ERR_LIMIT, ERR_ISOLATION. */
MUST_USE enum status repair_run(const struct run_context *run, const struct repair_request *request, struct arena *a,
				struct repair_result *ret, struct diag *d);

#endif
