/* Rows that read are written and read back the same. Needs format, base. */
#include "base/buf.h"
#include "format/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void round_trip(const struct csv_row *row, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 64 << 20);
	for (size_t i = 0; i < row->n_fields; i++) {
		if (i)
			buf_add_byte(&out, ',');
		csv_write_field(row->fields[i], &out);
	}
	buf_add_byte(&out, '\n');
	struct csv_reader r;
	struct csv_row again;
	expect(csv_open(buf_bytes(&out), &r, NULL) == OK && csv_next(&r, a, &again, NULL) == OK);
	/* one empty field is written as an empty line */
	if (row->n_fields == 1 && row->fields[0].size == 0)
		return;
	expect(again.n_fields == row->n_fields);
	for (size_t i = 0; i < row->n_fields; i++)
		expect(bytes_equal(again.fields[i], row->fields[i]));
	expect(csv_next(&r, a, &again, NULL) == ERR_ABSENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct csv_reader r;
	struct csv_row row;
	struct diag d = { 0 };
	arena_init(&a);
	expect(csv_open(bytes_make(data, size), &r, &d) == OK);
	enum status s;
	uint64_t offset = 0;
	while ((s = csv_next(&r, &a, &row, &d)) == OK) {
		expect(row.offset == offset && r.offset > offset && r.offset + r.rest.size == size);
		offset = r.offset;
		round_trip(&row, &a);
	}
	expect(s == ERR_ABSENT ? r.rest.size == 0 : d.text[0] != '\0' && d.line >= r.line);
	return 0;
}
