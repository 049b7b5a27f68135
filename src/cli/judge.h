/* What hwb makes of findings, whichever stage they are of: the operator's policy, the audit log, the terminal, and the formats of
 * `hwb check` and `hwb scan`. */
#ifndef CLI_JUDGE_H
#define CLI_JUDGE_H

#include "audit/audit.h"
#include "base/arena.h"
#include "cli/console.h"
#include "finding/render.h"

/* Applies the policy of the settings and sorts. Every finding that is allowed becomes a policy.override in the log, once an id.
 * ERR_LOG. */
MUST_USE enum status judge_apply(struct settings *s, struct finding_list *list, struct bytes subject, struct audit *audit,
				 struct diag *d);
/* Warns of each --allow that no finding needed. */
void judge_warn_unused(const struct settings *s, struct console *c);

/* What list has and said has not: a second look says nothing twice. The items are those of list; lives in its arena. */
struct finding_list judge_only_new(const struct finding_list *said, const struct finding_list *list);
/* To stderr, as part of a build: warnings and errors with their lines of source, in few words what else there is. */
void judge_say(struct console *c, const struct finding_subject *subject);

/* The style that makes strangers' texts safe through the console. */
struct finding_style judge_style(struct console *c, bool colour, bool with_info);

/* What was found in several files or trees, to stdout in the format that was asked for. */
struct judged {
	struct finding_subject subject;
	const char *outcome; /* "passed", "refused", "unchecked" */
	bool is_unusable; /* unchecked, for it is not there or nothing that could be looked at: the word was wrong */
	/* More members of the subject's object in JSON; NULL: none. */
	void (*put_facts)(struct json_writer *w, const void *facts, const struct finding_style *style);
	const void *facts;
};
/* OK when all passed. What is refused (then `refused`), and then what could not be checked although it is there (ERR_UNCHECKED), says more
 * than a word that was wrong (ERR_USAGE): none is a pass. what: "file". */
MUST_USE enum status judge_verdict(const struct judged *all, size_t n, const char *what, enum status refused, struct diag *d);
/* "checked 2 files: 1 error, ..." */
void judge_say_counts(struct console *c, const struct judged *all, size_t n, const char *done, const char *what);
/* command: "check"; code: what the program will end with. */
void judge_print(const struct settings *s, struct console *c, const char *command, const struct judged *all, size_t n, int code);

#endif
