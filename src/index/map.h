/* Which index a name is asked of: exactly one. Who owns "acme-*" is never known to another index, and nobody else can answer for it. */
#ifndef INDEX_MAP_H
#define INDEX_MAP_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* One simple index. Plain data, borrowed by whoever has a list of them. */
struct index_place {
	const char *name; /* as the operator calls it, for messages */
	const char *url; /* ends in '/', without userinfo; NULL or "": none is configured */
};

/* Names that belong to one place. */
struct index_rule {
	const char *pattern; /* as index_pattern_parse gives it */
	size_t place; /* in the list of places */
};

/* A name, or the beginning of names with '*' behind it ("acme-*"), brought to normal form (PEP 503); lives as long as a.
 * ERR_USAGE: neither; "*" alone is none, for that is what the default is. */
MUST_USE enum status index_pattern_parse(struct bytes text, struct arena *a, const char **ret, struct diag *d);

/* The rule for a normalised name: the longest pattern that fits, a whole name before a beginning; NULL: the default has it. Of equal
 * patterns the first counts: whoever makes the list sees to it that there are none. Time: linear in n. */
const struct index_rule *index_rule_find(const struct index_rule *rules, size_t n, struct bytes name);

#endif
