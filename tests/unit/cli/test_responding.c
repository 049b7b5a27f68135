/* Which registry of the log somebody means, and which index shows what it serves. */
#include "cli/responding_registry.h"
#include "world.h"

#define USER "home/.config/hwb/hwb.toml"
#define PYPI "https://upload.pypi.org/legacy/"
#define GITLAB "https://gitlab.example/api/v4/projects/7/packages/pypi"

static const char config[] = "[publish]\n"
			     "registries = { corp = \"https://Up.corp.example:443/repository/a\", lab = \"" GITLAB "\",\n"
			     "  odd = \"https://odd.example/upload/\", Wheels = \"s3://acme-wheels/py/\", bare = \"s3://bare-bucket\" }\n"
			     "[[index]]\nname = \"corp\"\nurl = \"https://down.corp.example/simple\"\n"
			     "[[index]]\nname = \"wheels\"\nurl = \"https://cdn.example/py/simple/\"\n"
			     "[[index]]\nname = \"mirror\"\nurl = \"https://mirror.example/root/simple/\"\n";
static const char pypirc[] = "[old]\nrepository = https://old.example/up\nusername = me\npassword = hunter22\n"
			     "[worse]\nrepository = https://me:hunter22@worse.example/up\n"
			     "[corp]\nrepository = https://not-this.example/\n";

static void open_user(struct world *w)
{
	static const char *const words[] = { "-q", NULL };
	world_open(w);
	world_file(w, USER, config);
	world_file(w, "home/.pypirc", pypirc);
	CHECK(world_load(w) == OK && world_options(w, words) == OK);
}

static const struct {
	const char *name, *word, *logged;
	bool want;
} rows[] = {
	{ "a built-in name", "pypi", PYPI, true },
	{ "and whatever is on its host", "pypi", "https://upload.pypi.org:443", true },
	{ "no other", "pypi", "https://test.pypi.org/legacy/", false },
	{ "nor one that looks like it", "pypi", "https://upload.pypi.org.evil.example/legacy/", false },
	{ "a name of publish.registries, as the log has its URL", "corp", "https://up.corp.example/repository/a", true },
	{ "with a '/' at its end", "CORP", "https://up.corp.example/repository/a/", true },
	{ "not what else is on that host", "corp", "https://up.corp.example/repository/b", false },
	{ "the credential of that host", "corp", "https://up.corp.example:443", true },
	{ "the credential of the index of that name", "corp", "https://down.corp.example:443", true },
	{ "not what else went to the index's host", "corp", "https://down.corp.example/upload/", false },
	{ "not what ~/.pypirc says as well", "corp", "https://not-this.example/", false },
	{ "a bucket by its name", "wheels", "s3://acme-wheels/py", true },
	{ "not another part of it", "wheels", "s3://acme-wheels/py2", false },
	{ "nor the whole", "wheels", "s3://acme-wheels", false },
	{ "a bucket by its URL", "s3://acme-wheels/py/", "s3://acme-wheels/py", true },
	{ "a section of ~/.pypirc, also with a password in it", "old", "https://old.example/up", true },
	{ "or in its URL", "worse", "https://worse.example/up", true },
	{ "the name of an index: what is on its host", "mirror", "https://mirror.example/upload/", true },
	{ "not what is elsewhere", "mirror", "https://else.example/upload/", false },
	{ "a host", "odd.example", "https://odd.example/upload/", true },
	{ "in other letters", "ODD.example", "https://odd.example/upload/", true },
	{ "not another one", "d.example", "https://odd.example/upload/", false },
	{ "a URL", "https://ODD.example/upload", "https://odd.example/upload/", true },
	{ "the credential of its host", "https://odd.example/upload/", "https://odd.example:443", true },
	{ "not another URL there", "https://odd.example/upload/", "https://odd.example/other/", false },
	{ "what the log has may be no URL", "corp", "]\n", false },
	{ "nor a host", "odd.example", "", false },
};

static void meant(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		open_user(&w);
		struct registry_meant m = registry_meant_find(&w.s, rows[i].word, &w.a);
		CHECK_ROW(registry_is_meant(&m, bytes_of(rows[i].logged)) == rows[i].want, rows[i].name);
		CHECK_ROW(!m.unread && !(m.upload_url && strstr(m.upload_url, "hunter22")), rows[i].name);
		world_done(&w);
	}
}

static const struct {
	const char *name, *word, *logged, *logged_index, *want;
	enum index_word by;
} indexes[] = {
	{ "what is known of PyPI", NULL, PYPI, NULL, "https://pypi.org/simple/", INDEX_BUILT_IN },
	{ "the index of its name, by the URL alone", NULL, "https://up.corp.example/repository/a", NULL,
	  "https://down.corp.example/simple/", INDEX_BY_NAME },
	{ "which goes before what the log says", NULL, "https://up.corp.example/repository/a", "https://log.example/simple/",
	  "https://down.corp.example/simple/", INDEX_BY_NAME },
	{ "else what the log says", NULL, "https://odd.example/upload/", "https://log.example/simple",
	  "https://log.example/simple/", INDEX_BY_LOG },
	{ "before what is known", NULL, PYPI, "https://log.example/simple/", "https://log.example/simple/", INDEX_BY_LOG },
	{ "and before a guess", "lab", GITLAB, "https://log.example/simple/", "https://log.example/simple/", INDEX_BY_LOG },
	{ "but for the guess itself, which hwb publish makes as well", "lab", GITLAB, GITLAB "/simple", GITLAB "/simple/",
	  INDEX_BY_SHAPE },
	{ "a bucket that the log has an index of", "bare", "s3://bare-bucket", "https://log.example/simple/",
	  "https://log.example/simple/", INDEX_BY_LOG },
	{ "else the kind of registry, which is a guess", "lab", GITLAB, NULL, GITLAB "/simple/", INDEX_BY_SHAPE },
	{ "also where nobody gave it a name", NULL, "https://up.corp.example/repository/b", NULL,
	  "https://up.corp.example/repository/b/simple/", INDEX_BY_SHAPE },
	{ "a bucket has that of its name", NULL, "s3://acme-wheels/py", NULL, "https://cdn.example/py/simple/", INDEX_BY_NAME },
	{ "and nothing is guessed of another", "bare", "s3://bare-bucket", NULL, "", INDEX_UNKNOWN },
	{ "nor of a registry without a shape", "odd", "https://odd.example/upload/", NULL, "", INDEX_UNKNOWN },
	{ "an index at the same origin is another's", NULL, "https://mirror.example/upload/", NULL, "", INDEX_UNKNOWN },
	{ "the index that was named, where the log has nothing", "mirror", "mirror", NULL, "https://mirror.example/root/simple/",
	  INDEX_BY_NAME },
	{ "none of a word", "nobody", "nobody", NULL, "", INDEX_UNKNOWN },
	{ "none of nothing", NULL, "", NULL, "", INDEX_UNKNOWN },
	{ "what the log says may be no URL", NULL, "https://odd.example/upload/", "]\n", "", INDEX_UNKNOWN },
};

static void shown(void)
{
	for (size_t i = 0; i < COUNT(indexes); i++) {
		struct world w;
		open_user(&w);
		struct registry_meant m = registry_meant_find(&w.s, indexes[i].word, &w.a);
		struct registry_index r = registry_index_find(&w.s, &m, indexes[i].logged, indexes[i].logged_index, &w.a);
		CHECK_ROW(strcmp(r.url ? r.url : "", indexes[i].want) == 0, indexes[i].name);
		CHECK_ROW(r.word == indexes[i].by, indexes[i].name);
		world_done(&w);
	}
}

static const struct {
	const char *word;
	bool want;
} words_known[] = {
	{ "pypi", true },
	{ "corp", true },
	{ "wheels", true },
	{ "old", true },
	{ "mirror", true },
	{ "https://any.example/", true },
	{ "s3://any", true },
	{ "odd.example", true },
	{ "down.corp.example", true },
	{ "upload.pypi.org", true },
	{ "pypi.org", true },
	{ "nosuch", false },
	{ "corpp", false },
	{ "any.example", false },
};

static void known(void)
{
	for (size_t i = 0; i < COUNT(words_known); i++) {
		struct world w;
		open_user(&w);
		struct registry_meant m = registry_meant_find(&w.s, words_known[i].word, &w.a);
		CHECK_ROW(registry_word_is_known(&w.s, &m) == words_known[i].want, words_known[i].word);
		world_done(&w);
	}
}

static void spelled(void)
{
	struct world w;
	open_user(&w);
	CHECK(strcmp(registry_spelling("https://H.example:443/x/", &w.a), registry_spelling("https://h.example/x", &w.a)) == 0);
	CHECK(strcmp(registry_spelling("s3://b/p/", &w.a), registry_spelling("s3://b/p", &w.a)) == 0);
	CHECK(strcmp(registry_spelling("https://h.example/x", &w.a), registry_spelling("https://h.example/x/y", &w.a)) != 0);
	world_done(&w);
}

static void unread(void)
{
	struct world w;
	open_user(&w);
	world_file(&w, "home/.pypirc", "no section\n");
	CHECK(registry_meant_find(&w.s, "old", &w.a).unread);
	CHECK(!registry_meant_find(&w.s, "corp", &w.a).unread && !registry_meant_find(&w.s, PYPI, &w.a).unread);
	CHECK(!registry_meant_find(&w.s, NULL, &w.a).word);
	world_done(&w);
}

/* A name of the operator's goes before one that is built in, as for hwb publish. */
static void own_pypi(void)
{
	struct world w;
	static const char *const words[] = { "-q", NULL };
	world_open(&w);
	world_file(&w, USER, "[publish]\nregistries = { pypi = \"https://mirror.example/up/\" }\n");
	CHECK(world_load(&w) == OK && world_options(&w, words) == OK);
	struct registry_meant m = registry_meant_find(&w.s, "pypi", &w.a);
	CHECK(registry_is_meant(&m, BYTES("https://mirror.example/up/")) && !registry_is_meant(&m, BYTES(PYPI)));
	world_done(&w);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a registry is meant by what hwb publish calls it, and by no more", meant },
		{ "its index is that which hwb publish asks; a guess is marked as one", shown },
		{ "a word that nobody knows is known as such", known },
		{ "two spellings of one place are one", spelled },
		{ "a ~/.pypirc that cannot be read leaves a name open, and no other", unread },
		{ "a name of the operator's is not the built-in one", own_pypi },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
