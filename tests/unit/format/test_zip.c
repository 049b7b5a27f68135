#include "format/zip.h"
#include "harness.h"
#include "zip_sample.h"

/* "hello" as deflate writes it. */
#define DEFLATED "\xcb\x48\xcd\xc9\xc9\x07\x00"
#define ZIP64_SIZES "\1\0\x10\0\5\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0"

static enum status open_sample(const struct sample *sample, struct buf *file, struct arena *a, struct zip *ret, struct diag *d)
{
	struct zip_limits limits = zip_limits_default();
	buf_init(file, 100000);
	arena_init(a);
	sample_write(sample, file);
	return zip_open(buf_bytes(file), &limits, a, ret, d);
}

static const struct {
	const char *name;
	struct sample sample;
	enum status want;
	const char *words;
} archives[] = {
	{ "the honest one", { 0 }, OK, NULL },
	{ "deflated", { .method = 8, .data = LIT(DEFLATED) }, OK, NULL },
	{ "a comment of the member and one of the archive", { .comment = LIT("x"), .end_comment = LIT("yz") }, OK, NULL },
	{ "an extra field that means nothing to us", { .extra = LIT("UT\2\0xx") }, OK, NULL },
	{ "a descriptor of 12 bytes", { .flags = 8, .descriptor = "12", .local_zeros = true }, OK, NULL },
	{ "a descriptor of 16 bytes", { .flags = 8, .descriptor = "16", .local_zeros = true }, OK, NULL },
	{ "a descriptor of 20 bytes", { .flags = 8, .descriptor = "20", .local_zeros = true }, OK, NULL },
	{ "a descriptor of 24 bytes and full local numbers", { .flags = 8, .descriptor = "24" }, OK, NULL },
	{ "sizes in zip64 fields", { .sizes_in_zip64 = true, .extra = LIT(ZIP64_SIZES), .local_extra = LIT(ZIP64_SIZES) }, OK, NULL },
	{ "a zip64 end record", { .end64 = "good" }, OK, NULL },
	{ "a Unicode path field with the same name",
	  { .extra = LIT("up\x0a\0\1\xba\xf7\xeb\xc1"
			 "a.txt") },
	  OK,
	  NULL },
	{ "another local name", { .local_name = LIT("b.txt") }, ERR_FORMAT, "another name" },
	{ "a shorter local name", { .local_name = LIT("a.tx") }, ERR_FORMAT, "another name" },
	{ "other local flags", { .local_flags_differ = 2 }, ERR_FORMAT, "another set of flags" },
	{ "another local size", { .local_size_add = 1 }, ERR_FORMAT, "another size" },
	{ "another local packed size", { .local_packed_add = 1 }, ERR_FORMAT, "another size" },
	{ "another local CRC", { .local_crc_add = 1 }, ERR_FORMAT, "another CRC" },
	{ "local zeros without a descriptor", { .local_zeros = true }, ERR_FORMAT, "another" },
	{ "a flag but no descriptor", { .flags = 8, .local_zeros = true }, ERR_FORMAT, "data descriptor" },
	{ "a descriptor that lies", { .flags = 8, .descriptor = "lie" }, ERR_FORMAT, "data descriptor" },
	{ "a descriptor and a byte more", { .flags = 8, .descriptor = "16", .after_local = LIT("x") }, ERR_FORMAT, "data descriptor" },
	{ "a descriptor nobody announced", { .descriptor = "16" }, ERR_FORMAT, "16 bytes before the central directory" },
	{ "stored with two sizes", { .size_add = 1, .local_size_add = 0 }, ERR_FORMAT, "two sizes differ" },
	{ "bzip2", { .method = 12 }, ERR_FORMAT, "method 12" },
	{ "encrypted", { .flags = 1 }, ERR_FORMAT, "encrypted" },
	{ "strongly encrypted", { .flags = 1 << 6 }, ERR_FORMAT, "encrypted" },
	{ "masked", { .flags = 1 << 13 }, ERR_FORMAT, "encrypted" },
	{ "a patch", { .flags = 1 << 5 }, ERR_FORMAT, "patch" },
	{ "a reserved flag", { .flags = 1 << 15 }, ERR_FORMAT, "flags" },
	{ "on another disk", { .disk = 1 }, ERR_FORMAT, "disk" },
	{ "a prefix", { .prefix = LIT("#!x") }, ERR_FORMAT, "does not begin with a member" },
	{ "a gap", { .after_local = LIT("xx") }, ERR_FORMAT, "2 bytes before the central directory" },
	{ "bytes behind the directory", { .after_directory = LIT("x") }, ERR_FORMAT, "1 bytes between" },
	{ "a byte behind the end", { .trailing = LIT("\0") }, ERR_FORMAT, "1 bytes follow the end" },
	{ "an end record in the comment", { .end_comment = LIT("PK\5\6") }, ERR_FORMAT, "holds another end record" },
	{ "two end records that both end the file",
	  { .end_comment = LIT("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	  ERR_FORMAT,
	  "two readings" },
	{ "a count too many", { .count_add = 1 }, ERR_FORMAT, "cannot be" },
	{ "a count too few", { .count_add = UINT32_MAX }, ERR_FORMAT, "behind the last entry" },
	{ "a directory offset that is off", { .offset_add = 1 }, ERR_FORMAT, "not inside" },
	{ "a directory offset beyond the file", { .offset_add = 1 << 30 }, ERR_FORMAT, "not inside" },
	{ "a directory size that is off", { .directory_size_add = UINT32_MAX }, ERR_FORMAT, "1 bytes between" },
	{ "a header offset that is off", { .header_offset_add = 1 }, ERR_FORMAT, "1 bytes before member" },
	{ "a header offset beyond the file", { .header_offset_add = UINT32_MAX - 1 }, ERR_FORMAT, "before member" },
	{ "zip64 counts that differ", { .end64 = "count" }, ERR_FORMAT, "do not agree" },
	{ "a zip64 locator that lies", { .end64 = "offset" }, ERR_FORMAT, "locator" },
	{ "a zip64 record without signature", { .end64 = "sig" }, ERR_FORMAT, "locator" },
	{ "a zip64 record with more", { .end64 = "size" }, ERR_FORMAT, "data of its own" },
	{ "zip64 sizes missing",
	  { .sizes_in_zip64 = true, .extra = LIT("\1\0\x08\0\5\0\0\0\0\0\0\0"), .local_extra = LIT(ZIP64_SIZES) },
	  ERR_FORMAT,
	  "zip64" },
	{ "zip64 sizes that nothing asks for", { .extra = LIT(ZIP64_SIZES) }, ERR_FORMAT, "zip64" },
	{ "a zip64 field twice",
	  { .sizes_in_zip64 = true, .extra = LIT(ZIP64_SIZES ZIP64_SIZES), .local_extra = LIT(ZIP64_SIZES) },
	  ERR_FORMAT,
	  "twice" },
	{ "zip64 only in the directory", { .sizes_in_zip64 = true, .extra = LIT(ZIP64_SIZES) }, ERR_FORMAT, "another size" },
	{ "an extra field cut short", { .extra = LIT("UT\3\0xx") }, ERR_FORMAT, "malformed" },
	{ "an extra area of one byte", { .local_extra = LIT("U") }, ERR_FORMAT, "malformed" },
	{ "a Unicode path field with another name",
	  { .extra = LIT("up\x0a\0\1\xba\xf7\xeb\xc1"
			 "b.txt") },
	  ERR_FORMAT,
	  "another name" },
	{ "a directory with content", { .name = LIT("a.d/") }, ERR_FORMAT, "directory with content" },
	{ "an absolute name", { .name = LIT("/a") }, ERR_FORMAT, "absolute" },
	{ "a name with a NUL", { .name = LIT("a\0b") }, ERR_FORMAT, "NUL" },
	{ "a name with a backslash", { .name = LIT("a\\b") }, ERR_FORMAT, "backslash" },
	{ "a drive letter", { .name = LIT("C:a") }, ERR_FORMAT, "drive" },
	{ "a name that climbs", { .name = LIT("a/../../b") }, ERR_FORMAT, "component" },
	{ "a name with '.'", { .name = LIT("./a") }, ERR_FORMAT, "component" },
	{ "a name with an empty component", { .name = LIT("a//b") }, ERR_FORMAT, "component" },
	{ "only dots", { .name = LIT("..") }, ERR_FORMAT, "component" },
	{ "only a slash", { .name = LIT("/") }, ERR_FORMAT, "absolute" },
	{ "no name", { .name = LIT("") }, ERR_FORMAT, "empty" },
	{ "dots inside a name", { .name = LIT("a..b/..c/...") }, OK, NULL },
};

static void one_reading_or_a_sentence(void)
{
	for (size_t i = 0; i < COUNT(archives); i++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct zip zip = { 0 };
		struct diag d = { 0 };
		enum status s = open_sample(&archives[i].sample, &file, &a, &zip, &d);
		if (s != archives[i].want || (archives[i].words && !strstr(d.text, archives[i].words)))
			test_fail(__FILE__, __LINE__, "%s: %s: %s", archives[i].name, status_name(s), d.text);
		CHECK_ROW((s == OK) == (zip.entries != NULL), archives[i].name);
		if (s)
			continue;
		CLEANUP(buf_done) struct buf content;
		buf_init(&content, 100);
		CHECK_ROW(zip_read(&zip, &zip.entries[0], &content, &d) == OK, archives[i].name);
		CHECK_BYTES(buf_bytes(&content), BYTES("hello"));
		CHECK(zip_find(&zip, zip.entries[0].name) == &zip.entries[0] && !zip_find(&zip, BYTES("b")));
	}
}

static void every_cut_of_every_archive_is_refused(void)
{
	for (size_t i = 0; i < COUNT(archives); i++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct zip_limits limits = zip_limits_default();
		if (open_sample(&archives[i].sample, &file, &a, &zip, NULL))
			continue;
		for (size_t cut = 0; cut < file.size; cut++) {
			unsigned char *exact = malloc(cut ? cut : 1);
			bytes_copy(exact, bytes_part(buf_bytes(&file), 0, cut));
			CHECK_ROW(zip_open(bytes_make(exact, cut), &limits, &a, &zip, NULL) == ERR_FORMAT, archives[i].name);
			free(exact);
		}
	}
}

/* Whatever bit is turned: refused, or read as the same name and content. */
static void no_bit_changes_what_is_read(void)
{
	size_t n_refused = 0, n_same = 0;
	for (size_t i = 0; i < COUNT(archives); i++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct zip_limits limits = zip_limits_default();
		if (open_sample(&archives[i].sample, &file, &a, &zip, NULL))
			continue;
		struct bytes name = arena_copy(&a, zip.entries[0].name);
		for (size_t bit = 0; bit < file.size * 8; bit++) {
			CLEANUP(buf_done) struct buf content;
			buf_init(&content, 100);
			file.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
			bool same = zip_open(buf_bytes(&file), &limits, &a, &zip, NULL) == OK;
			CHECK_ROW(!same || zip.n_entries == 1, archives[i].name);
			if (same && zip_read(&zip, &zip.entries[0], &content, NULL) == OK) {
				CHECK_BYTES(zip.entries[0].name, name);
				CHECK_BYTES(buf_bytes(&content), BYTES("hello"));
				n_same++;
			} else {
				CHECK(content.size == 0);
				n_refused++;
			}
			file.data[bit / 8] ^= (unsigned char)(1U << bit % 8);
		}
	}
	CHECK(n_refused > n_same && n_same > 0);
}

static void content_is_held_to_its_size_and_crc(void)
{
	static const struct {
		const char *name;
		struct sample sample;
		const char *words;
	} cases[] = {
		{ "a wrong CRC, stored", { .crc_add = 1 }, "CRC" },
		{ "a wrong CRC, deflated", { .crc_add = 1, .method = 8, .data = LIT(DEFLATED) }, "CRC" },
		{ "a byte fewer than declared", { .size_add = 1, .method = 8, .data = LIT(DEFLATED) }, "size" },
		{ "a byte more than declared", { .size_add = UINT32_MAX, .method = 8, .data = LIT(DEFLATED) }, "size" },
		{ "a stream with bytes behind", { .method = 8, .data = LIT(DEFLATED "x") }, "" },
		{ "a stream cut short", { .method = 8, .data = LIT("\xcb\x48\xcd\xc9\xc9\x07") }, "" },
		{ "no stream", { .method = 8, .data = LIT("\xff\xff") }, "" },
		{ "a stream of nothing", { .method = 8, .data = LIT("") }, "" },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf file, content;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct diag d = { 0 };
		buf_init(&content, 100);
		enum status s = open_sample(&cases[i].sample, &file, &a, &zip, &d);
		if (s)
			test_fail(__FILE__, __LINE__, "%s: %s", cases[i].name, d.text);
		CHECK_ROW(zip_read(&zip, &zip.entries[0], &content, &d) == ERR_FORMAT, cases[i].name);
		CHECK_ROW(content.size == 0 && strstr(d.text, "'a.txt'") && strstr(d.text, cases[i].words), cases[i].name);
	}
}

static enum status collect(void *context, struct bytes piece, struct diag *d)
{
	struct buf *out = context;
	CHECK(piece.size > 0 && piece.size <= 65536);
	buf_add(out, piece);
	return buf_check(out, "collected", d);
}

static void streams_are_held_to_the_same(void)
{
	static const struct {
		struct sample sample;
		enum status want;
	} cases[] = {
		{ { 0 }, OK },
		{ { .method = 8, .data = LIT(DEFLATED) }, OK },
		{ { .crc_add = 1 }, ERR_FORMAT },
		{ { .crc_add = 1, .method = 8, .data = LIT(DEFLATED) }, ERR_FORMAT },
		{ { .method = 8, .data = LIT(DEFLATED "x") }, ERR_FORMAT },
		{ { .size_add = 1, .method = 8, .data = LIT(DEFLATED) }, ERR_FORMAT },
		{ { .method = 8, .data = LIT("\xff\xff") }, ERR_FORMAT },
		{ { .size_add = UINT32_MAX, .method = 8, .data = LIT(DEFLATED) }, ERR_FORMAT },
		{ { .method = 8, .data = LIT("") }, ERR_FORMAT },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf file, content;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct diag d = { 0 };
		buf_init(&content, 5); /* never more than declared: the sink would fail with another status */
		CHECK(open_sample(&cases[i].sample, &file, &a, &zip, &d) == OK);
		CHECK_NUMBER(zip_read_stream(&zip, &zip.entries[0], collect, &content, &d), cases[i].want);
		CHECK(!cases[i].want || strstr(d.text, "'a.txt'"));
	}
	CLEANUP(buf_done) struct buf file, little;
	CLEANUP(arena_done) struct arena a;
	struct zip zip;
	struct diag d = { 0 };
	buf_init(&little, 4);
	CHECK(open_sample(&cases[1].sample, &file, &a, &zip, &d) == OK);
	CHECK(zip_read_stream(&zip, &zip.entries[0], collect, &little, &d) == ERR_LIMIT);
	CHECK(zip_read(&zip, &zip.entries[0], &little, &d) == ERR_LIMIT);
}

static void gaps_are_counted_when_allowed(void)
{
	static const struct {
		struct sample sample;
		uint64_t prefix, gap, trailing;
	} cases[] = {
		{ { 0 }, 0, 0, 0 },
		{ { .prefix = LIT("#!x"), .offset_add = 0 }, 3, 0, 0 },
		{ { .after_local = LIT("xx") }, 0, 2, 0 },
		{ { .after_directory = LIT("x") }, 0, 1, 0 },
		{ { .trailing = LIT("\0\0\0\0") }, 0, 0, 4 },
		{ { .flags = 8, .descriptor = "16", .after_local = LIT("x"), .trailing = LIT("y") }, 0, 1, 1 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct diag d = { 0 };
		struct zip_limits limits = zip_limits_default();
		limits.allow_gaps = true;
		buf_init(&file, 1000);
		arena_init(&a);
		sample_write(&cases[i].sample, &file);
		if (zip_open(buf_bytes(&file), &limits, &a, &zip, &d))
			test_fail(__FILE__, __LINE__, "row %zu: %s", i, d.text);
		CHECK(zip.prefix_size == cases[i].prefix && zip.gap_size == cases[i].gap && zip.trailing_size == cases[i].trailing);
	}
}

static void modes_are_told(void)
{
	static const struct {
		uint32_t mode;
		bool symlink, special, setid;
	} cases[] = {
		{ 0, false, false, false },      { 0100644, false, false, false }, { 0120777, true, false, false },
		{ 0020666, false, true, false }, { 0010644, false, true, false },  { 0140755, false, true, false },
		{ 0104755, false, false, true }, { 0102755, false, false, true },  { 0101777, false, false, true },
		{ 0040755, false, true, false }, /* a directory whose name says file */
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		CLEANUP(buf_done) struct buf file;
		CLEANUP(arena_done) struct arena a;
		struct zip zip;
		struct sample sample = { .attributes = cases[i].mode << 16 };
		CHECK(open_sample(&sample, &file, &a, &zip, NULL) == OK);
		const struct zip_entry *e = zip.entries;
		if (e->unix_mode != cases[i].mode || e->is_symlink != cases[i].symlink || e->is_special != cases[i].special ||
		    e->is_setid != cases[i].setid)
			test_fail(__FILE__, __LINE__, "mode %o", cases[i].mode);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "an archive has one reading or is refused with a sentence", one_reading_or_a_sentence },
		{ "every cut of every archive is refused", every_cut_of_every_archive_is_refused },
		{ "no bit changes what is read", no_bit_changes_what_is_read },
		{ "content is held to its size and CRC", content_is_held_to_its_size_and_crc },
		{ "streams are held to the same", streams_are_held_to_the_same },
		{ "gaps are counted when allowed", gaps_are_counted_when_allowed },
		{ "modes are told", modes_are_told },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
