/* The report of a run as one JSON object: --json and --report (DESIGN.md section 5, data/report.schema.json). */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "base/buf.h"
#include "cli/exit.h"
#include "cli/pipeline.h"
#include "format/json_write.h"

/* One pipeline a source and interpreter; the artefacts and pins of all, the other facts of the last; d: what failed, redacted, or
 * empty. */
void report_write(const struct pipeline *pipelines, size_t n, const char *log_head, enum exit_code code, const struct diag *d,
		  struct buf *out);

/* "controls": the names of those that hold; for the report, the audit log and the doctor. */
void report_controls(struct json_writer *w, uint64_t controls);

/* Whether report_save could write it, asked before there is something to write. ERR_USAGE. */
MUST_USE enum status report_check(const char *path, struct diag *d);
/* Writes a report to a file, whole or not at all. ERR_IO. */
MUST_USE enum status report_save(const char *path, struct bytes text, struct diag *d);

/* What a build did (cli/report_activity.c): the object of the report, the fields of sandbox.finished, and sentences for the
 * terminal. Everything is redacted by c. */
void report_put_activity(struct json_writer *w, const struct console *c, const struct activity *act,
			 const struct sandbox_result *sandbox);
void report_activity_sums(struct json_writer *w, const struct console *c, const struct activity *act);
void report_say_activity(struct console *c, const struct activity *act, struct arena *a);

#endif
