/* An archive that opens: its members tile the file, reading whole and as a stream agree, and what is read can be written
 * canonically and reads back the same. Needs format, base. */
#include "format/zip.h"
#include "format/zip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONTENT_MAX = 1 << 20 };

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static enum status collect(void *context, struct bytes piece, struct diag *d)
{
	struct buf *out = context;
	buf_add(out, piece);
	return buf_check(out, "content", d);
}

static void check_entry(const struct zip *zip, const struct zip_entry *e, struct zip_writer *w)
{
	CLEANUP(buf_done) struct buf whole, stream;
	struct diag d = { 0 };
	buf_init(&whole, CONTENT_MAX);
	buf_init(&stream, CONTENT_MAX);
	expect(zip_find(zip, e->name) == e && e->name.size > 0);
	enum status s = zip_read(zip, e, &whole, &d);
	expect((s == OK) == (d.text[0] == '\0'));
	expect((zip_read_stream(zip, e, collect, &stream, &d) == OK) == (s == OK));
	if (s == OK)
		expect(bytes_equal(buf_bytes(&whole), buf_bytes(&stream)) && whole.size == e->size);
	if (!e->is_dir)
		(void)!zip_writer_add(w, e->name, 0644, buf_bytes(&whole), NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct zip zip;
	struct diag d = { 0 };
	arena_init(&a);
	struct zip_limits limits = zip_limits_default();
	limits.total_size = CONTENT_MAX;
	limits.n_members = 100;
	for (int gaps = 0; gaps < 2; gaps++) {
		limits.allow_gaps = gaps;
		if (zip_open(bytes_make(data, size), &limits, &a, &zip, &d)) {
			expect(d.text[0]);
			continue;
		}
		CLEANUP(zip_writer_done) struct zip_writer w;
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 8 * CONTENT_MAX);
		zip_writer_init(&w, zip_sink_buf, &out, 1, 0);
		for (size_t i = 0; i < zip.n_entries; i++)
			check_entry(&zip, &zip.entries[i], &w);
		uint64_t n = w.n_entries;
		expect(zip_writer_finish(&w, NULL, &d) == OK);
		limits.ratio = 0;
		expect(zip_open(buf_bytes(&out), &limits, &a, &zip, &d) == OK && zip.n_entries == n && zip.in_file_order);
		limits.ratio = 200;
	}
	return 0;
}
