#include "index/map.h"

#include "python/name.h"

enum status index_pattern_parse(struct bytes text, struct arena *a, const char **ret, struct diag *d)
{
	bool is_open = bytes_ends(text, BYTES("*"));
	struct bytes name = bytes_part(text, 0, text.size - is_open);
	struct bytes normal = name_normalize(name, a);
	/* "acme-" is no name, but the beginning of names. */
	const char *sample = arena_printf(a, "%.*s%s", BYTES_ARG(bytes_part(name, 0, NAME_SIZE_MAX + 1)), is_open ? "x" : "");
	if (!name.size || !name_is_valid(bytes_of(sample)))
		return fail(d, ERR_USAGE, 0, "'%.*s' is neither a name nor the beginning of one with '*' behind it, such as 'acme-*'",
			    BYTES_ARG(bytes_part(text, 0, 100)));
	*ret = arena_printf(a, "%.*s%s", BYTES_ARG(normal), is_open ? "*" : "");
	return OK;
}

/* How much of the name the pattern has said; 0: it does not fit. */
static size_t weight(struct bytes pattern, struct bytes name)
{
	if (!bytes_ends(pattern, BYTES("*")))
		return bytes_equal(pattern, name) ? name.size + 1 : 0;
	struct bytes beginning = bytes_part(pattern, 0, pattern.size - 1);
	return bytes_starts(name, beginning) ? beginning.size : 0;
}

const struct index_rule *index_rule_find(const struct index_rule *rules, size_t n, struct bytes name)
{
	const struct index_rule *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < n; i++) {
		size_t w = weight(bytes_of(rules[i].pattern), name);
		if (w > most) {
			best = &rules[i];
			most = w;
		}
	}
	return best;
}
