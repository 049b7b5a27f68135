/* Where things are when there is no root of the sandbox's own (--isolation landlock): what is /build, /tmp, /out and /env
 * elsewhere is a path of the host. Pure text; hwb and its launcher must say the same. */
#ifndef SANDBOX_BARE_PATHS_H
#define SANDBOX_BARE_PATHS_H

#include "base/arena.h"

struct bare_path {
	const char *inside, *outside; /* absolute, no '/' at the end */
};

struct bare_paths {
	struct bare_path *rows;
	size_t n;
	struct arena *arena;
};

/* The writable places of the run directory top: the first rows of every table. Everything lives as long as a. */
void bare_paths_init(struct bare_paths *ret, const char *top, struct arena *a);
void bare_paths_add(struct bare_paths *p, const char *inside, const char *outside);

/* The text with every path of the table by its name outside; the longest row counts. A path begins where no other can go on: at
 * the start, behind ':', '=', a quote, a space, file://, -I and -L; "/build" is not part of "/builds" nor of "x/build". */
const char *bare_paths_say(const struct bare_paths *p, const char *text);
/* Whether the path is one of the writable places or below one. */
bool bare_paths_writable(const char *inside);

#endif
