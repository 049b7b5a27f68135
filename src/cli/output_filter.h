/* What backends print, on its way through `hwb-parse redact-log`: nothing that looks like a credential is shown or kept. One process
 * for a run, started with the first output, while the backend goes on. It answers every piece; when it does not, the build ends and the piece stays unsaid. */
#ifndef CLI_OUTPUT_FILTER_H
#define CLI_OUTPUT_FILTER_H

#include "base/run.h"
#include "cli/console.h"
#include "host/helper.h"

/* Zero it and set the first two. */
struct output_filter {
	const struct run_context *run; /* of the session: it outlives every build */
	struct console *console;
	struct helper helper;
	int fd; /* our end of its socket */
	bool is_started;
	bool has_failed; /* it gave no answer once: nothing is taken from it any more */
};

/* Starts it, if it is not. output_filter_add does, so that a build that prints nothing does not pay for it. ERR_UNCHECKED. */
MUST_USE enum status output_filter_start(struct output_filter *f, struct diag *d);
/* Hands on what may be seen of output and of what was held back before, to console_output. A line that has not ended is held back.
 * ERR_UNCHECKED, also later on after the first time; ERR_CANCELLED. */
MUST_USE enum status output_filter_add(struct output_filter *f, struct bytes output, struct diag *d);
/* The rest of one program's output. */
MUST_USE enum status output_filter_flush(struct output_filter *f, struct diag *d);
/* The text and the help of a failure without what looks like a secret. words: NULL is fine. As output_filter_add. */
MUST_USE enum status output_filter_words(struct output_filter *f, struct diag *words, struct diag *d);
/* At the end of the run: an event secret.leak and a warning for each rule that hid something. ok when it was never started.
 * ERR_UNCHECKED, ERR_LOG. */
MUST_USE enum status output_filter_finish(struct output_filter *f, struct arena *a, struct diag *d);
/* Without another word, for the way out of an error. */
void output_filter_stop(struct output_filter *f);

#endif
