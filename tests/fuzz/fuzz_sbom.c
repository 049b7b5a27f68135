/* A CycloneDX document of a stranger ('C' first), or the record of a model ('R').
 * What is read can be written, and what hwb wrote is read back and written the same. Needs describe, describe-verb, format, base. */
#include "describe/sbom.h"
#include "format/json.h"
#include "python/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static bool read_record(struct bytes record, struct arena *a, struct sbom *ret)
{
	struct wire w = wire_over(record);
	sbom_get_record(&w, a, ret);
	return wire_end(&w, "record", NULL) == OK;
}

static struct bytes text_of(const struct sbom *s, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	CLEANUP(buf_done) struct buf spdx;
	const struct json *root;
	buf_init(&out, 4 * SBOM_FILE_MAX);
	buf_init(&spdx, 4 * SBOM_FILE_MAX);
	sbom_write_cyclonedx(s, &out);
	sbom_write_spdx(s, &spdx);
	expect(json_parse(buf_bytes(&out), a, &root, NULL) == OK && json_parse(buf_bytes(&spdx), a, &root, NULL) == OK);
	return arena_copy(a, buf_bytes(&out));
}

/* As hwb gets it: through the record. */
static bool carry(struct sbom *s, struct arena *a)
{
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, 4 * SBOM_FILE_MAX);
	if (!name_is_valid(s->name) || !s->version.size)
		return false;
	sbom_put_record(s, &record);
	expect(read_record(buf_bytes(&record), a, s));
	return true;
}

static struct bytes again(struct bytes text, struct arena *a)
{
	struct sbom s;
	expect(sbom_read_cyclonedx(text, a, &s, NULL) == OK);
	expect(carry(&s, a));
	return text_of(&s, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct sbom s;
	struct diag d = { 0 };
	arena_init(&a);
	if (size == 0)
		return 0;
	struct bytes text = bytes_make(data + 1, size - 1);
	if (data[0] == 'R') {
		if (read_record(text, &a, &s))
			(void)text_of(&s, &a);
		return 0;
	}
	if (sbom_read_cyclonedx(text, &a, &s, &d)) {
		expect((d.code == ERR_FORMAT || d.code == ERR_LIMIT) && d.text[0]);
		return 0;
	}
	if (!carry(&s, &a))
		return 0;
	/* The first may list the wheel among its components, under another purl; after that nothing changes any more. */
	struct bytes first = again(text_of(&s, &a), &a);
	expect(bytes_equal(again(first, &a), first));
	return 0;
}
