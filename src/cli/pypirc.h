/* ~/.pypirc: URLs and user names of registries, as other tools keep them (packaging.python.org, "The .pypirc file"). */
#ifndef CLI_PYPIRC_H
#define CLI_PYPIRC_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

struct pypirc_section {
	const char *repository, *username; /* NULL: not said */
	uint32_t password_line; /* where there is a password; 0: nowhere */
};

/* What the text of a file says of one registry. Lives as long as a. ERR_ABSENT without a diag: nothing. ERR_FORMAT with the line: not INI. */
MUST_USE enum status pypirc_find(struct bytes text, const char *name, struct arena *a, struct pypirc_section *ret, struct diag *d);
/* The same of the file below that home; ERR_ABSENT also when there is none, ERR_USAGE otherwise. home: NULL for none. */
MUST_USE enum status pypirc_load(const char *home, const char *name, struct arena *a, struct pypirc_section *ret, struct diag *d);
/* ERR_USAGE with what to do: there is a password in the section of that name. */
MUST_USE enum status pypirc_check(const struct pypirc_section *section, const char *name, struct diag *d);

#endif
