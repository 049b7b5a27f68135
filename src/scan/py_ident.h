/* Identifiers as Python compares them (PEP 3131: NFKC), as far as the result can be ASCII: no name that matters is anything else. */
#ifndef SCAN_PY_IDENT_H
#define SCAN_PY_IDENT_H

#include "base/arena.h"
#include "base/bytes.h"

struct py_ident {
	struct bytes name; /* as written, or in a when NFKC makes it another one */
	bool changed; /* NFKC makes it another name */
	bool mixed; /* Latin letters beside letters of another script that look like them */
};

/* text: the bytes of one name token. */
struct py_ident py_ident_read(struct bytes text, struct arena *a);

#endif
