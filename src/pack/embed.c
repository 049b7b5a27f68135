#include "pack/embed.h"

#include "base/encode.h"
#include "crypto/digest.h"
#include "format/csv.h"

static void add_row(struct bytes path, struct bytes content, struct buf *out)
{
	struct sha256 digest = sha256_of(content);
	csv_write_field(path, out);
	buf_add_string(out, ",sha256=");
	base64_write(bytes_make(digest.bytes, sizeof digest.bytes), BASE64_URL_NO_PAD, out);
	buf_printf(out, ",%zu", content.size);
}

enum status embed_in_record(struct bytes record, struct bytes path, struct bytes content, struct arena *a, struct buf *out,
			    struct diag *d)
{
	struct csv_reader reader;
	struct csv_row row;
	struct bytes end = bytes_ends(record, BYTES("\r\n")) ? BYTES("\r\n") : BYTES("\n");
	enum status s = csv_open(record, &reader, d);
	while (s == OK) {
		uint64_t from = reader.offset;
		s = csv_next(&reader, a, &row, d);
		if (s == OK && (row.n_fields == 0 || !bytes_equal(row.fields[0], path)))
			buf_add(out, bytes_part(record, (size_t)from, (size_t)(reader.offset - from)));
	}
	if (s != ERR_ABSENT)
		return s;
	if (out->size && out->data[out->size - 1] != '\n')
		buf_add(out, end);
	add_row(path, content, out);
	buf_add(out, end);
	return buf_check(out, "RECORD", d);
}
