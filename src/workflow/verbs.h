/* The verb of hwb-parse that reads workflows.
 * "workflow-facts": fds: none. request: the text of a workflow. reply: workflow_write. */
#ifndef WORKFLOW_VERBS_H
#define WORKFLOW_VERBS_H

#include "host/verb.h"

enum status workflow_facts_verb(const struct verb_call *call, struct buf *reply, struct diag *d);

#endif
