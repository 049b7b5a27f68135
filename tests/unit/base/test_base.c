#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/wire.h"
#include "harness.h"

static void numbers_are_whole_and_bounded(void)
{
	static const struct {
		const char *in;
		uint64_t max;
		enum status want;
		uint64_t value;
	} rows[] = {
		{ "0", 10, OK, 0 },
		{ "10", 10, OK, 10 },
		{ "11", 10, ERR_LIMIT, 0 },
		{ "", 10, ERR_FORMAT, 0 },
		{ "+1", 10, ERR_FORMAT, 0 },
		{ "1 ", 10, ERR_FORMAT, 0 },
		{ "18446744073709551615", UINT64_MAX, OK, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, ERR_LIMIT, 0 },
		{ "99999999999999999999999", UINT64_MAX, ERR_LIMIT, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t n = 0;
		CHECK_ROW(number_parse_u64(bytes_of(rows[i].in), rows[i].max, &n) == rows[i].want, rows[i].in);
		CHECK_ROW(n == rows[i].value, rows[i].in);
	}
}

static void sizes_and_durations_have_units(void)
{
	uint64_t n = 0;
	CHECK(number_parse_size(BYTES("2G"), UINT64_MAX, &n) == OK && n == UINT64_C(2) << 30);
	CHECK(number_parse_size(BYTES("20000000T"), UINT64_MAX, &n) == ERR_LIMIT);
	CHECK(number_parse_duration(BYTES("90"), UINT64_MAX, &n) == OK && n == 90000);
	CHECK(number_parse_duration(BYTES("250ms"), UINT64_MAX, &n) == OK && n == 250);
	CHECK(number_parse_duration(BYTES("10m"), UINT64_MAX, &n) == OK && n == 600000);
	CHECK(number_parse_duration(BYTES("m"), UINT64_MAX, &n) == ERR_FORMAT);
}

static void base64_is_strict(void)
{
	static const struct {
		const char *in;
		enum base64_kind kind;
		enum status want;
		const char *out;
	} rows[] = {
		{ "", BASE64_STANDARD, OK, "" },
		{ "Zg==", BASE64_STANDARD, OK, "f" },
		{ "Zm8=", BASE64_STANDARD, OK, "fo" },
		{ "Zm9v", BASE64_STANDARD, OK, "foo" },
		{ "Zm9", BASE64_URL_NO_PAD, ERR_FORMAT, NULL },
		{ "Zh==", BASE64_STANDARD, ERR_FORMAT, NULL },
		{ "Zg=", BASE64_STANDARD, ERR_FORMAT, NULL },
		{ "Z", BASE64_URL_NO_PAD, ERR_FORMAT, NULL },
		{ "Zm 9", BASE64_STANDARD, ERR_FORMAT, NULL },
		{ "_-8", BASE64_URL_NO_PAD, OK, "\xff\xef" },
		{ "_-8=", BASE64_STANDARD, ERR_FORMAT, NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 100);
		enum status s = base64_parse(bytes_of(rows[i].in), rows[i].kind, &out);
		CHECK_ROW(s == rows[i].want, rows[i].in);
		if (rows[i].out)
			CHECK_BYTES(buf_bytes(&out), bytes_of(rows[i].out));
	}
}

static void a_buffer_stops_at_its_maximum_and_says_so(void)
{
	CLEANUP(buf_done) struct buf b;
	struct diag d = { 0 };
	buf_init(&b, 4);
	buf_add_string(&b, "abcd");
	CHECK(buf_check(&b, "thing", &d) == OK);
	buf_add_string(&b, "e");
	CHECK(buf_check(&b, "thing", &d) == ERR_LIMIT);
	CHECK_BYTES(buf_bytes(&b), BYTES("abcd"));
	CHECK(strcmp(buf_string(&b), "abcd") == 0);
}

static void a_wire_record_reads_back_and_breaks_at_every_cut(void)
{
	CLEANUP(buf_done) struct buf b;
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	buf_init(&b, 1000);
	wire_put_u32(&b, 7);
	wire_put_u64(&b, UINT64_MAX - 1);
	wire_put_string(&b, "hello");
	for (size_t cut = 0; cut <= b.size; cut++) {
		struct wire w = wire_over(bytes_part(buf_bytes(&b), 0, cut));
		uint32_t seven = wire_get_u32(&w);
		uint64_t most = wire_get_u64(&w);
		const char *hello = wire_get_string(&w, &a);
		CHECK_NUMBER(wire_end(&w, "test", NULL), cut == b.size ? OK : ERR_FORMAT);
		if (cut == b.size)
			CHECK(seven == 7 && most == UINT64_MAX - 1 && strcmp(hello, "hello") == 0);
	}
	struct wire lying = wire_over(BYTES("\xff\xff\xff\x7f"
					    "abc"));
	CHECK(wire_get_count(&lying, 1) == 0 && lying.bad);
}

static void utf8_follows_table_3_7(void)
{
	static const struct {
		struct bytes in;
		bool want;
	} rows[] = {
		{ LIT("plain"), true },
		{ LIT("\xc3\xa9"), true },
		{ LIT("\xc0\xaf"), false },
		{ LIT("\xed\xa0\x80"), false },
		{ LIT("\xf4\x8f\xbf\xbf"), true },
		{ LIT("\xf4\x90\x80\x80"), false },
		{ LIT("\xe2\x82"), false },
		{ LIT("\x80"), false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(bytes_is_utf8(rows[i].in) == rows[i].want);
}

static void dates_parse_as_rfc_3339(void)
{
	static const struct {
		const char *in;
		enum status want;
		int64_t unix_seconds;
	} rows[] = {
		{ "1970-01-01", OK, 0 },
		{ "2026-11-23T00:00:00Z", OK, 1795392000 },
		{ "2026-11-23T01:00:00.123456+01:00", OK, 1795392000 },
		{ "2026-13-01", ERR_FORMAT, 0 },
		{ "2026-11-23T00:00:00", ERR_FORMAT, 0 },
		{ "yesterday", ERR_FORMAT, 0 },
		{ "", ERR_FORMAT, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t t = 0;
		CHECK_ROW(clock_parse(bytes_of(rows[i].in), &t) == rows[i].want, rows[i].in);
		CHECK_ROW(t == rows[i].unix_seconds, rows[i].in);
	}
}

static void every_limit_has_a_default_below_its_most(void)
{
	size_t n;
	struct limits l;
	limits_init(&l);
	const struct limit_row *rows = limit_rows(&n);
	for (size_t i = 0; i < n; i++) {
		CHECK_ROW(limits_get(&l, &rows[i]) == rows[i].initial, rows[i].key);
		CHECK_ROW(rows[i].initial <= rows[i].most && rows[i].what[0], rows[i].key);
	}
	struct diag d = { 0 };
	CHECK(limits_set(&l, BYTES("wall"), BYTES("5m"), &d) == OK && l.wall_ms == 300000);
	CHECK(limits_set(&l, BYTES("wall"), BYTES("0"), &d) == ERR_USAGE);
	CHECK(limits_set(&l, BYTES("wool"), BYTES("1"), &d) == ERR_USAGE);
}

static void limits_are_tightened_one_by_one(void)
{
	struct limits l, other;
	size_t n;
	const struct limit_row *rows = limit_rows(&n);
	for (size_t i = 0; i < n; i++) {
		limits_init(&l);
		limits_init(&other);
		uint64_t *loose = (uint64_t *)(void *)((char *)&other + rows[i].at);
		*loose = rows[i].initial + 1;
		limits_tighten(&l, &other);
		CHECK_ROW(limits_get(&l, &rows[i]) == rows[i].initial, rows[i].key);
		*loose = rows[i].initial - 1;
		limits_tighten(&l, &other);
		for (size_t k = 0; k < n; k++)
			CHECK_ROW(limits_get(&l, &rows[k]) == rows[k].initial - (k == i), rows[k].key);
	}
}

static void a_failure_may_go_without_words(void)
{
	struct diag d = { 0 };
	CHECK(fail(&d, ERR_FORMAT, 7, "no %s", "end") == ERR_FORMAT && explain(&d, "'%s'", "a.zip") == ERR_FORMAT);
	locate(&d, 3, 14);
	CHECK(recode(&d, ERR_REFUSED) == ERR_REFUSED && d.code == ERR_REFUSED && remedy(&d, "try another") == ERR_REFUSED);
	CHECK(strcmp(d.text, "'a.zip': no end") == 0 && strcmp(d.help, "try another") == 0);
	CHECK(d.offset == 7 && d.line == 3 && d.column == 14);
	CHECK(fail(NULL, ERR_FORMAT, 7, "no end") == ERR_FORMAT && recode(NULL, ERR_REFUSED) == ERR_REFUSED);
	CHECK(explain(NULL, "x") == ERR_IO && remedy(NULL, "x") == ERR_IO);
	locate(NULL, 3, 14);
}

static void writing_to_a_full_device_says_why(void)
{
	struct diag d = { 0 };
	CLEANUP(fd_close) int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (full < 0)
		test_skip("no /dev/full");
	CHECK(fd_write_all(full, BYTES("x"), &d) == ERR_IO && errno == ENOSPC && strstr(d.text, "No space left on device"));
	CHECK(fd_write_all(full, BYTES("x"), NULL) == ERR_IO && errno == ENOSPC);
	CHECK(fd_write_all(full, BYTES(""), &d) == OK);
}

/* The kernel takes what the limit leaves room for and says why only at the next call. */
static void what_a_write_leaves_is_written_by_the_next(void)
{
	struct diag d = { 0 };
	const struct rlimit limit = { .rlim_cur = 10, .rlim_max = 10 };
	CLEANUP(fd_close) int fd = memfd_create("test", MFD_CLOEXEC);
	CHECK(fd >= 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CHECK(fd_write_all(fd, BYTES("0123456789"), &d) == OK);
	CHECK(lseek(fd, 4, SEEK_SET) == 4 && fd_write_all(fd, BYTES("abcdefgh"), &d) == ERR_IO && errno == EFBIG);
	char got[11] = { 0 };
	CHECK(pread(fd, got, sizeof got, 0) == 10 && strcmp(got, "0123abcdef") == 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "numbers are whole and bounded", numbers_are_whole_and_bounded },
		{ "sizes and durations have units", sizes_and_durations_have_units },
		{ "base64 is strict", base64_is_strict },
		{ "a buffer stops at its maximum and says so", a_buffer_stops_at_its_maximum_and_says_so },
		{ "a wire record reads back and breaks at every cut", a_wire_record_reads_back_and_breaks_at_every_cut },
		{ "UTF-8 follows table 3-7", utf8_follows_table_3_7 },
		{ "dates parse as RFC 3339", dates_parse_as_rfc_3339 },
		{ "every limit has a default below its most", every_limit_has_a_default_below_its_most },
		{ "limits are tightened one by one", limits_are_tightened_one_by_one },
		{ "a failure may go without words", a_failure_may_go_without_words },
		{ "writing to a full device says why", writing_to_a_full_device_says_why },
		{ "what a write leaves is written by the next", what_a_write_leaves_is_written_by_the_next },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
