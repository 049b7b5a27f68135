#include "format/rst.h"

#include "format/rst_references.h"

static enum rst_verdict refuse(struct diag *d, enum rst_verdict verdict, uint32_t line, const char *words)
{
	(void)fail(d, verdict == RST_FAILS ? ERR_FORMAT : ERR_UNCHECKED, 0, "%s", words);
	locate(d, line, 0);
	return verdict;
}

/* The lines of a text that is not too large for anything. */
static enum rst_verdict read_lines(struct bytes text, struct arena *a, struct rst_block *ret, struct diag *d)
{
	if (text.size > RST_MAX_SIZE)
		return refuse(d, RST_UNKNOWN, 0, "it is larger than 1 MiB");
	if (!bytes_is_utf8(text) || bytes_find(text, '\0') < text.size)
		return refuse(d, RST_UNKNOWN, 0, "it is not text in UTF-8");
	if (rst_lines_make(text, a, &ret->lines, &ret->n))
		return refuse(d, RST_UNKNOWN, RST_MAX_LINES, "it has more than 100000 lines");
	for (size_t i = 0; i < ret->n; i++)
		if (ret->lines[i].text.n > RST_MAX_WIDTH)
			return refuse(d, RST_FAILS, ret->lines[i].number, "a line has more than 10000 characters");
	return RST_RENDERS;
}

enum rst_verdict rst_check(struct bytes text, struct arena *a, struct diag *d)
{
	struct rst_node root = { .kind = RST_DOCUMENT };
	struct rst r = { .a = a, .d = d, .root = &root };
	struct rst_block lines = { NULL, 0 };
	enum rst_verdict verdict = read_lines(text, a, &lines, d);
	if (verdict != RST_RENDERS)
		return verdict;
	r.names = rst_names_make(a);
	rst_body(&r, lines, &root, true);
	if (rst_going(&r))
		rst_references_check(&r);
	if (rst_going(&r))
		rst_tree_check(&r);
	return r.verdict;
}
