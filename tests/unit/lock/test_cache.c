#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fd.h"
#include "harness.h"
#include "host/file.h"
#include "lock/cache.h"
#include "table.h"

static const char world[] = "a 1 : c[x]\nb 2 local time=500 py=>=3.8\nc 3 extras=x tag=cp311-cp311-linux_x86_64 build=4\nd 1\nd 2";
static const struct question question = { .requires = "a | b" };

static int make_cache(struct arena *a)
{
	char *path = arena_printf(a, "/tmp/hwb-test-lock-XXXXXX");
	CHECK(mkdtemp(path));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0 && rmdir(path) == 0);
	(void)close(fd);
	fd = -1;
	CHECK(directory_make(AT_FDCWD, path, true, &fd, NULL) == OK);
	return fd;
}

static void remove_cache(int fd)
{
	char self[64], path[256];
	(void)snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(self, path, sizeof path - 1);
	CHECK(n > 0);
	path[n] = '\0';
	CHECK(directory_remove(AT_FDCWD, path, NULL) == OK);
	(void)close(fd);
}

static void an_answer_is_kept_and_found(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, world, &a);
	t.cache_dir = make_cache(&a);
	struct answer first = table_ask_of(&question, &t, &a);
	CHECK(first.status == OK && !first.result.from_cache);
	size_t pages = t.n_pages, metadata = t.n_metadata;
	struct answer second = table_ask_of(&question, &t, &a);
	CHECK(second.status == OK && second.result.from_cache && second.result.n_metadata_reads == 0);
	CHECK(pages == t.n_pages && metadata == t.n_metadata);
	CHECK(strcmp(first.pins, "a 1, b 2, c[x] 3") == 0 && strcmp(first.pins, second.pins) == 0);
	for (size_t i = 0; i < first.result.n_pins; i++) {
		const struct lock_pin *x = &first.result.pins[i], *y = &second.result.pins[i];
		CHECK(bytes_equal(x->file.filename, y->file.filename) && bytes_equal(x->file.url, y->file.url));
		CHECK(bytes_equal(x->file.index, y->file.index) && sha256_equal(&x->file.digest, &y->file.digest));
		CHECK(strcmp(x->hash_source, y->hash_source) == 0 && strcmp(x->file.hash_source, y->file.hash_source) == 0);
		CHECK(x->file.has_upload_time == y->file.has_upload_time && x->file.upload_time == y->file.upload_time);
		CHECK(bytes_equal(x->file.requires_python, y->file.requires_python));
		CHECK(bytes_equal(x->file.wheel.build_number, y->file.wheel.build_number) && bytes_equal(x->version, y->version));
	}
	remove_cache(t.cache_dir);
}

static void another_question_is_another_record(void)
{
	static const struct question others[] = {
		{ .requires = "b | a" },
		{ .requires = "a" },
		{ .requires = "a | b", .constraints = "a>=1" },
		{ .requires = "a | b", .constraints = "d==1" },
		{ .requires = "a | b", .constraints = "d==1 --hash=sha256:{x}" },
		{ .requires = "a | b", .constraints = "d==1; os_name == 'nt'" },
		{ .requires = "a | b", .preferred = "d-1-py3-none-any.whl" },
		{ .requires = "a | b", .preferred = "d-2-py3-none-any.whl" },
		{ .requires = "a | b", .prereleases = true },
	};
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, world, &a);
	t.cache_dir = make_cache(&a);
	CHECK(!table_ask_of(&question, &t, &a).result.from_cache);
	for (size_t i = 0; i < COUNT(others); i++) {
		CHECK_ROW(!table_ask_of(&others[i], &t, &a).result.from_cache, others[i].requires);
		CHECK_ROW(table_ask_of(&others[i], &t, &a).result.from_cache, others[i].requires);
	}
	struct question offline = question;
	offline.offline = true; /* the same question: being offline changes how old an answer may be, not which it is */
	CHECK(table_ask_of(&offline, &t, &a).result.from_cache);
	remove_cache(t.cache_dir);
}

static void the_key_holds_all_that_decides(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, world, &a);
	struct lock_source source = table_source(&t);
	struct lock_request request = table_request(&question, &t, &a);
	const struct interpreter plain = *request.python;
	struct interpreter python = plain;
	request.python = &python;
	struct sha256 keys[9] = { cache_key(&request, &source) };
	python.version = BYTES("3.11.8");
	keys[1] = cache_key(&request, &source);
	python = plain;
	python.n_tags--;
	keys[2] = cache_key(&request, &source);
	python = plain;
	python.env.field[MARKER_PLATFORM_RELEASE] = BYTES("6.1.1");
	keys[3] = cache_key(&request, &source);
	python = plain;
	request.exclude_newer = 5;
	keys[4] = cache_key(&request, &source);
	request.exclude_newer = INT64_MAX;
	request.min_age = 5;
	keys[6] = cache_key(&request, &source);
	request.min_age = 6;
	keys[7] = cache_key(&request, &source);
	request.min_age_exempt = &(const struct bytes)LIT("a");
	request.n_min_age_exempt = 1;
	keys[8] = cache_key(&request, &source);
	request.min_age = 0;
	request.n_min_age_exempt = 0;
	request.origin = BYTES("somebody else"); /* decides nothing */
	keys[5] = cache_key(&request, &source);
	CHECK(sha256_equal(&keys[0], &keys[5]));
	for (size_t i = 0; i < COUNT(keys); i++)
		for (size_t k = 0; k < i; k++)
			CHECK(sha256_equal(&keys[i], &keys[k]) == (i == 5 && k == 0));
}

/* A record of a time when the clock was wrong, or that somebody wrote: what it has must be old enough now. */
static void a_kept_answer_is_held_to_the_cool_down(void)
{
	static const struct {
		const char *index;
		const char *exempt, *preferred;
		bool found;
	} rows[] = {
		{ "a 1 age=700000", NULL, NULL, true }, { "a 1 age=5", NULL, NULL, false },
		{ "a 1", NULL, NULL, false },           { "a 1 age=5", "a", NULL, true },
		{ "a 1 local", NULL, NULL, true },      { "a 1 age=5", NULL, "a-1-py3-none-any.whl", true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct table t;
		struct lock_result kept;
		arena_init(&a);
		table_init(&t, rows[i].index, &a);
		t.cache_dir = make_cache(&a);
		struct question now = { .requires = "a", .exempt = rows[i].exempt, .preferred = rows[i].preferred };
		struct answer first = table_ask_of(&now, &t, &a);
		CHECK_ROW(first.status == OK, rows[i].index);
		struct lock_source source = table_source(&t);
		struct lock_request request = table_request(&now, &t, &a);
		request.min_age = 604800;
		struct sha256 key = cache_key(&request, &source);
		struct limits limits;
		limits_init(&limits);
		struct run_context run = { .limits = &limits };
		cache_keep(&request, &source, &key, &first.result);
		for (int offline = 0; offline < 2; offline++) {
			request.offline = offline;
			CHECK_ROW(cache_find(&run, &request, &source, &key, &a, &kept) == rows[i].found, rows[i].index);
		}
		remove_cache(t.cache_dir);
	}
}

static void failures_are_not_kept(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, "a 1 : nosuch", &a);
	t.cache_dir = make_cache(&a);
	CHECK(table_ask_of(&(struct question){ .requires = "a" }, &t, &a).status == ERR_RESOLVE);
	size_t pages = t.n_pages;
	CHECK(table_ask_of(&(struct question){ .requires = "a" }, &t, &a).status == ERR_RESOLVE && t.n_pages > pages);
	remove_cache(t.cache_dir);
}

/* Puts a record of that age into the cache for the question. */
static void put_record(struct table *t, const struct lock_request *request, const struct lock_result *result, int64_t age)
{
	CLEANUP(buf_done) struct buf record;
	struct lock_source source = table_source(t);
	struct sha256 key = cache_key(request, &source);
	char text[SHA256_TEXT_SIZE], path[128];
	buf_init(&record, 1 << 20);
	cache_write(result, &key, clock_unix() - age, &record);
	sha256_text(&key, text);
	(void)snprintf(path, sizeof path, "resolve/%s", text);
	int fd = openat(t->cache_dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && fd_write_all(fd, buf_bytes(&record), NULL) == OK);
	(void)close(fd);
}

static void an_old_answer_is_asked_for_again(void)
{
	static const struct {
		const char *name;
		int64_t age;
		bool offline, found;
	} rows[] = {
		{ "nearly too old", 590, false, true },         { "too old", 602, false, false },
		{ "too old, but offline", 100000, true, true }, { "from the future", -100, false, false },
		{ "of no time", 2000000000, false, false },
	};
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, world, &a);
	t.cache_dir = make_cache(&a);
	struct answer first = table_ask_of(&question, &t, &a);
	struct lock_request request = table_request(&question, &t, &a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct question q = question;
		q.offline = rows[i].offline;
		put_record(&t, &request, &first.result, rows[i].age);
		CHECK_ROW(table_ask_of(&q, &t, &a).result.from_cache == rows[i].found, rows[i].name);
	}
	remove_cache(t.cache_dir);
}

static void an_answer_made_offline_does_not_pass_for_fresh(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, world, &a);
	t.cache_dir = make_cache(&a);
	struct question offline = question;
	offline.offline = true;
	CHECK(!table_ask_of(&offline, &t, &a).result.from_cache);
	CHECK(table_ask_of(&offline, &t, &a).result.from_cache);
	CHECK(!table_ask_of(&question, &t, &a).result.from_cache);
	remove_cache(t.cache_dir);
}

static void a_record_that_is_too_large_for_the_limits_is_not_used(void)
{
	CLEANUP(arena_done) struct arena a;
	struct table t;
	arena_init(&a);
	table_init(&t, world, &a);
	t.cache_dir = make_cache(&a);
	CHECK(table_ask_of(&question, &t, &a).status == OK);
	struct question tight = question;
	tight.packages = 2;
	CHECK(table_ask_of(&tight, &t, &a).status == ERR_LIMIT);
	remove_cache(t.cache_dir);
}

/* Cut anywhere, or with any byte turned: an error, or pins that were checked again; never a crash. */
static void a_damaged_record_is_ignored(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct table t;
	struct lock_result result;
	struct sha256 key = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
	int64_t written;
	arena_init(&a);
	table_init(&t, world, &a);
	struct answer first = table_ask_of(&question, &t, &a);
	buf_init(&record, 1 << 20);
	cache_write(&first.result, &key, 1234, &record);
	CHECK(cache_read(buf_bytes(&record), &key, &a, &result, &written, NULL) == OK && written == 1234 && result.n_pins == 3);
	CHECK(cache_read(buf_bytes(&record), &other, &a, &result, &written, NULL) == ERR_FORMAT);
	for (size_t size = 0; size < record.size; size++) {
		unsigned char *copy = malloc(size ? size : 1);
		memcpy(copy, record.data, size);
		CHECK(cache_read(bytes_make(copy, size), &key, &a, &result, &written, NULL) == ERR_FORMAT);
		free(copy);
	}
	for (size_t i = 0; i < record.size; i++) {
		record.data[i] ^= 0x41;
		if (cache_read(buf_bytes(&record), &key, &a, &result, &written, NULL) == OK)
			for (size_t k = 0; k < result.n_pins; k++)
				CHECK(result.pins[k].file.has_digest &&
				      bytes_equal(result.pins[k].file.wheel.name, result.pins[k].name));
		record.data[i] ^= 0x41;
	}
}

static const struct test tests[] = {
	{ "an answer is kept and found", an_answer_is_kept_and_found },
	{ "another question is another record", another_question_is_another_record },
	{ "the key holds all that decides", the_key_holds_all_that_decides },
	{ "a kept answer is held to the cool-down", a_kept_answer_is_held_to_the_cool_down },
	{ "failures are not kept", failures_are_not_kept },
	{ "an old answer is asked for again", an_old_answer_is_asked_for_again },
	{ "an answer made offline does not pass for fresh", an_answer_made_offline_does_not_pass_for_fresh },
	{ "a record that is too large for the limits is not used", a_record_that_is_too_large_for_the_limits_is_not_used },
	{ "a damaged record is ignored", a_damaged_record_is_ignored },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
