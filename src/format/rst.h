/* Would PyPI render a description in reStructuredText? It refuses one of which docutils says a warning or anything worse
 * (readme_renderer: halt_level 2, no file insertion, no raw). What is asked is the verdict, not the page: docutils 0.23's rules;
 * where 0.22 is known to judge otherwise it is not sure. */
#ifndef FORMAT_RST_H
#define FORMAT_RST_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Descriptions are some KiB, with some hundred names; the deepest nesting that was seen is 9. docutils itself refuses a line of more than
 * RST_MAX_WIDTH characters. Beyond any other of these the verdict is RST_UNKNOWN. */
enum { RST_MAX_SIZE = 1024 * 1024, RST_MAX_LINES = 100000, RST_MAX_WIDTH = 10000, RST_MAX_DEPTH = 24, RST_MAX_NAMES = 20000 };

enum rst_verdict {
	RST_RENDERS, /* sure: nothing that docutils would warn of */
	RST_FAILS, /* sure: docutils warns, or there is nothing to show; *d has the line and why */
	RST_UNKNOWN /* neither is sure; *d says what was not understood, and where */
};

/* text: the whole description, hostile. Scratch memory comes from a. *d (NULL is allowed) is filled for every verdict but RST_RENDERS,
 * with the first reason that was found, which need not be docutils' first. Time: nearly linear; recursion at most RST_MAX_DEPTH
 * levels of the text deep. */
enum rst_verdict rst_check(struct bytes text, struct arena *a, struct diag *d);

#endif
