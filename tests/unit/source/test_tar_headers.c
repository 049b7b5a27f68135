/* Tar streams written by hand: what one reader takes and another does not is refused. */
#include "source/tar_headers.h"

#include "harness.h"

enum { SUM_AT = 148, SIZE_AT = 124, TYPE_AT = 156 };

static void add_member(struct buf *out, char type, const char *name, struct bytes content)
{
	unsigned char block[TAR_BLOCK] = { 0 };
	unsigned sum = 8 * ' ';
	(void)snprintf((char *)block, 100, "%s", name);
	(void)snprintf((char *)block + SIZE_AT, 12, "%011o", (unsigned)content.size);
	block[TYPE_AT] = (unsigned char)type;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += block[i];
	(void)snprintf((char *)block + SUM_AT, 8, "%06o", sum);
	buf_add(out, bytes_make(block, TAR_BLOCK));
	buf_add(out, content);
	while (out->size % TAR_BLOCK)
		buf_add_byte(out, 0);
}

static void add_end(struct buf *out)
{
	for (size_t i = 0; i < 2 * TAR_BLOCK; i++)
		buf_add_byte(out, 0);
}

static enum status walk(struct bytes tar, size_t piece, uint64_t *ret_members)
{
	CLEANUP(tar_headers_done) struct tar_headers t;
	enum status s = OK;
	tar_headers_init(&t);
	while (s == OK && tar.size) {
		struct diag d = { 0 };
		s = tar_headers_take(&t, bytes_part(tar, 0, piece), &d);
		if (s)
			CHECK(d.code == s && d.text[0]);
		tar = bytes_from(tar, piece);
	}
	*ret_members = t.n_members;
	return s;
}

/* A pax or long-name header, or a member, between two plain ones. */
static const struct {
	const char *name;
	char type;
	struct bytes content;
	enum status want;
} rows[] = {
	{ "a comment for all (git archive)", 'g', LIT("52 comment=0123456789012345678901234567890123456789\n"), OK },
	{ "a time for all", 'g', LIT("17 mtime=1234567\n"), OK },
	{ "a path for all", 'g', LIT("14 path=foo/a\n"), ERR_REFUSED },
	{ "a path behind a comment", 'g', LIT("13 comment=x\n14 path=foo/a\n"), ERR_REFUSED },
	{ "a target for all", 'g', LIT("14 linkpath=x\n"), ERR_REFUSED },
	{ "a size for all", 'g', LIT("9 size=0\n"), ERR_REFUSED },
	{ "an encoding for all", 'g', LIT("21 hdrcharset=BINARY\n"), ERR_REFUSED },
	{ "a path for the next one", 'x', LIT("14 path=foo/a\n"), OK },
	{ "a length that is too long", 'x', LIT("99 path=foo/a\n"), ERR_REFUSED },
	{ "a length that is too short", 'g', LIT("2 path=foo/a\n"), ERR_REFUSED },
	{ "no length", 'x', LIT("path=foo/a\n"), ERR_REFUSED },
	{ "a size that is none", 'x', LIT("9 size=x\n"), ERR_REFUSED },
	{ "a long name", 'L', LIT("foo/a"), OK },
	{ "a sparse file", 'S', LIT(""), ERR_REFUSED },
};

static void headers_between_members_are_judged(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf tar;
		uint64_t n;
		buf_init(&tar, 1 << 16);
		add_member(&tar, '0', "foo/setup.py", BYTES("print()"));
		add_member(&tar, rows[i].type, "between", rows[i].content);
		add_member(&tar, '0', "foo/notes.txt", BYTES("x"));
		add_end(&tar);
		for (size_t piece = 1; piece < 1600; piece += 37) {
			enum status s = walk(buf_bytes(&tar), piece, &n);
			CHECK_ROW(s == rows[i].want, rows[i].name);
			if (s == OK)
				CHECK_ROW(n == 2, rows[i].name);
		}
	}
}

static void a_pax_size_counts_for_one_member(void)
{
	CLEANUP(buf_done) struct buf tar;
	uint64_t n;
	buf_init(&tar, 1 << 16);
	add_member(&tar, 'x', "pax", BYTES("12 size=600\n"));
	add_member(&tar, '0', "foo/a", BYTES("")); /* its header says 0 */
	for (size_t i = 0; i < 2 * TAR_BLOCK; i++)
		buf_add_byte(&tar, 'a');
	add_member(&tar, '0', "foo/b", BYTES(""));
	add_end(&tar);
	CHECK(walk(buf_bytes(&tar), SIZE_MAX, &n) == OK);
	CHECK_NUMBER(n, 2);
}

static void nothing_follows_the_end(void)
{
	CLEANUP(buf_done) struct buf tar;
	uint64_t n;
	buf_init(&tar, 1 << 16);
	add_member(&tar, '0', "foo/a", BYTES("a"));
	add_end(&tar);
	add_end(&tar);
	CHECK(walk(buf_bytes(&tar), SIZE_MAX, &n) == OK);
	add_member(&tar, '0', "foo/b", BYTES("b"));
	CHECK(walk(buf_bytes(&tar), SIZE_MAX, &n) == ERR_REFUSED);
}

static void a_changed_header_is_refused(void)
{
	for (size_t i = 0; i < TAR_BLOCK; i += 3) {
		CLEANUP(buf_done) struct buf tar;
		uint64_t n;
		buf_init(&tar, 1 << 16);
		add_member(&tar, '0', "foo/a", BYTES("a"));
		add_end(&tar);
		tar.data[i] ^= 0x11;
		enum status s = walk(buf_bytes(&tar), SIZE_MAX, &n);
		CHECK(s == ERR_REFUSED || (i >= SUM_AT && i < SUM_AT + 8)); /* the sum's own blanks may differ */
	}
}

static void a_pax_header_has_a_limit(void)
{
	CLEANUP(buf_done) struct buf tar;
	CLEANUP(buf_done) struct buf large;
	uint64_t n;
	buf_init(&tar, 4 << 20);
	buf_init(&large, 4 << 20);
	for (size_t i = 0; i <= TAR_PAX_MAX; i++)
		buf_add_byte(&large, 'a');
	add_member(&tar, 'x', "pax", buf_bytes(&large));
	CHECK(walk(buf_bytes(&tar), SIZE_MAX, &n) == ERR_LIMIT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "headers between members are judged", headers_between_members_are_judged },
		{ "a pax size counts for one member", a_pax_size_counts_for_one_member },
		{ "nothing follows the end", nothing_follows_the_end },
		{ "a changed header is refused", a_changed_header_is_refused },
		{ "a pax header has a limit", a_pax_header_has_a_limit },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
