/* The describe stage: what a wheel says of itself, read by hwb-parse, as the model of a bill of materials. What hwb knows of its making
 * is for the caller to add. */
#ifndef DESCRIBE_DESCRIBE_H
#define DESCRIBE_DESCRIBE_H

#include "base/run.h"
#include "describe/sbom.h"
#include "host/helper.h"

enum describe_kind { DESCRIBE_WHEEL, DESCRIBE_REPORT, N_DESCRIBE_KINDS };

struct describe_request {
	enum describe_kind kind;
	struct bytes file_name; /* without folders */
	bool is_verified; /* somebody holds the wheel to its RECORD: then its digests are not computed once more */
};
struct describe_result {
	struct sbom *sboms; /* one of a wheel; one for each wheel of a report. Settled */
	size_t n;
};

/* Starts the reader of a memory file that may still be empty: while the backend works there is time. ERR_IO, ERR_CANCELLED. */
MUST_USE enum status describe_start(const struct run_context *run, int fd, struct helper *ret, struct diag *d);
/* The file is complete: the reader works while the caller does something else. ERR_IO. */
MUST_USE enum status describe_ask(const struct run_context *run, const struct describe_request *request, struct helper *h,
				  struct diag *d);
/* The answer. *ret lives as long as a. ERR_ARTEFACT: no wheel, or METADATA that nobody understands; of a report ERR_USAGE.
 * ERR_UNCHECKED when it could not be read, ERR_CANCELLED. */
MUST_USE enum status describe_run(const struct run_context *run, const struct describe_request *request, struct helper *h,
				  struct arena *a, struct describe_result *ret, struct diag *d);

#endif
