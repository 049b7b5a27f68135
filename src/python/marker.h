/* Environment markers: "python_version < '3.11' and os_name == 'posix'".
 * Dependency specifiers of packaging.python.org (was PEP 508), decided like pypa/packaging 26.3. */
#ifndef PYTHON_MARKER_H
#define PYTHON_MARKER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* Size: generous against real markers (< 500 bytes). Depth: parentheses inside each other; bounds the recursion. */
enum { MARKER_SIZE_MAX = 16 * 1024, MARKER_DEPTH_MAX = 32 };

enum marker_variable {
	MARKER_IMPLEMENTATION_NAME,
	MARKER_IMPLEMENTATION_VERSION,
	MARKER_OS_NAME,
	MARKER_PLATFORM_MACHINE,
	MARKER_PLATFORM_PYTHON_IMPLEMENTATION,
	MARKER_PLATFORM_RELEASE,
	MARKER_PLATFORM_SYSTEM,
	MARKER_PLATFORM_VERSION,
	MARKER_PYTHON_FULL_VERSION,
	MARKER_PYTHON_VERSION,
	MARKER_SYS_PLATFORM,
	MARKER_N_FIELDS, /* those above are the fields of an environment */
	MARKER_EXTRA = MARKER_N_FIELDS,
	MARKER_EXTRAS, /* the last two only mean something in lock files: */
	MARKER_DEPENDENCY_GROUPS, /* evaluating them is an error */
	MARKER_N_VARIABLES
};

/* The values of one interpreter on one machine. */
struct marker_env {
	struct bytes field[MARKER_N_FIELDS];
};

/* "python_version" and so on, as markers and the probe spell it. */
const char *marker_variable_name(enum marker_variable v);

struct marker; /* a tree in the arena of its parse */

/* The whole of text. *ret_marker lives as long as a and borrows nothing.
 * ERR_FORMAT with the offset: unknown variable or operator, a backslash or line break in a string (the specification has no
 * escapes), bad UTF-8. ERR_LIMIT: size, depth. */
MUST_USE enum status marker_parse(struct bytes text, struct arena *a, const struct marker **ret_marker, struct diag *d);

/* True or false for that environment. extra: the one that is being installed, any spelling, or {NULL, 0}.
 * ERR_FORMAT: the marker has no meaning here (no variable in a comparison, ~= or === on text, a lock-file variable):
 * whoever holds it must not take that for false. Every comparison is made, so an error never hides behind an "or". */
MUST_USE enum status marker_evaluate(const struct marker *m, const struct marker_env *env, struct bytes extra, bool *ret,
				     struct diag *d);

/* As str(Marker) of packaging writes it: one spelling of variables, double quotes, no needless parentheses. */
void marker_write(const struct marker *m, struct buf *out);

#endif
