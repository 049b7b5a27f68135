/* The distributions that builds usually ask for: backends, their plugins and tools (data/known-backends.txt). */
#ifndef PYTHON_KNOWN_NAMES_H
#define PYTHON_KNOWN_NAMES_H

#include "base/bytes.h"

/* name: normalised (PEP 503). */
bool known_name_is(struct bytes name);

/* The day of the list, "2026-11-23"; static. */
struct bytes known_names_date(void);

/* What the line "# Date: " of such a list says; {NULL, 0}: it has none. */
struct bytes list_date(struct bytes list);

#endif
