/* Facts of a scan in files: what `hwb scan --json` writes, and --baseline reads. */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include "finding/render.h"
#include "scan/scan.h"

/* {"id":"py.os-system","kind":"proc","zone":"build","path":...,"line":n,"column":n,"name":...,"at_import":true} */
void facts_put_json(struct json_writer *w, const struct fact *f, const struct finding_style *style);

/* The facts and findings of every subject in a file that `hwb scan --json` wrote; of a version of hwb that knew ids which this one does not,
 * those are left out. The lists of *ret have their arena. ERR_USAGE: not such a file, or larger than 256 MiB. */
MUST_USE enum status facts_read_file(const char *path, struct scan_base *ret, struct diag *d);

#endif
