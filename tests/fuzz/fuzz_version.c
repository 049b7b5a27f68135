/* Two lines are two versions: what is written parses to the same, and the order is an order. Needs python, base. */
#include "python/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void round_trip(const struct version *v, struct arena *a)
{
	CLEANUP(buf_done) struct buf text, again;
	struct version w;
	buf_init(&text, 2 * VERSION_SIZE_MAX);
	buf_init(&again, 2 * VERSION_SIZE_MAX);
	version_write(v, &text);
	if (text.size > VERSION_SIZE_MAX) /* "1a" grows to "1a0" */
		return;
	expect(version_parse(buf_bytes(&text), a, &w, NULL) == OK && version_compare(v, &w) == 0);
	version_write(&w, &again);
	expect(bytes_equal(buf_bytes(&text), buf_bytes(&again)));
	struct version public = version_public(v), base = version_base(v);
	expect(version_same_public(v, &public) && version_same_base(v, &base) && version_compare(v, &public) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct bytes rest = bytes_make(data, size), first = bytes_cut(&rest, '\n');
	struct version v, w;
	expect(version_prefix(first) <= first.size);
	if (version_parse(first, &a, &v, NULL) != OK)
		return 0;
	round_trip(&v, &a);
	expect(version_compare(&v, &v) == 0);
	if (version_parse(rest, &a, &w, NULL) == OK)
		expect(version_compare(&v, &w) == -version_compare(&w, &v));
	return 0;
}
