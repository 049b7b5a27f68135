/* Lines of a text file, one by one, with their numbers: LF or CRLF ends them; a lone CR, which others take for a line end, is refused.
 * For the readers of line-based formats in this folder. */
#ifndef FORMAT_LINES_H
#define FORMAT_LINES_H

#include "base/bytes.h"
#include "base/status.h"

struct lines {
	struct bytes rest; /* data is NULL behind the last line */
	uint32_t line; /* number of the line that was read last, 0 before the first */
	uint64_t offset; /* where that line begins */
	uint64_t next_offset;
};

/* ERR_LIMIT when text is larger than max_size; ERR_FORMAT, naming the line, when it is not valid UTF-8. `what` names the file. */
MUST_USE enum status lines_open(struct bytes text, size_t max_size, const char *what, struct lines *ret, struct diag *d);
/* The next line without its end. ERR_ABSENT (no diag) behind the last; an empty rest behind the last line end is no line.
 * ERR_FORMAT for a NUL or a lone CR in it. */
MUST_USE enum status lines_next(struct lines *l, struct bytes *ret, struct diag *d);
/* Fails at the line that was read last: fills offset and line. Returns code. */
enum status lines_fail(const struct lines *l, enum status code, struct diag *d, const char *format, ...) PRINTF_LIKE(4, 5);

#endif
