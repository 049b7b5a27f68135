/* Registries by name and by URL, the journal of uploads. */
#include "publish/registry.h"

#include <fcntl.h>

#include "base/cleanup.h"
#include "harness.h"
#include "place.h"
#include "publish/journal.h"

static void by_url(void)
{
	static const struct {
		const char *url, *kind, *check, *user;
	} rows[] = {
		{ "https://upload.pypi.org/legacy/", "PyPI", "https://pypi.org/simple/", "__token__" },
		{ "https://test.pypi.org/legacy/", "TestPyPI", "https://test.pypi.org/simple/", "__token__" },
		{ "https://upload.pypi.org.evil.example/legacy/", "", "", "" },
		{ "https://evil-upload.pypi.org/legacy/", "", "", "" },
		{ "https://gitlab.example/api/v4/projects/7/packages/pypi", "GitLab",
		  "https://gitlab.example/api/v4/projects/7/packages/pypi/simple/", "gitlab-ci-token" },
		{ "https://d-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/r/", "AWS CodeArtifact",
		  "https://d-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/r/simple/", "aws" },
		{ "https://europe-python.pkg.dev/p/r/", "Google Artifact Registry", "https://europe-python.pkg.dev/p/r/simple/",
		  "oauth2accesstoken" },
		{ "https://a.example/artifactory/api/pypi/r", "Artifactory", "https://a.example/artifactory/api/pypi/r/simple/", "" },
		{ "https://a.example/repository/r/", "Nexus", "https://a.example/repository/r/simple/", "" },
		{ "https://devpi.example/root/pypi/", "", "", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct registry r;
		arena_init(&a);
		CHECK_ROW(registry_at(rows[i].url, NULL, NULL, &a, &r, NULL) == OK, rows[i].url);
		CHECK_ROW(strcmp(r.kind ? r.kind->name : "", rows[i].kind) == 0, rows[i].url);
		CHECK_ROW(strcmp(r.check_url ? r.check_url : "", rows[i].check) == 0, rows[i].url);
		CHECK_ROW(strcmp(r.user ? r.user : "", rows[i].user) == 0, rows[i].url);
	}
}

static void refused(void)
{
	static const char *const urls[] = { "",
					    "pypi",
					    "ftp://a.example/",
					    "file:///tmp/",
					    "https://u:secret@a.example/",
					    "https://a.example/#x",
					    "https://a.example/?token=secret",
					    "https://a.example/legacy/?" };
	for (size_t i = 0; i < COUNT(urls); i++) {
		CLEANUP(arena_done) struct arena a;
		struct registry r;
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_ROW(registry_at(urls[i], NULL, NULL, &a, &r, &d) == ERR_USAGE && !strstr(d.text, "secret"), urls[i]);
		CHECK_ROW(!registry_kind_of(bytes_of(urls[i])), urls[i]);
		CHECK_ROW(registry_at("https://a.example/", NULL, urls[i], &a, &r, NULL) == ERR_USAGE, urls[i]);
	}
}

static void by_name(void)
{
	CLEANUP(arena_done) struct arena a;
	struct registry r;
	size_t n, n_words = 0;
	const struct registry_kind *kinds = registry_kinds(&n);
	arena_init(&a);
	for (size_t i = 0; i < n; i++) {
		CHECK_ROW(kinds[i].check_url && kinds[i].when_exists && !kinds[i].word == !kinds[i].upload_url, kinds[i].name);
		CHECK_ROW(!kinds[i].word == !kinds[i].site, kinds[i].name);
		if (!kinds[i].word)
			continue;
		n_words++;
		CHECK_ROW(registry_find(kinds[i].word, &a, &r) == OK && r.takes_attestations && r.check_url, kinds[i].name);
		CHECK_ROW(r.kind == &kinds[i] && registry_kind_of(bytes_of(r.upload_url)) == &kinds[i], kinds[i].name);
	}
	CHECK_NUMBER(n_words, 2);
	CHECK(registry_find("nope", &a, &r) == ERR_ABSENT);
}

static void own_index(void)
{
	CLEANUP(arena_done) struct arena a;
	struct registry r;
	arena_init(&a);
	CHECK(registry_at("https://a.example/repository/r/", "corp", "https://b.example/simple", &a, &r, NULL) == OK);
	CHECK(strcmp(r.check_url, "https://b.example/simple/") == 0 && strcmp(r.name, "corp") == 0 && !r.check_is_guess);
}

/* ---- the journal ---- */

static struct journal_entry an_intent(void)
{
	return (struct journal_entry){ JOURNAL_INTENT, "https://a.example/", BYTES("a-1.whl"), sha256_of(BYTES("a")), "run" };
}

static bool open_new_journal(struct place *place, int *ret_home, int *ret_dir)
{
	place_make(place);
	*ret_home = open(place_path(place, "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_home >= 0 && journal_open(*ret_home, ret_dir, NULL) == OK;
}

static void journal(void)
{
	CLEANUP(place_done) struct place place;
	CLEANUP(arena_done) struct arena a;
	CLEANUP(fd_close) int home = -1;
	CLEANUP(fd_close) int dir = -1;
	struct journal_entry got, entry = an_intent();
	arena_init(&a);
	CHECK(open_new_journal(&place, &home, &dir));
	CHECK(journal_read(dir, entry.registry, entry.file, &a, &got, NULL) == OK && got.state == JOURNAL_NOTHING);
	CHECK(journal_write(dir, &entry, NULL) == OK);
	CHECK(journal_read(dir, entry.registry, entry.file, &a, &got, NULL) == OK && got.state == JOURNAL_INTENT);
	CHECK(sha256_equal(&got.digest, &entry.digest) && strcmp(got.run, "run") == 0);
	entry.state = JOURNAL_RECEIPT;
	CHECK(journal_write(dir, &entry, NULL) == OK);
	CHECK(journal_read(dir, entry.registry, entry.file, &a, &got, NULL) == OK && got.state == JOURNAL_RECEIPT);
	/* Another registry, another name: another entry. */
	CHECK(journal_read(dir, "https://a.example/x", entry.file, &a, &got, NULL) == OK && got.state == JOURNAL_NOTHING);
	CHECK(journal_read(dir, entry.registry, BYTES("b-1.whl"), &a, &got, NULL) == OK && got.state == JOURNAL_NOTHING);
}

static void journal_damaged(void)
{
	static const char *const contents[] = { "", "{", "[]", "{\"state\":\"done\",\"sha256\":\"00\",\"run\":\"x\"}" };
	CLEANUP(place_done) struct place place;
	CLEANUP(arena_done) struct arena a;
	CLEANUP(fd_close) int home = -1;
	CLEANUP(fd_close) int dir = -1;
	struct journal_entry got, entry = an_intent();
	arena_init(&a);
	CHECK(open_new_journal(&place, &home, &dir) && journal_write(dir, &entry, NULL) == OK);
	DIR *entries = fdopendir(dup(dir));
	CHECK(entries != NULL);
	for (const struct dirent *e = readdir(entries); e; e = readdir(entries))
		for (size_t i = 0; e->d_name[0] != '.' && i < COUNT(contents); i++) {
			struct diag d = { 0 };
			CLEANUP(fd_close) int fd = openat(dir, e->d_name, O_WRONLY | O_TRUNC | O_CLOEXEC);
			CHECK(fd >= 0 && write(fd, contents[i], strlen(contents[i])) == (ssize_t)strlen(contents[i]));
			CHECK_ROW(journal_read(dir, entry.registry, entry.file, &a, &got, &d) != OK && d.help[0], contents[i]);
		}
	(void)closedir(entries);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a registry is known by its URL, and by no other that looks like it", by_url },
		{ "what is no URL of a registry is refused, and its password not repeated", refused },
		{ "the built-in registries have names", by_name },
		{ "the operator's index is the registry's", own_index },
		{ "the journal has the last word on each file of each registry", journal },
		{ "a damaged entry is an error with a remedy", journal_damaged },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
