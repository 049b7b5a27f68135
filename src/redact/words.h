/* Words of strangers on their way into a sentence of ours. Who prints the sentence hides what is known in it, but cannot see any more
 * where the words were cut: half a secret has to go before. */
#ifndef REDACT_WORDS_H
#define REDACT_WORDS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/run.h"

/* text without what run->known has; is_cut: its end is missing, or may be, and what could be the beginning of a secret there goes too
 * (known_redact_cut). The same bytes where nothing is known, else in a. */
struct bytes words_hide(const struct run_context *run, struct bytes text, bool is_cut, struct arena *a);

#endif
