/* A snapshot that reads to its end is written again to the same bytes, and every path in it is found. Needs format, base. */
#include "format/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buf_done) struct buf out;
	struct bytes file = bytes_make(data, size);
	struct snapshot_reader r;
	struct snapshot_entry e, found;
	struct diag d = { 0 };
	buf_init(&out, size + 1);
	enum status s = snapshot_open(file, &r, &d);
	if (s == OK)
		snapshot_put_start(&out);
	while (s == OK && (s = snapshot_next(&r, &e, &d)) == OK) {
		expect(snapshot_path_ok(e.path) && (e.type != 'l' || snapshot_link_ok(e.path, e.content)));
		expect(snapshot_find(file, e.path, &found, NULL) == OK && found.content.data == e.content.data &&
		       found.type == e.type);
		snapshot_put_header(&out, e.type, e.path, e.content.size);
		buf_add(&out, e.content);
	}
	if (s != ERR_ABSENT) {
		expect(s == ERR_FORMAT && d.text[0]);
		return 0;
	}
	snapshot_put_end(&out);
	expect(bytes_equal(buf_bytes(&out), file));
	return 0;
}
