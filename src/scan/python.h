/* Scans one Python file: bytes in, facts out (reference/source-scan.md sections 4 and 5). Runs and imports nothing. */
#ifndef SCAN_PYTHON_H
#define SCAN_PYTHON_H

#include "scan/fact.h"

/* For tests against Python's own parser: each call and import as it stands in the file. */
struct py_listener {
	/* name: the dotted callee as written, empty when it is more than names and dots. line, column: 1-based, of its start. */
	void (*call)(void *context, struct bytes name, uint32_t line, uint32_t column);
	/* module: with its leading dots; name: what is taken from it, empty for "import module"; as: empty for none. */
	void (*import)(void *context, struct bytes module, struct bytes name, struct bytes as, uint32_t line);
	void *context;
};

struct py_request {
	struct bytes file, path; /* borrowed */
	enum scan_zone zone;
	const struct py_listener *listener; /* NULL: nobody */
	/* Each imported module, "a.b", with "." for every level up before it; from x import y gives x and x.y. NULL: nobody. */
	void (*imported)(void *context, struct bytes module);
	void *context;
};

/* Appends the facts of one file. Time and memory: linear in the file, of which at most 16 MiB are read; everything that was not
 * understood is a fact of kind FACT_UNPARSED. */
void python_scan(const struct py_request *request, struct fact_list *facts);

#endif
