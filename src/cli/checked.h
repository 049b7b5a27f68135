/* Wheels and sdists held to reference/wheel-checks.md, one after the other: for `hwb check`, and before something is published. */
#ifndef CLI_CHECKED_H
#define CLI_CHECKED_H

#include "check/check.h"
#include "check/sdist.h"
#include "cli/judge.h"
#include "cli/output_filter.h"
#include "cli/session.h"

struct checked_file {
	struct bytes path, name; /* name: without folders */
	bool is_wheel;
	struct source_tree tree; /* of an sdist that could be unpacked; fd -1: none */
	struct check_result result;
	struct helper_also *also; /* what else its checker was asked, and said; NULL: nothing */
};

struct checked {
	const char *command; /* "check" */
	struct settings *settings;
	struct arena *arena;
	struct session session;
	struct output_filter filter;
	struct checked_file *files;
	struct judged *judged;
	size_t n;
	/* What else the checker of a wheel is asked; NULL: nothing. */
	struct helper_also *(*also)(void *context, const struct checked_file *f);
	/* Told of each that passed, while the copy that was checked is open; its failure ends everything. May be NULL. */
	enum status (*passed)(void *context, const struct checked_file *f, int fd, struct diag *d);
	void *context;
};

/* Whether a file's name is that of a wheel or of an sdist. */
bool checked_is_artefact(struct bytes name);
/* Makes files of the words; c has settings and an arena. */
void checked_take(struct checked *c, const struct strings *words);
/* All of them, sdists first: wheels are compared with theirs. What is refused or could not be checked is in judged; what is wrong with a
 * file that is not there has been said. ERR_CANCELLED, ERR_LOG, and what passed returns. */
MUST_USE enum status checked_run(struct checked *c, struct diag *d);
/* As judge_verdict. ERR_ARTEFACT, ERR_UNCHECKED, ERR_USAGE. */
MUST_USE enum status checked_verdict(const struct checked *c, struct diag *d);
/* Ends the filter and closes the trees. */
void checked_done(struct checked *c);

#endif
