/* PCRE2 behind four functions: bytes, not text; anchored; bounded in time and memory. The one file that names the library is
 * regex_pcre2.c. */
#ifndef REDACT_REGEX_H
#define REDACT_REGEX_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"

struct regex_engine;
struct regex;

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* What all expressions share; lives as long as a, and so does all that is made with it. with_jit: expressions become machine code,
 * which needs memory that can be executed: not in a confined program. Where the library or the machine cannot, they are
 * interpreted. */
struct regex_engine *regex_engine_new(struct arena *a, bool with_jit);

/* pattern: one of ours, PCRE2 without UTF. NULL: it is not well-formed. */
struct regex *regex_new(struct regex_engine *engine, const char *pattern);

/* Whether it matches at that very offset of subject; *ret_from and *ret_to: group 1 if it took part, else all of the match.
 * REGEX_LIMIT: more steps or memory than any honest line needs. */
enum regex_result regex_match(const struct regex *r, struct bytes subject, size_t at, size_t *ret_from, size_t *ret_to);

#endif
