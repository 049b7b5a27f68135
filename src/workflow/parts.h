/* What the two halves of the reader share: workflow.c makes nodes of lines, facts.c makes facts of nodes. Private to them. */
#ifndef WORKFLOW_PARTS_H
#define WORKFLOW_PARTS_H

#include "workflow/workflow.h"

enum node_kind {
	NODE_ITEM, /* an item of a sequence begins; its last part is {NULL, 0} */
	NODE_PARENT, /* a key with nothing behind it: what belongs to it follows, if anything does */
	NODE_SCALAR, /* text behind a key, or as an item */
	NODE_FLOW, /* {...} or [...], all of it on one line */
	NODE_LINE /* a line of a block of text behind a key */
};

struct node {
	enum node_kind kind;
	const struct bytes *path; /* from the top; {NULL, 0} for an item */
	size_t depth;
	struct bytes text; /* of SCALAR, without quotes; of FLOW, with its brackets; of LINE */
	bool is_escaped; /* a SCALAR with escapes, which are not decoded */
	uint32_t line;
};

struct facts {
	struct arena *arena;
	struct workflow workflow;
	/* The arrays of it, while they grow. */
	struct bytes *triggers;
	struct workflow_job *jobs;
	struct workflow_use *uses;
	bool step_runs, step_publishes, step_builds; /* of the step under way */
};

/* Takes what a node says. false: it is in a form that is not read, at a place where that matters; *ret_why says which, a constant. */
bool facts_add(struct facts *f, const struct node *n, const char **ret_why);
/* Whether nodes of this path matter at all: if not, a FLOW may go over many lines. */
bool facts_wants(const struct bytes *path, size_t depth);
/* The end of the text. */
void facts_finish(struct facts *f);
/* ERR_LIMIT over the limits of workflow.h. */
MUST_USE enum status facts_check(const struct facts *f, struct diag *d);

#endif
