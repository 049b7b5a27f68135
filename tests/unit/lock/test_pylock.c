#include "harness.h"
#include "lock/pylock.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_OF(name) \
	"{ name = \"" name "\", url = \"https://files.example/" name "\", size = 7, hashes = { sha256 = \"" DIGEST "\" } }"

static const char whole[] =
	"lock-version = \"1.0\"\n"
	"created-by = \"hwb\"\n"
	"requires-python = \">=3.9\"\n"
	"environments = [\"sys_platform == 'linux'\"]\n"
	"[[packages]]\n"
	"name = \"alpha\"\nversion = \"1.0\"\nmarker = \"python_version < '3.12'\"\nindex = \"https://index.example/simple/\"\n"
	"wheels = [" FILE_OF(
		"alpha-1.0-py3-none-any.whl") "]\n"
					      "[[packages]]\n"
					      "name = \"beta\"\nversion = \"2\"\nsdist = " FILE_OF(
						      "beta-2.tar.gz") "\n"
								       "[tool.hwb]\n"
								       "input-digest = \"sha256:" DIGEST
								       "\"\nrequires = [\"alpha\"]\ndynamic-requires = [\"beta\"]\n"
								       "targets = [\"cpython 3.11\"]\nexclude-newer = 2026-01-01T00:00:00Z\nuniversal = true\n";

static enum status parse(const char *text, struct arena *a, struct pylock *ret, struct diag *d)
{
	return pylock_parse(bytes_of(text), a, ret, d);
}

static void a_lock_is_read(void)
{
	CLEANUP(arena_done) struct arena a;
	struct pylock lock;
	arena_init(&a);
	CHECK(parse(whole, &a, &lock, NULL) == OK);
	CHECK_NUMBER(lock.n_packages, 2);
	CHECK_BYTES(lock.packages[0].marker, BYTES("python_version < '3.12'"));
	CHECK(lock.packages[1].marker.data == NULL && lock.packages[1].files[0].is_sdist && lock.packages[1].files[0].size == 7);
	CHECK(lock.is_ours && lock.has_input && lock.universal && lock.n_requires == 1 && lock.n_dynamic == 1);
	CHECK_BYTES(lock.exclude_newer, BYTES("2026-01-01T00:00:00Z"));
}

static void what_is_written_is_read_back(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf first;
	CLEANUP(buf_done) struct buf second;
	CLEANUP(buf_done) struct buf record;
	struct pylock lock, again;
	arena_init(&a);
	buf_init(&first, PYLOCK_SIZE_MAX);
	buf_init(&second, PYLOCK_SIZE_MAX);
	buf_init(&record, PYLOCK_SIZE_MAX);
	CHECK(parse(whole, &a, &lock, NULL) == OK);
	pylock_record_write(&lock, &record);
	CHECK(pylock_record_read(buf_bytes(&record), &a, &again, NULL) == OK);
	pylock_write(&again, &first);
	CHECK(pylock_parse(buf_bytes(&first), &a, &again, NULL) == OK);
	pylock_write(&again, &second);
	CHECK_BYTES(buf_bytes(&second), buf_bytes(&first));
	CHECK_NUMBER(again.n_packages, 2);
}

static void a_cut_lock_is_never_read_as_another(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct pylock lock, cut;
	arena_init(&a);
	buf_init(&record, PYLOCK_SIZE_MAX);
	CHECK(parse(whole, &a, &lock, NULL) == OK);
	for (size_t n = 0; n + 1 < sizeof whole; n++) {
		struct diag d = { 0 };
		enum status s = pylock_parse(bytes_make(whole, n), &a, &cut, &d);
		CHECK(s == OK || d.text[0]);
		CHECK(s || cut.n_packages <= 2);
	}
	pylock_record_write(&lock, &record);
	for (size_t n = 0; n < record.size; n++)
		CHECK(pylock_record_read(bytes_make(record.data, n), &a, &cut, NULL) == ERR_FORMAT);
}

static void a_file_says_what_is_wrong(void)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "", "lock-version" },
		{ "lock-version = \"1.0\"", "packages" },
		{ "lock-version = \"2.0\"\npackages = []", "2.0" },
		{ "lock-version = 1.0\npackages = []", "lock-version" },
		{ "lock-version = \"1.0\"\npackages = [1]", "a table" },
		{ "lock-version = \"1.0\"\n[[packages]]\nversion = \"1\"", "name" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"A\"\nversion = \"1\"\nwheels = []", "normalised" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"", "no files" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nwheels = [" FILE_OF("a-1-py3-none-any.whl") "]", "no version" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [" FILE_OF("b-1-py3-none-any.whl") "]",
		  "'b'" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [" FILE_OF("a-2-py3-none-any.whl") "]",
		  "version 1" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [{ name = \"a-1-py3-none-any.whl\" }]",
		  "sha256" },
		{ "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [{ name = \"a-1-py3-none-any.whl\", size = -1, hashes = { sha256 = \"" DIGEST
		  "\" } }]",
		  "-1" },
		{ "lock-version = \"1.0\"\npackages = []\nenvironments = [\"nonsense\"]", "environments" },
		{ "lock-version = \"1.0\"\npackages = []\nrequires-python = \"new\"", "requires-python" },
		{ "lock-version = \"1.0\"\npackages = []\n[tool.hwb]\ninput-digest = \"md5:1\"", "input-digest" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pylock lock;
		struct diag d = { 0 };
		CHECK_ROW(parse(rows[i].text, &a, &lock, &d) == ERR_FORMAT, rows[i].text);
		CHECK_ROW(strstr(d.text, rows[i].word), d.text);
	}
}

static void hostile_texts_stay_strings(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct pylock lock, again;
	arena_init(&a);
	buf_init(&text, PYLOCK_SIZE_MAX);
	CHECK(parse(whole, &a, &lock, NULL) == OK);
	struct pylock_package package = lock.packages[0];
	struct pylock_file file = package.files[0];
	file.upload_time = BYTES("2026-01-01T00:00:00Z, url = \"https://evil.example/\"");
	file.url = BYTES("https://files.example/\"\n[[packages]]\nname = \"evil\"\x01\xff");
	package.files = &file;
	package.index = BYTES("\\\" }]\n");
	lock.packages = &package;
	lock.n_packages = 1;
	pylock_write(&lock, &text);
	CHECK(pylock_parse(buf_bytes(&text), &a, &again, NULL) == OK);
	CHECK_NUMBER(again.n_packages, 1);
	CHECK_BYTES(again.packages[0].index, BYTES("\\\" }]\n"));
	CHECK(again.packages[0].files[0].upload_time.data == NULL);
	CHECK_BYTES(again.packages[0].files[0].url, BYTES("https://files.example/\"\n[[packages]]\nname = \"evil\"\x01\xef\xbf\xbd"));
}

static void names_are_those_of_the_standard(void)
{
	static const struct {
		const char *path;
		bool is_one;
	} rows[] = { { "pylock.toml", true },      { "a/b/pylock.build.toml", true },
		     { "pylock..toml", false },    { "pylock.a.b.toml", false },
		     { "lock.toml", false },       { "pylock.toml.txt", false },
		     { "requirements.txt", false } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_ROW(pylock_is_name(bytes_of(rows[i].path)) == rows[i].is_one, rows[i].path);
}

static void the_input_is_order_backend_and_all(void)
{
	const struct bytes two[] = { BYTES("a"), BYTES("b") }, turned[] = { BYTES("b"), BYTES("a") },
			   joined[] = { BYTES("a\nrequires 1 b") };
	struct sha256 x = pylock_input(two, 2, BYTES("k")), y = pylock_input(turned, 2, BYTES("k"));
	struct sha256 z = pylock_input(two, 2, BYTES("l")), w = pylock_input(joined, 1, BYTES("k"));
	CHECK(!sha256_equal(&x, &y) && !sha256_equal(&x, &z) && !sha256_equal(&x, &w));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a lock is read", a_lock_is_read },
		{ "what is written is read back, and the same bytes", what_is_written_is_read_back },
		{ "a lock that is cut is refused, or is a shorter one", a_cut_lock_is_never_read_as_another },
		{ "a lock that is wrong says where", a_file_says_what_is_wrong },
		{ "hostile texts stay strings", hostile_texts_stay_strings },
		{ "names are those of the standard", names_are_those_of_the_standard },
		{ "the input digest knows order, backend and where one ends", the_input_is_order_backend_and_all },
	};
	return test_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
