#include "workflow/verbs.h"
#include "workflow/workflow.h"

enum status workflow_facts_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct workflow w;
	enum status s = workflow_parse(call->request, call->arena, &w, d);
	if (s == OK)
		workflow_write(&w, reply);
	return s;
}
