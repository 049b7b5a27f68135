#include "cli/exit.h"

static const struct exit_row rows[] = {
	{ EXIT_OK, "ok", "everything that was asked for was done" },
	{ EXIT_BUILD, "build", "the build backend failed" },
	{ EXIT_USAGE, "usage", "usage, configuration, or a request the operator did not grant" },
	{ EXIT_RESOLVE, "resolve", "requirements cannot be resolved or fetched, or a hash does not match" },
	{ EXIT_SOURCE, "source", "the source is refused" },
	{ EXIT_ISOLATION, "isolation", "isolation is not available here" },
	{ EXIT_ARTEFACT, "artefact", "what the backend made is refused" },
	{ EXIT_SIGN, "record", "the audit log cannot be written or its chain is broken; signing, verifying or publishing failed" },
	{ EXIT_DIFFERS, "differs", "not reproducible, or compare found a difference" },
	{ EXIT_LIMIT, "limit", "a limit ended it" },
	{ EXIT_UNCHECKED, "unchecked", "something could not be checked" },
	{ EXIT_INTERRUPTED, "interrupted", "interrupted by a signal" },
};

static const enum exit_code by_status[N_STATUS] = {
	[OK] = EXIT_OK,
	[ERR_USAGE] = EXIT_USAGE,
	[ERR_FORMAT] = EXIT_USAGE,
	[ERR_LIMIT] = EXIT_LIMIT,
	[ERR_IO] = EXIT_UNCHECKED,
	[ERR_ABSENT] = EXIT_USAGE,
	[ERR_HASH] = EXIT_RESOLVE,
	[ERR_RESOLVE] = EXIT_RESOLVE,
	[ERR_NETWORK] = EXIT_RESOLVE,
	[ERR_REFUSED] = EXIT_SOURCE,
	[ERR_ISOLATION] = EXIT_ISOLATION,
	[ERR_BACKEND] = EXIT_BUILD,
	[ERR_ARTEFACT] = EXIT_ARTEFACT,
	[ERR_PUBLISH] = EXIT_SIGN,
	[ERR_LOG] = EXIT_SIGN,
	[ERR_UNCHECKED] = EXIT_UNCHECKED,
	[ERR_CANCELLED] = EXIT_INTERRUPTED,
};

const struct exit_row *exit_rows(size_t *ret_n)
{
	*ret_n = COUNT(rows);
	return rows;
}

enum exit_code exit_code_of(enum status s)
{
	return s < N_STATUS ? by_status[s] : EXIT_UNCHECKED;
}

const char *exit_reason(enum exit_code code)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].code == code)
			return rows[i].reason;
	return "unknown";
}
