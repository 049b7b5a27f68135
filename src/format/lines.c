#include "format/lines.h"

#include <stdarg.h>

enum status lines_fail(const struct lines *l, enum status code, struct diag *d, const char *format, ...)
{
	char words[512];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	(void)fail(d, code, l->offset, "line %u: %s", l->line, words);
	locate(d, l->line, 0);
	return code;
}

enum status lines_open(struct bytes text, size_t max_size, const char *what, struct lines *ret, struct diag *d)
{
	if (text.size > max_size)
		return fail(d, ERR_LIMIT, max_size, "%s of %zu bytes; at most %zu are read", what, text.size, max_size);
	struct lines l = { .rest = text };
	if (!bytes_is_utf8(text)) {
		for (struct bytes line = { NULL, 0 }; bytes_is_utf8(line) && l.rest.data;) {
			l.offset = l.next_offset;
			line = bytes_cut(&l.rest, '\n');
			l.next_offset += line.size + 1;
			l.line++;
		}
		return lines_fail(&l, ERR_FORMAT, d, "%s is not valid UTF-8", what);
	}
	*ret = l;
	return OK;
}

enum status lines_next(struct lines *l, struct bytes *ret, struct diag *d)
{
	if (l->rest.size == 0)
		return ERR_ABSENT;
	struct bytes rest = l->rest;
	l->offset = l->next_offset;
	l->line++;
	struct bytes line = bytes_cut(&rest, '\n');
	if (rest.data && bytes_ends(line, BYTES("\r")))
		line.size--;
	if (bytes_find(line, '\r') < line.size)
		return lines_fail(l, ERR_FORMAT, d, "a carriage return without a line feed");
	if (bytes_find(line, '\0') < line.size)
		return lines_fail(l, ERR_FORMAT, d, "a NUL");
	l->next_offset += l->rest.size - rest.size;
	l->rest = rest;
	*ret = line;
	return OK;
}
