/* What a GitHub Actions workflow says about itself, as far as it bears on publishing: triggers, permissions, jobs, which actions it uses.
 * A small reader of lines, no YAML parser: what it does not read it says, and then nobody may take an absent fact for a good one. */
#ifndef WORKFLOW_WORKFLOW_H
#define WORKFLOW_WORKFLOW_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* GitHub takes 512 KiB and 256 jobs of a matrix; real files stay under 60 jobs and 300 uses. */
enum {
	WORKFLOW_SIZE_MAX = 1 << 20,
	WORKFLOW_DEPTH_MAX = 64,
	WORKFLOW_JOBS_MAX = 1000,
	WORKFLOW_USES_MAX = 10000,
	WORKFLOW_TRIGGERS_MAX = 200,
	WORKFLOW_TEXT_MAX = 500 /* bytes of a name, longer ones are cut */
};

/* UNKNOWN: an expression, or a form that is not read. */
enum workflow_level { LEVEL_ABSENT, LEVEL_READ, LEVEL_WRITE, LEVEL_WRITE_ALL, LEVEL_UNKNOWN, N_WORKFLOW_LEVELS };

struct workflow_permissions {
	enum workflow_level level; /* the highest of any scope */
	bool id_token; /* id-token: write */
};

enum workflow_pin { PIN_COMMIT, PIN_NAME, PIN_LOCAL, PIN_UNKNOWN, N_WORKFLOW_PINS };

struct workflow_use {
	struct bytes text; /* "actions/checkout@v4" */
	enum workflow_pin pin; /* COMMIT: 40 or 64 hexadecimal digits, or the digest of an image; NAME: a tag or a branch, or nothing */
	uint32_t line;
};

struct workflow_job {
	struct bytes name;
	uint32_t line;
	struct workflow_permissions permissions;
	bool has_environment;
	bool publishes; /* an action or a command that uploads to a package index */
	bool has_token; /* a password or token for that, as input or variable */
	bool runs_code; /* a command or an action of the repository that does something else than upload */
	bool calls; /* another workflow does the work */
};

struct workflow {
	struct bytes unread; /* why something of it was not read; {NULL, 0}: all was */
	uint32_t unread_line;
	const struct bytes *triggers;
	size_t n_triggers;
	struct workflow_permissions permissions;
	bool has_token; /* in the variables of the whole workflow */
	const struct workflow_job *jobs;
	size_t n_jobs;
	const struct workflow_use *uses;
	size_t n_uses;
};

/* Reads the text as far as it can. Lives as long as a, and borrows from text. ERR_LIMIT; everything else that is wrong is in unread. Time:
 * linear in the text. */
MUST_USE enum status workflow_parse(struct bytes text, struct arena *a, struct workflow *ret, struct diag *d);

/* The record that hwb-parse sends. The reader checks everything again and borrows from the record: ERR_FORMAT. */
void workflow_write(const struct workflow *w, struct buf *out);
MUST_USE enum status workflow_read(struct bytes record, struct arena *a, struct workflow *ret, struct diag *d);

#endif
