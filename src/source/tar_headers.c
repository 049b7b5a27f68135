#include "source/tar_headers.h"

#include "base/number.h"

void tar_headers_init(struct tar_headers *t)
{
	*t = (struct tar_headers){ .have = 0 };
	buf_init(&t->pax, TAR_PAX_MAX);
}

void tar_headers_done(struct tar_headers *t)
{
	buf_done(&t->pax);
}

/* ---- pax records: "LENGTH KEY=VALUE\n" ---- */

static bool may_be_global(struct bytes key)
{
	static const struct bytes keys[] = { LIT("comment"), LIT("mtime"), LIT("atime"), LIT("ctime"),
					     LIT("uid"),     LIT("gid"),   LIT("uname"), LIT("gname") };
	for (size_t i = 0; i < COUNT(keys); i++)
		if (bytes_equal(key, keys[i]))
			return true;
	return false;
}

static enum status take_record(struct tar_headers *t, struct bytes record, struct diag *d)
{
	struct bytes value = record, key = bytes_cut(&value, '=');
	if (t->pax_type == 'g' && !may_be_global(key))
		return fail(d, ERR_REFUSED, 0,
			    "a global pax header sets '%.*s' for all members behind it: some readers do that, others do not",
			    BYTES_ARG(bytes_part(key, 0, 120)));
	if (t->pax_type == 'x' && bytes_equal(key, BYTES("size"))) {
		if (number_parse_u64(value, INT64_MAX, &t->size) != OK)
			return fail(d, ERR_REFUSED, 0, "a pax header has the size '%.*s'", BYTES_ARG(bytes_part(value, 0, 120)));
		t->has_size = true;
	}
	return OK;
}

static enum status take_records(struct tar_headers *t, struct diag *d)
{
	struct bytes rest = buf_bytes(&t->pax);
	enum status s = OK;
	while (s == OK && rest.size && rest.data[0]) {
		struct bytes behind = rest, length = bytes_cut(&behind, ' ');
		uint64_t size;
		if (number_parse_u64(length, rest.size, &size) != OK || size < length.size + 3 || rest.data[size - 1] != '\n')
			return fail(d, ERR_REFUSED, 0, "a pax header that cannot be read");
		s = take_record(t, bytes_part(rest, length.size + 1, size - length.size - 2), d);
		rest = bytes_from(rest, size);
	}
	t->pax_type = 0;
	buf_clear(&t->pax);
	return s;
}

/* ---- headers ---- */

enum { SIZE_AT = 124, SIZE_SIZE = 12, SUM_AT = 148, SUM_SIZE = 8, TYPE_AT = 156 };

/* Octal digits between blanks and zeros, or 0x80 and a number of eleven bytes (GNU). */
static bool read_number(const unsigned char *field, size_t size, uint64_t *ret)
{
	uint64_t n = 0;
	if (field[0] == 0x80) {
		for (size_t i = 1; i < size; i++) {
			if (n >> 55)
				return false;
			n = n << 8 | field[i];
		}
		*ret = n;
		return true;
	}
	size_t i = 0;
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		n = n << 3 | (unsigned)(field[i] - '0');
	*ret = n;
	return i == size || field[i] == ' ' || field[i] == 0;
}

/* Old programs summed signed bytes; readers take both. */
static bool sum_is_right(const unsigned char *block)
{
	uint64_t want, sum = 0;
	int64_t signed_sum = 0;
	if (!read_number(block + SUM_AT, SUM_SIZE, &want))
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		unsigned char c = i >= SUM_AT && i < SUM_AT + SUM_SIZE ? ' ' : block[i];
		sum += c;
		signed_sum += (signed char)c;
	}
	return sum == want || (signed_sum >= 0 && (uint64_t)signed_sum == want);
}

static uint64_t padded(uint64_t size)
{
	return (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

static enum status start_pax(struct tar_headers *t, char type, uint64_t size, struct diag *d)
{
	if (size > TAR_PAX_MAX)
		return fail(d, ERR_LIMIT, 0, "a pax header of %llu bytes; at most %d are read", (unsigned long long)size,
			    TAR_PAX_MAX);
	t->pax_type = type;
	t->pax_left = size;
	t->skip = padded(size) - size;
	return size ? OK : take_records(t, d);
}

static enum status take_header(struct tar_headers *t, struct diag *d)
{
	char type = (char)t->block[TYPE_AT];
	uint64_t size;
	if (!sum_is_right(t->block) || !read_number(t->block + SIZE_AT, SIZE_SIZE, &size) || size > INT64_MAX - TAR_BLOCK)
		return fail(d, ERR_REFUSED, 0, "the archive is damaged: the header behind member %llu is none",
			    (unsigned long long)t->n_members);
	if (type == 'x' || type == 'X' || type == 'g')
		return start_pax(t, type == 'g' ? 'g' : 'x', size, d);
	if (type == 'S')
		return fail(d, ERR_REFUSED, 0, "the archive has a sparse file, which no sdist needs");
	t->skip = padded(size);
	if (type == 'L' || type == 'K') /* a long name for the next one */
		return OK;
	t->n_members++;
	if (t->has_size)
		t->skip = padded(t->size);
	if (type >= '1' && type <= '6') /* links, devices, folders: no content, whatever the size says */
		t->skip = 0;
	t->has_size = false;
	return OK;
}

/* ---- the stream ---- */

static bool is_zero(struct bytes piece)
{
	for (size_t i = 0; i < piece.size; i++)
		if (piece.data[i])
			return false;
	return true;
}

static struct bytes take(struct bytes *piece, uint64_t size)
{
	struct bytes part = bytes_part(*piece, 0, size < piece->size ? (size_t)size : piece->size);
	*piece = bytes_from(*piece, part.size);
	return part;
}

static enum status take_pax(struct tar_headers *t, struct bytes *piece, struct diag *d)
{
	struct bytes part = take(piece, t->pax_left);
	buf_add(&t->pax, part);
	t->pax_left -= part.size;
	return t->pax_left ? OK : take_records(t, d);
}

static enum status take_block(struct tar_headers *t, struct bytes *piece, struct diag *d)
{
	struct bytes part = take(piece, TAR_BLOCK - t->have);
	memcpy(t->block + t->have, part.data, part.size);
	t->have += part.size;
	if (t->have < TAR_BLOCK)
		return OK;
	t->have = 0;
	t->ended = is_zero(bytes_make(t->block, TAR_BLOCK));
	return t->ended ? OK : take_header(t, d);
}

enum status tar_headers_take(struct tar_headers *t, struct bytes piece, struct diag *d)
{
	enum status s = OK;
	while (s == OK && piece.size) {
		if (t->ended)
			return is_zero(piece) ? OK : fail(d, ERR_REFUSED, 0, "something stands behind the end of the archive");
		if (t->pax_left)
			s = take_pax(t, &piece, d);
		else if (t->skip)
			t->skip -= take(&piece, t->skip).size;
		else
			s = take_block(t, &piece, d);
	}
	return s;
}
