/* What a function that can fail returns, and the words that go with it.
 * The status says which kind of failure; the diag says it to a person. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum status {
	OK = 0,
	ERR_USAGE, /* the request itself is wrong, or was not granted: exit 2 */
	ERR_FORMAT, /* bytes that do not follow their format */
	ERR_LIMIT, /* a limit of ours was reached: exit 9 */
	ERR_IO, /* the operating system said no */
	ERR_ABSENT, /* looked for and not there; often not an error to the caller */
	ERR_HASH, /* bytes are not the bytes that were promised: exit 3 */
	ERR_RESOLVE, /* no set of distributions satisfies the requirements: exit 3 */
	ERR_NETWORK, /* could not be fetched: exit 3 */
	ERR_REFUSED, /* a source we will not build: exit 4 */
	ERR_ISOLATION, /* the sandbox cannot be set up: exit 5 */
	ERR_BACKEND, /* the build backend failed: exit 1 */
	ERR_ARTEFACT, /* what the backend made is refused: exit 6 */
	ERR_PUBLISH, /* not published, or only in part: exit 7 */
	ERR_LOG, /* the audit log cannot be written, or its chain is broken: exit 7 */
	ERR_UNCHECKED, /* could not check, which is never "passed": exit 10 */
	ERR_CANCELLED, /* SIGINT or SIGTERM: exit 130 */
	N_STATUS
};

enum { DIAG_TEXT_SIZE = 2048, DIAG_HELP_SIZE = 1024 };

/* The words of one failure. Plain data; zero is a good start.
 * text names the thing in quotes; help says what to do and may be empty. */
struct diag {
	enum status code;
	uint64_t offset; /* byte offset in the input, 0 when it means nothing */
	uint32_t line; /* 1-based, 0 when it means nothing */
	uint32_t column; /* 1-based, in bytes */
	const char *rule; /* the id of the rule that was broken (data/findings.toml), a constant; NULL: it has none */
	char text[DIAG_TEXT_SIZE];
	char help[DIAG_HELP_SIZE];
};

/* Fills *d (NULL is allowed) and returns code, so that it can be the tail of a return.
 * at: byte offset in the input, 0 when it means nothing. The text is cut at its size. */
enum status fail(struct diag *d, enum status code, uint64_t at, const char *format, ...) PRINTF_LIKE(4, 5);

/* Names the rule that was broken by its id in the table of findings, such as "Z07", a constant; fail_rule does both at once.
 * blame returns as remedy does. */
enum status blame(struct diag *d, const char *rule);
enum status fail_rule(struct diag *d, const char *rule, enum status code, uint64_t at, const char *format, ...) PRINTF_LIKE(5, 6);

/* Makes it another kind of failure: what is malformed to a parser may be a wrong request to its caller. Returns code, also for
 * NULL; nobody writes d->code beside fail and this. */
enum status recode(struct diag *d, enum status code);

/* Says where in a text it happened, 1-based; 0 when it means nothing. */
void locate(struct diag *d, uint32_t line, uint32_t column);

/* Adds the remedy to *d and returns d->code, ERR_IO for NULL: who may be without a diag returns its own status. */
enum status remedy(struct diag *d, const char *format, ...) PRINTF_LIKE(2, 3);

/* Puts "context: " before the text of *d: once per layer on the way up. Returns as remedy does. */
enum status explain(struct diag *d, const char *format, ...) PRINTF_LIKE(2, 3);

/* The status as one lower-case word for logs and JSON ("hash", "backend"). Never NULL. */
const char *status_name(enum status s);

#endif
