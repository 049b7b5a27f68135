/* The pack stage: the backend's wheel is read by hwb-parse and written anew, canonical: no byte of archive structure comes
 * from the build. Sorted (dist-info last, RECORD at its end), one time for all, modes 0644 or 0755, no data descriptors. */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include "base/arena.h"
#include "base/run.h"
#include "crypto/digest.h"
#include "host/helper.h"

/* The program that will do it, waiting. */
struct packer {
	struct helper helper;
	int out_fd; /* the memory file that it will fill */
};
/* Starts one for a memory file that may still be empty: while the backend works there is time. ERR_IO, ERR_CANCELLED. */
MUST_USE enum status pack_start(const struct run_context *run, int wheel_fd, struct packer *ret, struct diag *d);
/* Gives it up; ok after pack_run, and for one that was never started ({ .out_fd = -1 }). Fits CLEANUP. */
void packer_done(struct packer *p);

struct pack_request {
	struct bytes file_name;
	int64_t epoch;
	/* A file more, put into .dist-info with a row of RECORD, in place of one of that name; {NULL, 0}: none. */
	struct bytes embed_name; /* "sboms/hwb.cdx.json" */
	struct bytes embed_content; /* at most 32 MiB */
};
struct pack_result {
	int fd; /* a sealed memory file with the canonical wheel; the caller closes */
	struct sha256 digest;
	uint64_t size;
	struct bytes compressor; /* "libdeflate 1.14 level 6", recorded in the report */
};

/* ERR_ARTEFACT names the member and the rule; ERR_LIMIT; ERR_UNCHECKED when hwb-parse died.
 * RECORD is kept as it is when it is right, but for the row of what is embedded; a wrong RECORD is refused, and a signed one
 * when something is to be embedded. */
MUST_USE enum status pack_run(const struct run_context *run, const struct pack_request *request, struct packer *p, struct arena *a,
			      struct pack_result *ret, struct diag *d);

#endif
