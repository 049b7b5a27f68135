#include <fcntl.h>

#include "harness.h"
#include "place.h"
#include "source/exclude.h"
#include "source/source.h"

#define DIGITS "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void a_word_means_one_kind_of_source(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(arena_done) struct arena a;
	static const struct {
		const char *word;
		enum source_kind kind;
		const char *path, *url, *ref, *subdirectory, *name;
	} rows[] = {
		{ ".", SOURCE_DIRECTORY, ".", "", "", "", "" },
		{ "folder", SOURCE_DIRECTORY, "folder", "", "", "", "" },
		{ "./folder/", SOURCE_DIRECTORY, "./folder/", "", "", "", "" },
		{ "folder.tar.gz", SOURCE_DIRECTORY, "folder.tar.gz", "", "", "", "" },
		{ "a-1.tar.gz", SOURCE_ARCHIVE, "a-1.tar.gz", "", "", "", "" },
		{ "./a-1.zip", SOURCE_ARCHIVE, "./a-1.zip", "", "", "", "" },
		{ "https://example.org/a-1.tar.gz#sha256=" DIGITS, SOURCE_URL, "", "https://example.org/a-1.tar.gz", "", "", "" },
		{ "https://user@example.org/a-1.zip?x=1#egg=a&sha256=" DIGITS, SOURCE_URL, "", "https://example.org/a-1.zip?x=1",
		  "", "", "" },
		{ "git+https://example.org/a.git", SOURCE_GIT, "", "https://example.org/a.git", "", "", "" },
		{ "git+https://example.org/a.git@v1.0", SOURCE_GIT, "", "https://example.org/a.git", "v1.0", "", "" },
		{ "git+https://git@example.org/a.git@feature/x%2Fy#subdirectory=py/pkg/", SOURCE_GIT, "",
		  "https://example.org/a.git", "feature/x/y", "py/pkg", "" },
		{ "git+file:///srv/a", SOURCE_GIT, "", "file:///srv/a", "", "", "" },
		{ "requests", SOURCE_INDEX, "", "", "", "", "requests" },
		{ "Zope.Interface==1.0", SOURCE_INDEX, "", "", "", "", "zope-interface" },
		{ "numpy >=1, <2", SOURCE_INDEX, "", "", "", "", "numpy" },
		{ "web.py==0.62", SOURCE_INDEX, "", "", "", "", "web-py" },
	};
	place_make(&p);
	arena_init(&a);
	place_folder(&p, "folder");
	place_folder(&p, "folder.tar.gz");
	place_file(&p, "a-1.tar.gz", BYTES("x"), 0644);
	place_file(&p, "a-1.zip", BYTES("x"), 0644);
	CHECK(fchdir(p.fd) == 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct source_word w;
		struct diag d = { 0 };
		if (source_word_parse(rows[i].word, &a, &w, &d))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].word, d.text);
		CHECK_ROW(w.kind == rows[i].kind && w.has_digest == (w.kind == SOURCE_URL), rows[i].word);
		CHECK_ROW(bytes_equal(w.path, bytes_of(rows[i].path)) && bytes_equal(w.url, bytes_of(rows[i].url)), rows[i].word);
		CHECK_ROW(bytes_equal(w.ref, bytes_of(rows[i].ref)), rows[i].word);
		CHECK_ROW(bytes_equal(w.subdirectory, bytes_of(rows[i].subdirectory)), rows[i].word);
		CHECK_ROW(bytes_equal(w.name, bytes_of(rows[i].name)), rows[i].word);
	}
	struct source_word w;
	struct sha256 want = sha256_of(BYTES("abc"));
	CHECK(source_word_parse(rows[6].word, &a, &w, NULL) == OK && sha256_equal(&w.digest, &want));
	CHECK(source_word_parse("numpy >=1, <2", &a, &w, NULL) == OK && w.specifier.n_clauses == 2);
	CHECK(source_word_parse("numpy", &a, &w, NULL) == OK && w.specifier.n_clauses == 0);
	CHECK(fchdir(AT_FDCWD) || chdir("/") == 0);
}

static void a_word_that_means_nothing_says_what_would(void)
{
	static const struct {
		const char *word, *says;
	} rows[] = {
		{ "./nothing", "no source './nothing'" },
		{ "nothing/", "no source" },
		{ "pkg-1.0.tar.gz", "no source" },
		{ ".hidden", "no source" },
		{ "..", NULL },
		{ "", "no directory" },
		{ "-x", "no directory" },
		{ "a b", "no directory" },
		{ "requests[socks]", "no directory" },
		{ "requests @ https://example.org/r.zip", "source" },
		{ "requests; python_version>'3'", "no directory" },
		{ "==1.0", "no directory" },
		{ "https://example.org/a-1.tar.gz", "#sha256=" },
		{ "https://example.org/a-1.tar.gz#sha256=12", "#sha256=" },
		{ "https://example.org/a.zip#sha256=" DIGITS "&sha256=" DIGITS, "#sha256=" },
		{ "https://me:secret@example.org/a-1.tar.gz#sha256=" DIGITS, "password" },
		{ "https://me:@example.org/a-1.tar.gz#sha256=" DIGITS, "password" },
		{ "git+https://me:secret@example.org/a", "password" },
		{ "git+http://example.org/a", "git+https" },
		{ "git+ssh://git@example.org/a", "git+https://HOST/PATH" },
		{ "ssh://git:secret@example.org/a", "ssh is not supported" },
		{ "git@example.org:secret/a.git", "ssh is not supported" },
		{ "git+git@example.org:a", "ssh is not supported" },
		{ "setup.py", "no source 'setup.py'" },
		{ "pyproject.toml", "no source" },
		{ "setup.cfg", "no source" },
		{ "a-1.0-py3-none-any.whl", "no source" },
		{ "a-1.0-py3.9.egg", "no source" },
		{ "git+https://example.org/a@-upload-pack=x", "starts with '-'" },
		{ "git+https://example.org/a@%2Dx", "starts with '-'" },
		{ "git+https://example.org/a#subdirectory=../b", "subdirectory" },
		{ "git+https://example.org/a#subdirectory=/b", "subdirectory" },
		{ "git+https://example.org/a#subdirectory=b/../../c", "subdirectory" },
		{ "git+", "URL" },
		{ "https://", "URL" },
		{ "ftp://example.org/a.zip", "source" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	CHECK(chdir("/proc/self") == 0); /* none of the names above is there */
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct source_word w = { .kind = SOURCE_GIT };
		struct diag d = { 0 };
		if (!rows[i].says)
			continue;
		CHECK_ROW(source_word_parse(rows[i].word, &a, &w, &d) == ERR_USAGE && d.code == ERR_USAGE, rows[i].word);
		CHECK_ROW(source_word_parse(rows[i].word, &a, &w, NULL) != OK, rows[i].word);
		CHECK_ROW(strstr(d.text, rows[i].says) && w.kind == SOURCE_GIT && w.url.size == 0, rows[i].word);
		CHECK_ROW(!strstr(d.text, "secret") && !strstr(d.help, "secret"), rows[i].word);
	}
}

static void a_file_that_is_no_archive_is_never_a_name(void)
{
	static const struct {
		const char *word, *says, *helps;
	} rows[] = {
		{ "pyproject.toml", "'pyproject.toml' is a file, not a source: name its directory", "'.'" },
		{ "st/pyproject.toml", "'st/pyproject.toml' is a file, not a source: name its directory", "'st'" },
		{ "./setup.py", "'./setup.py' is a file, not a source: name its directory", "'.'" },
		{ "setup.cfg", "name its directory", "'.'" },
		{ "a-1-py3-none-any.whl", "'a-1-py3-none-any.whl' is a wheel already", "" },
		{ "a-1-py3.9.egg", "no archive", "directory" },
		{ "six", "'six' is a file", "directory" },
	};
	CLEANUP(place_done) struct place p;
	CLEANUP(arena_done) struct arena a;
	place_make(&p);
	arena_init(&a);
	place_folder(&p, "st");
	for (size_t i = 0; i < COUNT(rows); i++)
		place_file(&p, rows[i].word, BYTES("x"), 0644);
	CHECK(fchdir(p.fd) == 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct source_word w = { .kind = SOURCE_GIT };
		struct diag d = { 0 };
		CHECK_ROW(source_word_parse(rows[i].word, &a, &w, &d) == ERR_USAGE && w.kind == SOURCE_GIT, rows[i].word);
		CHECK_ROW(source_word_parse(rows[i].word, &a, &w, NULL) != OK, rows[i].word);
		if (!strstr(d.text, rows[i].says) || !strstr(d.help, rows[i].helps))
			test_fail(__FILE__, __LINE__, "%s: %s; %s", rows[i].word, d.text, d.help);
	}
	CHECK(chdir("/") == 0);
}

static void what_is_left_out_and_what_of_it_is_said(void)
{
	static const struct {
		const char *path;
		bool directory;
		enum exclusion want;
	} rows[] = {
		{ "__pycache__", true, EXCLUDE_SILENTLY },
		{ "pkg/sub/__pycache__", true, EXCLUDE_SILENTLY },
		{ "__pycache__", false, EXCLUDE_NOT },
		{ "build", true, EXCLUDE_SILENTLY },
		{ "pkg/build", true, EXCLUDE_NOT },
		{ "build", false, EXCLUDE_NOT },
		{ "dist", true, EXCLUDE_SILENTLY },
		{ "src/dist", true, EXCLUDE_NOT },
		{ ".tox", true, EXCLUDE_SILENTLY },
		{ ".nox", true, EXCLUDE_SILENTLY },
		{ ".hg", true, EXCLUDE_SILENTLY },
		{ "a/.svn", true, EXCLUDE_SILENTLY },
		{ "a/.mypy_cache", true, EXCLUDE_SILENTLY },
		{ ".pytest_cache", true, EXCLUDE_SILENTLY },
		{ ".ruff_cache", true, EXCLUDE_SILENTLY },
		{ ".git", true, EXCLUDE_NOT },
		{ "builder", true, EXCLUDE_NOT },
		{ ".env", false, EXCLUDE_REPORTED },
		{ "a/.env", false, EXCLUDE_REPORTED },
		{ ".env.local", false, EXCLUDE_REPORTED },
		{ ".env.example", false, EXCLUDE_NOT },
		{ ".env.sample", false, EXCLUDE_NOT },
		{ ".env.template", false, EXCLUDE_NOT },
		{ ".env.dist", false, EXCLUDE_NOT },
		{ ".environment", false, EXCLUDE_NOT },
		{ "my.env", false, EXCLUDE_NOT },
		{ ".pypirc", false, EXCLUDE_REPORTED },
		{ ".netrc", false, EXCLUDE_REPORTED },
		{ "_netrc", false, EXCLUDE_REPORTED },
		{ ".npmrc", false, EXCLUDE_REPORTED },
		{ ".git-credentials", false, EXCLUDE_REPORTED },
		{ "keys/id_rsa", false, EXCLUDE_REPORTED },
		{ "id_ed25519", false, EXCLUDE_REPORTED },
		{ "id_dsa", false, EXCLUDE_REPORTED },
		{ "id_ecdsa", false, EXCLUDE_REPORTED },
		{ "id_rsa.pub", false, EXCLUDE_NOT },
		{ "id_rsa", true, EXCLUDE_NOT },
		{ ".ssh", true, EXCLUDE_REPORTED },
		{ "a/.aws", true, EXCLUDE_REPORTED },
		{ ".gnupg", true, EXCLUDE_REPORTED },
		{ "setup.py", false, EXCLUDE_NOT },
		{ "pyproject.toml", false, EXCLUDE_NOT },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes path = bytes_of(rows[i].path), name = path;
		const char *why = NULL;
		size_t slash = bytes_find_last(path, '/');
		if (slash < path.size)
			name = bytes_from(path, slash + 1);
		CHECK_ROW(exclude_check(path, name, rows[i].directory, &why) == rows[i].want, rows[i].path);
		CHECK_ROW(rows[i].want != EXCLUDE_REPORTED || (why && why[0]), rows[i].path);
	}
}

static void of_a_repository_objects_and_references_are_kept(void)
{
	static const struct {
		const char *path;
		bool kept;
	} rows[] = {
		{ ".git/HEAD", true },
		{ ".git/packed-refs", true },
		{ ".git/index", true },
		{ ".git/shallow", true },
		{ ".git/refs", true },
		{ ".git/refs/heads/main", true },
		{ ".git/objects", true },
		{ ".git/objects/ab/cdef", true },
		{ ".git/objects/pack/p.idx", true },
		{ ".git/objects/info/alternates", false },
		{ ".git/objects/info/http-alternates", false },
		{ ".git/config", false },
		{ ".git/config.worktree", false },
		{ ".git/hooks", false },
		{ ".git/hooks/post-checkout", false },
		{ ".git/info/attributes", false },
		{ ".git/logs/HEAD", false },
		{ ".git/modules/x/config", false },
		{ ".git/refs2", false },
		{ ".git/objects.bak/x", false },
		{ ".git/HEAD.lock", false },
		{ ".git/commondir", false },
		{ ".git/FETCH_HEAD", false },
		{ ".git/credentials", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(exclude_keeps_git(bytes_of(rows[i].path)) == rows[i].kept, rows[i].path);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a word means one kind of source", a_word_means_one_kind_of_source },
		{ "a word that means nothing says what would", a_word_that_means_nothing_says_what_would },
		{ "a file that is no archive is never a name", a_file_that_is_no_archive_is_never_a_name },
		{ "what is left out, and what of it is said", what_is_left_out_and_what_of_it_is_said },
		{ "of a repository, objects and references are kept", of_a_repository_objects_and_references_are_kept },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
