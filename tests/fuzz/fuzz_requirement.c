/* Requirements and the file names of wheels and sdists: canonical text is a fixed point. Needs python, base. */
#include "python/name.h"
#include "python/requirement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void try_names(struct bytes text, struct arena *a)
{
	struct wheel_name w;
	struct sdist_name s;
	struct bytes normal = name_normalize(text, a);
	expect(name_equal(text, normal) && name_is_valid(text) <= name_is_normalized(normal));
	if (wheel_name_parse(text, a, &w, NULL) == OK)
		expect(name_is_normalized(w.name) && w.n_python * w.n_abi * w.n_platform <= WHEEL_TAGS_MAX);
	if (sdist_name_parse(text, BYTES("foo-bar"), a, &s, NULL) == OK)
		expect(s.version.n_release > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text, again;
	arena_init(&a);
	buf_init(&text, 16 * REQUIREMENT_SIZE_MAX);
	buf_init(&again, 16 * REQUIREMENT_SIZE_MAX);
	struct requirement r, same;
	try_names(bytes_make(data, size), &a);
	if (requirement_parse(bytes_make(data, size), &a, &r, NULL) != OK)
		return 0;
	expect(name_is_normalized(r.name) && (r.url.size == 0 || r.specifier.n_clauses == 0));
	requirement_write(&r, &text);
	if (text.size > MARKER_SIZE_MAX)
		return 0;
	expect(requirement_parse(buf_bytes(&text), &a, &same, NULL) == OK);
	requirement_write(&same, &again);
	expect(bytes_equal(buf_bytes(&text), buf_bytes(&again)));
	return 0;
}
