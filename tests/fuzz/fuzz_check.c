/* The checks of a wheel. 'W': the bytes are one. Else METADATA, entry_points.txt, WHEEL and a .pth file with a byte 0xff between them, in
 * a wheel whose archive and RECORD are right: whatever they say, every finding is in the table and has words. */
#include "check/checking.h"
#include "format/json.h"
#include "wheel_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check(struct bytes file, struct arena *a)
{
	struct zip_limits limits = zip_limits_default();
	struct checking c = { .arena = a, .findings = { .arena = a }, .file_name = BYTES(MADE_FILE), .want_name = BYTES("a-b") };
	limits.n_members = 1000;
	limits.total_size = 16 << 20;
	room_init(&c.room, -1);
	check_whole(&c, file, &limits);
	room_done(&c.room);
	for (size_t i = 0; i < c.findings.n_items; i++)
		expect(finding_rule(bytes_of(c.findings.items[i].id)) && c.findings.items[i].message.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf file;
	struct bytes rest = bytes_make(data, size);
	arena_init(&a);
	buf_init(&file, 1 << 20);
	json_prepare();
	if (size && data[0] == 'W') {
		check(bytes_from(rest, 1), &a);
		return 0;
	}
	if (size > 1 << 16)
		return 0;
	struct made_wheel w = { .members = { { .name = MADE_INFO "METADATA", .content = arena_string(&a, bytes_cut(&rest, 0xff)) },
					     { .name = MADE_INFO "entry_points.txt",
					       .content = arena_string(&a, bytes_cut(&rest, 0xff)) },
					     { .name = MADE_INFO "WHEEL", .content = arena_string(&a, bytes_cut(&rest, 0xff)) },
					     { .name = "a.pth", .content = arena_string(&a, rest) } } };
	wheel_make(&w, &file);
	check(buf_bytes(&file), &a);
	return 0;
}
