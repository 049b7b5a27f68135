#include <sys/mman.h>

#include "format/zip.h"
#include "format/zip_write.h"
#include "harness.h"

static const int64_t some_time = 1795392001; /* 2026-11-23T00:00:01Z: half of a DOS second */

static void open_writer(struct zip_writer *w, struct buf *out, int level)
{
	buf_init(out, 64 << 20);
	zip_writer_init(w, zip_sink_buf, out, level, some_time);
}

static void the_bytes_are_these(void)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	CLEANUP(buf_done) struct buf out;
	struct diag d = { 0 };
	uint64_t size = 0;
	open_writer(&w, &out, 6);
	CHECK(zip_writer_add(&w, BYTES("a"), 0755, BYTES("hi"), &d) == OK);
	CHECK(zip_writer_finish(&w, &size, &d) == OK && size == out.size);
	CHECK_BYTES(buf_bytes(&out), BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x77\x5d\xac\x2a\x93\xd8\2\0\0\0\2\0\0\0\1\0\0\0ahi"
					   "PK\1\2\x14\3\x14\0\0\0\0\0\0\0\x77\x5d\xac\x2a\x93\xd8\2\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\0\0"
					   "\0\0\xed\x81\0\0\0\0a"
					   "PK\5\6\0\0\0\0\1\0\1\0\x2f\0\0\0\x21\0\0\0\0\0"));
}

static void an_empty_archive_is_an_end_record(void)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	CLEANUP(buf_done) struct buf out;
	CLEANUP(arena_done) struct arena a;
	struct zip zip;
	struct zip_limits limits = zip_limits_default();
	arena_init(&a);
	open_writer(&w, &out, 6);
	CHECK(zip_writer_finish(&w, NULL, NULL) == OK && out.size == 22);
	CHECK(zip_open(buf_bytes(&out), &limits, &a, &zip, NULL) == OK && zip.n_entries == 0 && !zip_find(&zip, BYTES("a")));
}

/* Text that deflates about threefold, so that no ratio is reached. */
static void fill(struct buf *b, size_t size)
{
	uint32_t state = 12345;
	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		buf_add_byte(b, (unsigned char)('a' + (state >> 28) % 8));
	}
}

static const char *const names[] = { "pkg/__init__.py", "pkg/sub/", "pkg/sub/caf\xc3\xa9.txt", "pkg/tiny", "pkg/empty", "pkg/big" };

static void write_members(struct buf *out, const struct buf *big, int level)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	struct diag d = { 0 };
	open_writer(&w, out, level);
	CHECK(zip_writer_add(&w, bytes_of(names[0]), 0644, bytes_part(buf_bytes(big), 0, 5000), &d) == OK);
	CHECK(zip_writer_add_directory(&w, bytes_of(names[1]), &d) == OK);
	CHECK(zip_writer_add(&w, bytes_of(names[2]), 0644, bytes_part(buf_bytes(big), 0, 300000), &d) == OK);
	CHECK(zip_writer_add(&w, bytes_of(names[3]), 0755, BYTES("x"), &d) == OK);
	CHECK(zip_writer_add(&w, bytes_of(names[4]), 0644, BYTES(""), &d) == OK);
	CHECK(zip_writer_add(&w, bytes_of(names[5]), 0644, buf_bytes(big), &d) == OK);
	CHECK(zip_writer_finish(&w, NULL, &d) == OK);
}

static void what_is_written_reads_back(void)
{
	static const int levels[] = { 0, 1, 6, 9 };
	CLEANUP(buf_done) struct buf big;
	buf_init(&big, 16 << 20);
	fill(&big, (8 << 20) + 1); /* one byte more than what is inflated as a whole */
	for (size_t i = 0; i < COUNT(levels); i++) {
		CLEANUP(buf_done) struct buf out, again, content;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct zip_limits limits = zip_limits_default();
		struct diag d = { 0 };
		arena_init(&a);
		buf_init(&content, 16 << 20);
		write_members(&out, &big, levels[i]);
		write_members(&again, &big, levels[i]);
		CHECK(bytes_equal(buf_bytes(&out), buf_bytes(&again)));
		if (zip_open(buf_bytes(&out), &limits, &a, &zip, &d))
			test_fail(__FILE__, __LINE__, "%s", d.text);
		CHECK(zip.n_entries == COUNT(names) && zip.in_file_order && !zip.is_zip64);
		static const size_t sizes[] = { 5000, 0, 300000, 1, 0, (8 << 20) + 1 };
		for (size_t k = 0; k < COUNT(names); k++) {
			const struct zip_entry *e = zip_find(&zip, bytes_of(names[k]));
			CHECK(e == &zip.entries[k] && e->is_dir == (k == 1) && e->dos_time == 0x5d770000);
			CHECK_NUMBER(e->unix_mode, k == 1 ? 040755 : k == 3 ? 0100755 : 0100644);
			CHECK_NUMBER(e->flags, k == 2 ? 1 << 11 : 0);
			CHECK_NUMBER(e->method, levels[i] && sizes[k] > 1 ? 8 : 0);
			buf_clear(&content);
			CHECK(zip_read(&zip, e, &content, &d) == OK && content.size == sizes[k]);
			CHECK(k == 3 || bytes_equal(buf_bytes(&content), bytes_part(buf_bytes(&big), 0, sizes[k])));
		}
	}
}

static enum status write_names(const char *const *list, struct buf *out)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	open_writer(&w, out, 0);
	for (; *list; list++) {
		enum status s = bytes_ends(bytes_of(*list), BYTES("/"))
					? zip_writer_add_directory(&w, bytes_of(*list), NULL)
					: zip_writer_add(&w, bytes_of(*list), 0644, BYTES("x"), NULL);
		if (s)
			return s;
	}
	return zip_writer_finish(&w, NULL, NULL);
}

static void names_that_clash_are_refused(void)
{
	static const struct {
		const char *names[5];
		enum status want;
		const char *words;
	} cases[] = {
		{ { "a", "b" }, OK, NULL },
		{ { "b", "a", "a.b", "a-/c", "a/" }, ERR_FORMAT, NULL },
		{ { "a/", "a/b", "a-b", "a.b/c" }, OK, NULL },
		{ { "a", "b", "a" }, ERR_FORMAT, "there twice" },
		{ { "a/", "b", "a/" }, ERR_FORMAT, "there twice" },
		{ { "a", "a/" }, ERR_FORMAT, "same file as" },
		{ { "README", "b", "readme" }, ERR_FORMAT, "same file as" },
		{ { "caf\xc3\x89", "b", "caf\xc3\xa9" }, ERR_FORMAT, "same file as" },
		{ { "\xd0\x96", "\xd0\xb6" }, ERR_FORMAT, "same file as" },
		{ { "a", "a-b", "a/b" }, ERR_FORMAT, "below 'a'" },
		{ { "a", "a!", "a.", "a/b" }, ERR_FORMAT, "below 'a'" },
		{ { "A", "a/b/c" }, ERR_FORMAT, "below 'A'" },
		{ { "a/b", "A/c" }, OK, NULL },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf out;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct zip_limits limits = zip_limits_default();
		struct diag d = { 0 };
		const char *list[6] = { 0 };
		memcpy(list, cases[i].names, sizeof cases[i].names);
		arena_init(&a);
		CHECK(write_names(list, &out) == OK);
		enum status s = zip_open(buf_bytes(&out), &limits, &a, &zip, &d);
		if (s != cases[i].want || (cases[i].words && !strstr(d.text, cases[i].words)))
			test_fail(__FILE__, __LINE__, "row %zu ('%s'): %s %s", i, list[0], status_name(s), d.text);
		for (size_t k = 0; s == OK && list[k]; k++)
			CHECK(zip_find(&zip, bytes_of(list[k])) == &zip.entries[k]);
	}
}

static void the_writer_refuses_what_the_reader_would(void)
{
	static const struct bytes bad[] = { LIT("../a"), LIT("/a"), LIT("a\\b"), LIT("a\0b"),
					    LIT(""),     LIT("a/"), LIT("\xff"), LIT("C:x") };
	for (size_t i = 0; i < COUNT(bad); i++) {
		CLEANUP(zip_writer_done) struct zip_writer w;
		CLEANUP(buf_done) struct buf out;
		open_writer(&w, &out, 6);
		CHECK(zip_writer_add(&w, bad[i], 0644, BYTES("x"), NULL) == ERR_FORMAT);
		CHECK(zip_writer_add_directory(&w, BYTES("a"), NULL) == ERR_FORMAT);
	}
}

static enum status open_limited(struct bytes file, struct zip_limits limits)
{
	CLEANUP(arena_done) struct arena a;
	struct zip zip;
	arena_init(&a);
	return zip_open(file, &limits, &a, &zip, NULL);
}

static void limits_hold_exactly(void)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	CLEANUP(buf_done) struct buf out, zeros;
	open_writer(&w, &out, 6);
	buf_init(&zeros, 2 << 20);
	memset(buf_reserve(&zeros, (1 << 20) + 1), 0, (1 << 20) + 1);
	buf_grew(&zeros, (1 << 20) - 5);
	struct zip_limits limits = zip_limits_default();
	CHECK(zip_writer_add(&w, BYTES("abc"), 0644, BYTES("12345"), NULL) == OK);
	CHECK(zip_writer_add(&w, BYTES("zeros"), 0644, buf_bytes(&zeros), NULL) == OK);
	CHECK(zip_writer_finish(&w, NULL, NULL) == OK);
	CHECK(open_limited(buf_bytes(&out), limits) == OK); /* ratio 1,000, but no more than 1 MiB */
	limits.n_members = 2;
	limits.name_size = 5;
	limits.total_size = 1 << 20;
	CHECK(open_limited(buf_bytes(&out), limits) == OK);
	struct zip_limits fewer = limits, shorter = limits, smaller = limits;
	fewer.n_members--;
	shorter.name_size--;
	smaller.total_size--;
	CHECK(open_limited(buf_bytes(&out), fewer) == ERR_LIMIT);
	CHECK(open_limited(buf_bytes(&out), shorter) == ERR_LIMIT);
	CHECK(open_limited(buf_bytes(&out), smaller) == ERR_LIMIT);
}

static void a_member_that_unpacks_too_far_is_refused(void)
{
	CLEANUP(buf_done) struct buf zeros;
	buf_init(&zeros, 65 << 20);
	memset(buf_reserve(&zeros, (64 << 20) + 1), 0, (64 << 20) + 1);
	for (size_t extra = 0; extra < 2; extra++) {
		CLEANUP(zip_writer_done) struct zip_writer w;
		CLEANUP(buf_done) struct buf out;
		open_writer(&w, &out, 6);
		CHECK(zip_writer_add(&w, BYTES("zeros"), 0644, bytes_make(zeros.data, (64 << 20) + extra), NULL) == OK);
		CHECK(zip_writer_finish(&w, NULL, NULL) == OK);
		CHECK_NUMBER(open_limited(buf_bytes(&out), zip_limits_default()), extra ? ERR_LIMIT : OK);
		struct zip_limits any = zip_limits_default();
		any.ratio = 0;
		CHECK(open_limited(buf_bytes(&out), any) == OK);
	}
	CLEANUP(zip_writer_done) struct zip_writer w;
	CLEANUP(buf_done) struct buf out;
	open_writer(&w, &out, 6);
	CHECK(zip_writer_add(&w, BYTES("one"), 0644, bytes_make(zeros.data, 64 << 20), NULL) == OK);
	CHECK(zip_writer_add(&w, BYTES("two"), 0644, bytes_make(zeros.data, 1), NULL) == OK);
	CHECK(zip_writer_finish(&w, NULL, NULL) == OK);
	CHECK(open_limited(buf_bytes(&out), zip_limits_default()) == ERR_LIMIT); /* all of it together */
}

static void zip64_comes_with_the_65535th_member(void)
{
	static const unsigned counts[] = { 65534, 65535, 65536, 70000 };
	for (size_t i = 0; i < COUNT(counts); i++) {
		CLEANUP(zip_writer_done) struct zip_writer w;
		CLEANUP(buf_done) struct buf out;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct diag d = { 0 };
		struct zip_limits limits = zip_limits_default();
		char name[16];
		arena_init(&a);
		open_writer(&w, &out, 0);
		for (unsigned k = 0; k < counts[i]; k++) {
			(void)snprintf(name, sizeof name, "d/%05u", k);
			CHECK(zip_writer_add(&w, bytes_of(name), 0644, BYTES(""), &d) == OK);
		}
		CHECK(zip_writer_finish(&w, NULL, &d) == OK);
		if (zip_open(buf_bytes(&out), &limits, &a, &zip, &d))
			test_fail(__FILE__, __LINE__, "%u: %s", counts[i], d.text);
		CHECK(zip.n_entries == counts[i] && zip.is_zip64 == (counts[i] >= 65535));
		CHECK(zip_find(&zip, BYTES("d/00777")) == &zip.entries[777]);
	}
}

/* Skips over the one huge piece: the file stays a hole there. */
static enum status sparse_sink(void *context, struct bytes piece, struct diag *d)
{
	int fd = *(const int *)context;
	if (piece.size < 1 << 30)
		return zip_sink_fd(context, piece, d);
	return lseek(fd, (off_t)piece.size, SEEK_CUR) < 0 ? ERR_IO : OK;
}

static void zip64_comes_with_four_gigabytes(void)
{
	static const uint64_t sizes[] = { UINT32_MAX - 1, UINT32_MAX, UINT64_C(1) << 32 };
	for (size_t i = 0; i < COUNT(sizes); i++) {
		CLEANUP(zip_writer_done) struct zip_writer w;
		CLEANUP(arena_done) struct arena a;
		CLEANUP(fd_close) int fd = memfd_create("zip", MFD_CLOEXEC);
		CLEANUP(buf_done) struct buf content;
		struct zip zip;
		struct diag d = { 0 };
		struct zip_limits limits = zip_limits_default();
		limits.total_size *= 2;
		arena_init(&a);
		buf_init(&content, 100);
		void *hole = mmap(NULL, sizes[i], PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (fd < 0 || hole == MAP_FAILED)
			test_skip("no address space for 4 GiB");
		zip_writer_init(&w, sparse_sink, &fd, 6, some_time);
		struct zip_packed_content big = { .packed = bytes_make(hole, sizes[i]), .size = sizes[i] };
		uint64_t size = 0;
		CHECK(zip_writer_add_packed(&w, BYTES("big"), 0644, &big, &d) == OK);
		CHECK(zip_writer_add(&w, BYTES("far"), 0644, BYTES("here"), &d) == OK);
		CHECK(zip_writer_finish(&w, &size, &d) == OK);
		CHECK_NUMBER(lseek(fd, 0, SEEK_CUR), size);
		void *file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
		CHECK(file != MAP_FAILED);
		if (zip_open(bytes_make(file, size), &limits, &a, &zip, &d))
			test_fail(__FILE__, __LINE__, "%llu: %s", (unsigned long long)sizes[i], d.text);
		CHECK(zip.is_zip64 && zip.entries[0].size == sizes[i]);
		CHECK_NUMBER(zip.entries[0].local_extra.size, sizes[i] >= UINT32_MAX ? 20 : 0);
		CHECK(zip_read(&zip, zip_find(&zip, BYTES("far")), &content, &d) == OK);
		CHECK_BYTES(buf_bytes(&content), BYTES("here"));
		(void)munmap(file, size);
		(void)munmap(hole, sizes[i]);
	}
}

static void times_are_clamped(void)
{
	static const struct {
		int64_t unix_time;
		uint32_t dos;
	} cases[] = {
		{ INT64_MIN, 0x00210000 },          { 0, 0x00210000 },
		{ 315532800, 0x00210000 },          { 315532802, 0x00210001 },
		{ 1795392000 + 86399, 0x5d77bf7d }, { INT64_C(4354819198), 0xff9fbf7d },
		{ INT64_MAX, 0xff9fbf7d },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(zip_writer_done) struct zip_writer w;
		zip_writer_init(&w, NULL, NULL, 0, cases[i].unix_time);
		CHECK_NUMBER(w.dos_time, cases[i].dos);
	}
}

static enum status no_sink(void *context, struct bytes piece, struct diag *d)
{
	(void)context;
	(void)piece;
	return fail(d, ERR_IO, 0, "full");
}

static void what_the_sink_says_comes_back(void)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	struct diag d = { 0 };
	zip_writer_init(&w, no_sink, NULL, 6, 0);
	CHECK(zip_writer_add(&w, BYTES("a"), 0644, BYTES("x"), &d) == OK); /* gathered, not yet written */
	CHECK(zip_writer_finish(&w, NULL, &d) == ERR_IO && strcmp(d.text, "full") == 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the bytes are these", the_bytes_are_these },
		{ "an empty archive is an end record", an_empty_archive_is_an_end_record },
		{ "what is written reads back", what_is_written_reads_back },
		{ "names that clash are refused", names_that_clash_are_refused },
		{ "the writer refuses what the reader would", the_writer_refuses_what_the_reader_would },
		{ "limits hold exactly", limits_hold_exactly },
		{ "a member that unpacks too far is refused", a_member_that_unpacks_too_far_is_refused },
		{ "zip64 comes with the 65,535th member", zip64_comes_with_the_65535th_member },
		{ "zip64 comes with four gigabytes", zip64_comes_with_four_gigabytes },
		{ "times are clamped", times_are_clamped },
		{ "what the sink says comes back", what_the_sink_says_comes_back },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
