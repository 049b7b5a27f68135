/* Facts, flows and what the policy says as JSON, an object a line: for `hwb debug`, tests and records. */
#ifndef SCAN_FACTS_JSON_H
#define SCAN_FACTS_JSON_H

#include "format/json_write.h"
#include "scan/fact.h"

/* One line, of that kind: begun with its "kind", ended with a line feed. */
struct json_writer facts_line_begin(struct buf *out, const char *kind);
void facts_line_end(struct json_writer *w);

/* Each line has "kind": fact {id, class, zone, path, name, line, column, at_import, evidence}, flow {from, to: ids}, finding {id,
 * severity, fact, source, path, line, more, evidence}. Texts of the source are escaped (format/json_write.h). */
void facts_write_lines(const struct fact_list *facts, struct buf *out);

#endif
