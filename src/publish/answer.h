/* What a registry's answer says: its words lie in a page, in JSON or in plain text. hwb-parse reads them, for a server is a stranger. */
#ifndef PUBLISH_ANSWER_H
#define PUBLISH_ANSWER_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/run.h"
#include "base/status.h"

/* Two sentences and a link; longer ones are cut. */
enum { ANSWER_TEXT_MAX = 1000 };

struct answer {
	const char *text; /* valid UTF-8 on one line; may hold anything a stranger says: escape and redact it; "" without words. Without
	 * what the run knows, and when it was cut without what could be the beginning of that */
	bool says_exists; /* a hint only: what is there, the index tells */
};

/* In hwb-parse: the words of a body. Lives as long as a. Never fails. O(n). */
struct bytes answer_words(struct bytes body, struct bytes content_type, struct arena *a);
/* Whether such words mean that there is a file of that name. */
bool answer_says_exists(struct bytes words);

/* Asks hwb-parse. fd: a memory file with the body. ERR_UNCHECKED: nobody knows what it says. ERR_CANCELLED. */
MUST_USE enum status answer_ask(const struct run_context *run, int fd, const char *content_type, struct arena *a,
				struct answer *ret, struct diag *d);

#endif
