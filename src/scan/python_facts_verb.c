/* The "python-facts" verb: what the engine sees in one file, for `hwb debug python-facts` and the tests against Python's own parser. */
#include "scan/facts_json.h"
#include "scan/python.h"
#include "scan/verbs.h"

static void put_call(void *context, struct bytes name, uint32_t line, uint32_t column)
{
	struct json_writer w = facts_line_begin(context, "call");
	json_pair_string(&w, "name", name);
	json_pair_unsigned(&w, "line", line);
	json_pair_unsigned(&w, "column", column);
	facts_line_end(&w);
}

static void put_import(void *context, struct bytes module, struct bytes name, struct bytes as, uint32_t line)
{
	struct json_writer w = facts_line_begin(context, "import");
	json_pair_string(&w, "module", module);
	json_pair_string(&w, "name", name);
	json_pair_string(&w, "as", as);
	json_pair_unsigned(&w, "line", line);
	facts_line_end(&w);
}

enum status python_facts_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct fact_list facts = { .arena = call->arena };
	struct py_listener listener = { .call = put_call, .import = put_import, .context = reply };
	struct py_request request = { .path = BYTES("setup.py"), .zone = ZONE_BUILD, .listener = &listener };
	enum status s = verb_map(call, 0, VERB_FILE_MAX, &request.file, d);
	if (s)
		return s;
	python_scan(&request, &facts);
	facts_write_lines(&facts, reply);
	return OK;
}
