/* The files of the log and how their lines hang together: for the writer's start and for `hwb log`. */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "crypto/digest.h"

enum { AUDIT_LINE_MAX = 1 << 20, AUDIT_FILES_MAX = 100000 };

/* The names of the log's files ("audit-2026-11-23.json"), oldest first. ERR_LOG. */
MUST_USE enum status chain_files(int dir, struct arena *a, const char ***ret_names, size_t *ret_n, struct diag *d);

/* The end of one file; all zero when the file is empty. */
struct chain_tail {
	struct sha256 last; /* of the last line, torn or not, without its newline */
	uint64_t seq; /* of the last event; 0 when there is none */
	bool torn; /* the last line is no whole event: audit.recovered must follow */
	bool open; /* it has no newline */
};
/* ERR_LOG when it cannot be read. */
MUST_USE enum status chain_tail_read(int fd, struct arena *a, struct chain_tail *ret, struct diag *d);

struct chain_report {
	uint64_t n_files, n_lines;
	uint64_t first_seq; /* of the first event that is left; 0 when the log is empty. More than 1: older events were removed */
	uint64_t last_seq; /* of the last event; 0 when the log is empty */
	char head[SHA256_TEXT_SIZE]; /* of the last line; "" when the log is empty */
	bool head_found; /* whether the wanted head is the sha256 of some line */
};
/* Walks the whole log. wanted_head: 64 hexadecimal digits, or NULL. ERR_LOG names file and line of the first break:
 * a wrong prev, a jump of seq, a line that is not JSON, a torn end. Only the very first event of all has seq 1 and a prev of
 * zeros: where the front was cut off is in the report, for the caller to judge. */
MUST_USE enum status chain_verify(int dir, const char *wanted_head, struct chain_report *ret, struct diag *d);

/* Calls show for every line whose event and run begin so (NULL matches all), oldest first. */
MUST_USE enum status chain_show(int dir, const char *run, const char *event, void (*show)(void *context, struct bytes line),
				void *context, struct diag *d);

#endif
