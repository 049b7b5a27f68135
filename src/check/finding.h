/* A finding: what scan, lock, check and the rest report (DESIGN.md section 5). One table holds every id. */
#ifndef CHECK_FINDING_H
#define CHECK_FINDING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

struct finding {
	const char *id; /* "Z07"; points into the table */
	enum severity severity;
	struct bytes path, message, help, evidence; /* {NULL, 0}: none */
	uint32_t line, column; /* 0: none */
	uint64_t offset;
};

/* One row an id: what it means, in one sentence, for the documentation. */
struct finding_rule {
	const char *id;
	enum severity severity;
	const char *title, *help;
};
const struct finding_rule *finding_rules(size_t *ret_n);
/* NULL when there is no such id. */
const struct finding_rule *finding_rule(struct bytes id);

struct finding_list {
	struct arena *arena;
	struct finding *items;
	size_t n_items;
};
enum { FINDINGS_MAX = 10000 };
/* Adds one; beyond FINDINGS_MAX only the count of the last one matters and nothing is added. id must be in the table. */
void finding_add(struct finding_list *list, const char *id, struct bytes path, const char *format, ...) PRINTF_LIKE(4, 5);
enum severity finding_worst(const struct finding_list *list);

/* Between hwb-parse and hwb. The reader knows ids by the table only: ERR_FORMAT. */
void finding_list_write(const struct finding_list *list, struct buf *out);
struct wire;
MUST_USE enum status finding_list_read(struct wire *w, struct finding_list *ret, struct diag *d);

#endif
