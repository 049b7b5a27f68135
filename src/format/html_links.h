/* The links of a simple repository page in HTML (PEP 503, 592, 629, 658, 714, 792), and nothing else of it.
 * A tolerant tokenizer, not a browser: whatever is not understood is text, and no input is an error but a large one. */
#ifndef FORMAT_HTML_LINKS_H
#define FORMAT_HTML_LINKS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

enum { HTML_MAX_SIZE = 64 * 1024 * 1024, HTML_MAX_LINKS = 100000 };

/* Values have their character references decoded. Bytes are not checked to be UTF-8. data is NULL when there was no such
 * attribute, and not NULL when it was there without a value. */
struct html_link {
	struct bytes href;
	struct bytes text; /* without tags and without blanks around it */
	struct bytes requires_python;
	struct bytes yanked; /* the reason, often empty */
	struct bytes core_metadata; /* "true" or "sha256=…"; data-core-metadata, else data-dist-info-metadata */
	uint64_t offset; /* of its '<' */
};

struct html_page {
	const struct html_link *links; /* those with an href, in order */
	size_t n_links;
	struct bytes base_href; /* of the first <base href>, data NULL without */
	/* <meta name="pypi:…" content="…">: the first of each, data NULL without (PEP 629, 792). */
	struct bytes repository_version, project_status, project_status_reason;
};

/* Reads the whole page; everything in *ret lives as long as a. Time: O(n).
 * ERR_LIMIT over HTML_MAX_SIZE or HTML_MAX_LINKS. */
MUST_USE enum status html_links_parse(struct bytes page, struct arena *a, struct html_page *ret, struct diag *d);

#endif
