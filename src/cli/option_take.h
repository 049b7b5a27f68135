/* How the files with tables of options write the functions that take them. Included by those files alone: the names are short. */
#ifndef CLI_OPTION_TAKE_H
#define CLI_OPTION_TAKE_H

#include "cli/settings.h"

/* The head of one (option.take). */
#define TAKE(name) static enum status name(struct settings *s, struct arena *a, const char *value, struct diag *d)
#define UNUSED(x) (void)(x)

/* Sets a field that only the command line has. */
#define FLAG(name, field) \
	TAKE(name) \
	{ \
		UNUSED(a); \
		UNUSED(value); \
		UNUSED(d); \
		s->field = true; \
		return OK; \
	}

#endif
