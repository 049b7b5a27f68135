/* A set on the first line, a version on the second: canonical text is a fixed point. Needs python, base. */
#include "python/specifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text, again;
	arena_init(&a);
	buf_init(&text, 2 * SPECIFIER_SIZE_MAX);
	buf_init(&again, 2 * SPECIFIER_SIZE_MAX);
	struct bytes rest = bytes_make(data, size), first = bytes_cut(&rest, '\n');
	struct specifier set, same;
	expect(specifier_clause_prefix(first) <= first.size);
	if (specifier_parse(first, &a, &set, NULL) != OK)
		return 0;
	specifier_write(&set, &text);
	expect(specifier_parse(buf_bytes(&text), &a, &same, NULL) == OK);
	specifier_write(&same, &again);
	expect(bytes_equal(buf_bytes(&text), buf_bytes(&again)));
	expect(specifier_names_prerelease(&set) == specifier_names_prerelease(&same));
	struct version v;
	bool is_version = version_parse(rest, &a, &v, NULL) == OK;
	bool allow = specifier_contains(&set, is_version ? &v : NULL, rest, SPECIFIER_ALLOW);
	expect(allow == specifier_contains(&same, is_version ? &v : NULL, rest, SPECIFIER_ALLOW));
	expect(allow || !specifier_contains(&set, is_version ? &v : NULL, rest, SPECIFIER_DENY));
	return 0;
}
