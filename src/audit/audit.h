/* The audit log: one JSON object a line, each with the sha256 of the line before (DESIGN.md section 5, "Audit log").
 * The chain finds accidents and partial edits; evidence needs the head, which is kept elsewhere. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "base/bytes.h"
#include "base/status.h"
#include "crypto/digest.h"
#include "format/json_write.h"

struct audit;

/* What every event of a run carries. Borrowed; must outlive the log. Strings may be NULL. */
struct audit_who {
	const char *run;
	const char *user; /* name of the effective uid */
	const char *host; /* name of the machine */
	const char *ci_provider, *ci_workflow, *ci_run; /* all NULL outside of CI */
};

/* Opens (making it, 0700) the directory of the logs. Nothing is written yet. ERR_LOG. */
MUST_USE enum status audit_open(const char *logs_path, const struct audit_who *who, struct audit **ret, struct diag *d);
/* Closes; ok on NULL. */
void audit_free(struct audit *a);

/* The source of the run (without userinfo) and its isolation, with the image or NULL, for the events from now on. Copied. */
void audit_set_source(struct audit *a, struct bytes source);
void audit_set_isolation(struct audit *a, const char *isolation, const char *image);

/* Starts an event; put its own fields into the writer, then end it. NULL audits are taken and go nowhere. */
struct json_writer *audit_begin(struct audit *a, const char *event);
/* Appends the line under a lock, continuing the chain as other runs left it; a torn last line is closed first by an
 * audit.recovered event. Events of publishing go to publish-DATE.log as well (audit/view.h). durable: fdatasync, before a
 * step that cannot be taken back. ERR_LOG: the run must stop. */
MUST_USE enum status audit_end(struct audit *a, bool durable, struct diag *d);
/* An event with string fields only: "key", "value" pairs ending in NULL. */
MUST_USE enum status audit_note(struct audit *a, bool durable, struct diag *d, const char *event, ...) __attribute__((sentinel));

/* The sha256 of the last line this run wrote, as text; "" when it wrote none. */
const char *audit_head(const struct audit *a);

#endif
