#include "cli/git_remote.h"

#include "base/arena.h"
#include "harness.h"

#define ORIGIN(url) \
	"[core]\n\tbare = false\n[remote \"origin\"]\n\tfetch = +refs/heads/*\n\turl = " url \
	"\n[branch \"main\"]\n\tremote = origin\n"

static const struct {
	const char *name, *text;
	enum status want;
	const char *remote;
} rows[] = {
	{ "https", ORIGIN("https://github.com/me/demo.git"), OK, "github.com me demo" },
	{ "without .git", ORIGIN("https://github.com/me/demo/"), OK, "github.com me demo" },
	{ "with a token, which is dropped", ORIGIN("https://oauth2:glpat-x@gitlab.com/a/b/c.git"), OK, "gitlab.com a/b c" },
	{ "as scp has it", ORIGIN("git@github.com:me/demo.git"), OK, "github.com me demo" },
	{ "ssh with a port", ORIGIN("ssh://git@git.example.org:2222/me/demo.git"), OK, "git.example.org me demo" },
	{ "in quotes", ORIGIN("\"https://github.com/me/demo.git\""), OK, "github.com me demo" },
	{ "another remote", "[remote \"fork\"]\n\turl = https://github.com/me/demo\n", ERR_ABSENT, NULL },
	{ "a url of another section", "[remote \"origin\"]\n[submodule \"x\"]\nurl = https://github.com/me/demo\n", ERR_ABSENT, NULL },
	{ "the last counts", "[remote \"origin\"]\nurl = https://a.b/c/d\nurl = https://e.f/g/h\n", OK, "e.f g h" },
	{ "no file at all", "", ERR_ABSENT, NULL },
	{ "a path", ORIGIN("/srv/git/demo.git"), ERR_FORMAT, NULL },
	{ "a file URL", ORIGIN("file:///srv/git/demo.git"), ERR_FORMAT, NULL },
	{ "no owner", ORIGIN("https://github.com/demo.git"), ERR_FORMAT, NULL },
	{ "what would be another line of a file", ORIGIN("https://github.com/me\r/demo"), ERR_FORMAT, NULL },
	{ "a helper program", ORIGIN("ext::sh -c id"), ERR_FORMAT, NULL },
	{ "dots", ORIGIN("https://github.com/../demo"), ERR_FORMAT, NULL },
	{ "a host that is none", ORIGIN("https://-x/me/demo"), ERR_FORMAT, NULL },
	{ "only .git", ORIGIN("https://github.com/me/.git"), ERR_FORMAT, NULL },
};

static void the_remote_is_found_and_nothing_secret_with_it(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct git_remote r = { NULL };
		struct diag d = { 0 };
		arena_init(&a);
		enum status s = git_remote_find(bytes_of(rows[i].text), &a, &r, &d);
		CHECK_ROW(s == rows[i].want, rows[i].name);
		CHECK_ROW(!s || (d.code == s && d.text[0] && !strstr(d.text, "demo")), rows[i].name);
		if (!s)
			CHECK_ROW(strcmp(arena_printf(&a, "%s %s %s", r.host, r.owner, r.repository), rows[i].remote) == 0,
				  rows[i].name);
	}
}

static void a_config_cut_anywhere_is_read_without_harm(void)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t size = 0; size < strlen(rows[i].text); size++) {
			CLEANUP(arena_done) struct arena a;
			struct git_remote r;
			arena_init(&a);
			enum status s = git_remote_find(bytes_make(rows[i].text, size), &a, &r, NULL);
			CHECK_ROW(s == OK || s == ERR_ABSENT || s == ERR_FORMAT, rows[i].name);
		}
}

static void a_config_may_be_as_large_as_the_limit(void)
{
	for (size_t more = 0; more < 2; more++) {
		CLEANUP(arena_done) struct arena a;
		struct git_remote r;
		arena_init(&a);
		char *text = arena_alloc(&a, GIT_CONFIG_MAX + 1, 1);
		memset(text, '\n', GIT_CONFIG_MAX + 1);
		bytes_copy(text, BYTES("[remote \"origin\"]\nurl=https://a.b/c/d"));
		CHECK(git_remote_find(bytes_make(text, GIT_CONFIG_MAX + more), &a, &r, NULL) == (more ? ERR_FORMAT : OK));
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the remote is found and nothing secret with it", the_remote_is_found_and_nothing_secret_with_it },
		{ "a config cut anywhere is read without harm", a_config_cut_anywhere_is_read_without_harm },
		{ "a config may be as large as the limit", a_config_may_be_as_large_as_the_limit },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
