/* The "scan-files" verb: what the scan of files sees in one tree, for `hwb debug scan-files` and the tests. */
#include "format/snapshot.h"
#include "scan/facts_json.h"
#include "scan/files.h"
#include "scan/verbs.h"

enum status scan_files_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct fact_list facts = { .arena = call->arena };
	struct scan_files_request request = { 0 };
	struct snapshot_entry entry = { 0 };
	struct project project;
	struct diag unread = { 0 };
	enum status s = verb_map(call, 0, VERB_FILE_MAX, &request.snapshot, d);
	if (s)
		return s;
	bool has = snapshot_find(request.snapshot, BYTES("pyproject.toml"), &entry, &unread) == OK;
	struct project_files files = { .has_pyproject = has, .has_setup_py = true, .pyproject = entry.content };
	if (project_parse(&files, call->arena, &project, &unread) == OK)
		request.project = &project;
	s = scan_files(&request, &facts, d);
	if (s == OK)
		facts_write_lines(&facts, reply);
	return s;
}
