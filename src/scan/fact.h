/* Facts of a source scan: what a file can do or hides, with the place, before any judgement (reference/source-scan.md section 5).
 * Everything that scans speaks this; policy.h makes findings of it. */
#ifndef SCAN_FACT_H
#define SCAN_FACT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/wire.h"

/* When code runs: at build, when the built package is imported, or neither (tests, documentation). */
enum scan_zone { ZONE_BUILD, ZONE_IMPORT, ZONE_REST, N_ZONES };
/* "build", "import", "rest". */
const char *scan_zone_name(enum scan_zone zone);

enum fact_kind {
	FACT_NET,
	FACT_PROC,
	FACT_DYN_EXEC,
	FACT_DECODE,
	FACT_ENV,
	FACT_CRED,
	FACT_PERSISTENCE,
	FACT_EXFIL,
	FACT_FILE, /* files outside the tree */
	FACT_NATIVE,
	FACT_HOOK,
	FACT_OBFUSCATION,
	FACT_BINARY,
	FACT_ARCHIVE,
	FACT_REQUIRE, /* what the build asks for */
	FACT_UNPARSED,
	FACT_SHIPPED, /* what lies in the tree and should not: credentials, settings of tools, odd names */
	N_FACT_KINDS
};
/* "net", "dyn-exec" and so on. */
const char *fact_kind_name(enum fact_kind kind);

/* One row an id, in fact_table.c. */
struct fact_rule {
	const char *id; /* "py.os-system" */
	enum fact_kind kind;
	const char *what; /* "runs a shell command", to stand behind the place */
};
const struct fact_rule *fact_rules(size_t *ret_n);
/* NULL when there is no such id. */
const struct fact_rule *fact_rule(struct bytes id);

enum { FACTS_MAX = 20000, FLOWS_MAX = 20000, EVIDENCE_MAX = 200, FACT_NAME_MAX = 200, FACT_PATH_MAX = 4096 };

struct fact {
	const struct fact_rule *rule;
	enum scan_zone zone;
	struct bytes path; /* in the tree */
	struct bytes name; /* the resolved dotted name, or a short text; may be any bytes of the source */
	struct bytes evidence; /* the line, cut around the column to EVIDENCE_MAX bytes */
	uint32_t evidence_column; /* where the place is in evidence, 1-based; 0: nowhere */
	uint32_t line, column; /* 1-based, column in bytes; 0: none */
	bool at_import; /* runs when the file does: not inside a function */
};

/* What fact `from` gives reaches fact `to`: decoded text that is executed, a variable that is sent. */
struct flow {
	uint32_t from, to;
};

struct fact_list {
	struct arena *arena;
	struct fact *facts;
	size_t n_facts;
	struct flow *flows;
	size_t n_flows;
	bool cut; /* there were more than fit */
};

enum { NO_FACT = UINT32_MAX };
/* Adds one and returns its index; beyond FACTS_MAX sets cut and returns NO_FACT. id must be in the table; path, name and evidence
 * of *f are copied into the arena, its rule is set. */
uint32_t fact_add(struct fact_list *list, const char *id, const struct fact *f);
/* Adds a flow once; NO_FACT on either side is ignored. */
void flow_add(struct fact_list *list, uint32_t from, uint32_t to);
/* The part of a line of at most EVIDENCE_MAX bytes around byte `at`, borrowed, cut between characters. */
struct bytes fact_evidence(struct bytes line, size_t at);
/* Where byte `at` of the line is in its evidence, 1-based; 0 when it was cut away. */
uint32_t fact_evidence_column(struct bytes line, size_t at, struct bytes evidence);

/* Between hwb-parse and hwb. The reader knows ids by the table only and checks every index: ERR_FORMAT. */
void fact_list_write(const struct fact_list *list, struct buf *out);
MUST_USE enum status fact_list_read(struct wire *w, struct fact_list *ret, struct diag *d);

#endif
