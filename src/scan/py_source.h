/* The bytes of a Python file as the text that Python reads: PEP 263 and what is said about the encoding beside it. */
#ifndef SCAN_PY_SOURCE_H
#define SCAN_PY_SOURCE_H

#include "base/buf.h"
#include "base/bytes.h"

enum { PY_SOURCE_MAX = 16 << 20 };

struct py_source {
	struct bytes text; /* UTF-8 without a byte order mark */
	struct bytes encoding; /* as written in the first two lines, {NULL, 0}: none */
	uint32_t encoding_line;
	bool is_odd; /* neither UTF-8, Latin-1 nor ASCII */
	bool is_broken; /* not what the encoding says; read as Latin-1 */
	bool is_cut; /* longer than PY_SOURCE_MAX: the rest is not in text */
};

/* file is borrowed; text is a part of it, or what is in *room, which is initialised here and the caller's to end.
 * utf-7, rot13 and unicode_escape are decoded as well, because what
 * hides in them is what runs; any other odd encoding is read as Latin-1. Never fails. */
void py_source_read(struct bytes file, struct buf *room, struct py_source *ret);

#endif
