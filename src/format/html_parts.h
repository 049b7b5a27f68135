/* What the two files of the HTML reader share, and nobody else includes: tags and their attributes (html_tag.c);
 * what they mean for a page of links is in html_links.c. */
#ifndef FORMAT_HTML_PARTS_H
#define FORMAT_HTML_PARTS_H

#include "base/arena.h"
#include "base/bytes.h"

struct html_tag {
	struct bytes name; /* as written; compare without case */
	bool closing;
	struct bytes attributes; /* raw, for html_attribute_next */
};

/* Reads what begins at the '<' that page starts with. Returns its size, at least 1: of a tag (name not empty), of a comment or
 * declaration (name empty), or 1 for a '<' that begins nothing. */
size_t html_tag_read(struct bytes page, struct html_tag *ret);
/* The next attribute, its value raw, data NULL without one. False at the end. */
bool html_attribute_next(struct bytes *rest, struct bytes *ret_name, struct bytes *ret_value);
/* A copy in a with character references decoded: the numeric ones, and amp, lt, gt, quot, apos, nbsp. Never NULL data. */
struct bytes html_decode(struct bytes raw, struct arena *a);

#endif
