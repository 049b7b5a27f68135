#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[N_STATUS] = {
	[OK] = "ok",
	[ERR_USAGE] = "usage",
	[ERR_FORMAT] = "format",
	[ERR_LIMIT] = "limit",
	[ERR_IO] = "io",
	[ERR_ABSENT] = "absent",
	[ERR_HASH] = "hash",
	[ERR_RESOLVE] = "resolve",
	[ERR_NETWORK] = "network",
	[ERR_REFUSED] = "refused",
	[ERR_ISOLATION] = "isolation",
	[ERR_BACKEND] = "backend",
	[ERR_ARTEFACT] = "artefact",
	[ERR_PUBLISH] = "publish",
	[ERR_LOG] = "log",
	[ERR_UNCHECKED] = "unchecked",
	[ERR_CANCELLED] = "cancelled",
};

static void fill(struct diag *d, const struct diag *head, const char *format, va_list args)
{
	*d = *head;
	(void)vsnprintf(d->text, sizeof d->text, format, args);
}

enum status fail(struct diag *d, enum status code, uint64_t at, const char *format, ...)
{
	if (!d)
		return code;
	va_list args;
	va_start(args, format);
	fill(d, &(struct diag){ .code = code, .offset = at }, format, args);
	va_end(args);
	return code;
}

enum status fail_rule(struct diag *d, const char *rule, enum status code, uint64_t at, const char *format, ...)
{
	if (!d)
		return code;
	va_list args;
	va_start(args, format);
	fill(d, &(struct diag){ .code = code, .offset = at, .rule = rule }, format, args);
	va_end(args);
	return code;
}

enum status blame(struct diag *d, const char *rule)
{
	if (!d)
		return ERR_IO;
	d->rule = rule;
	return d->code;
}

enum status recode(struct diag *d, enum status code)
{
	if (d)
		d->code = code;
	return code;
}

void locate(struct diag *d, uint32_t line, uint32_t column)
{
	if (!d)
		return;
	d->line = line;
	d->column = column;
}

enum status remedy(struct diag *d, const char *format, ...)
{
	if (!d)
		return ERR_IO;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(d->help, sizeof d->help, format, args);
	va_end(args);
	return d->code;
}

enum status explain(struct diag *d, const char *format, ...)
{
	if (!d)
		return ERR_IO;
	char before[DIAG_TEXT_SIZE];
	memcpy(before, d->text, sizeof before);
	va_list args;
	va_start(args, format);
	int n = vsnprintf(d->text, sizeof d->text, format, args);
	va_end(args);
	size_t at = n < 0 ? 0 : (size_t)n < sizeof d->text ? (size_t)n : sizeof d->text - 1;
	(void)snprintf(d->text + at, sizeof d->text - at, ": %s", before);
	if (d->code == OK) /* a failure without words of its own is one all the same */
		d->code = ERR_IO;
	return d->code;
}

const char *status_name(enum status s)
{
	return s < N_STATUS ? names[s] : "unknown";
}
