/* The distributions that builds usually ask for: backends, their plugins and tools (data/known-backends.txt). */
#ifndef PYTHON_KNOWN_NAMES_H
#define PYTHON_KNOWN_NAMES_H

#include "base/bytes.h"

/* name: normalised (PEP 503). */
bool known_name_is(struct bytes name);

#endif
