#include <sys/stat.h>

#include "env/python_find.h"
#include "harness.h"
#include "place.h"

static struct bytes program = LIT("\177ELF not really");

/* Two folders of PATH, a home with pyenv: enough to be found in every way. */
static void fill(const struct place *p)
{
	place_file(p, "one/python3.77", BYTES("#!/bin/sh\nexec something\n"), 0755);
	place_file(p, "one/python3.78", program, 0644);
	place_file(p, "one/pypy9", program, 0755);
	place_file(p, "two/python3.77", program, 0755);
	place_file(p, "two/python3.78", program, 0755);
	place_file(p, "two/python3", program, 0755);
	CHECK(symlinkat("../two/python3.77", p->fd, "one/link") == 0 && symlinkat("nothing", p->fd, "one/dangling") == 0);
	place_file(p, "home/.pyenv/versions/3.79.2/bin/python3", program, 0755);
	place_file(p, "home/.pyenv/versions/3.79.10/bin/python3", program, 0755);
	place_file(p, "home/.pyenv/versions/3.7/bin/python3", program, 0755);
	place_file(p, "root/shims/python3.80", BYTES("#!/bin/sh\n"), 0755);
	place_file(p, "root/version", BYTES("3.80.1\n3.77\n"), 0644);
	place_file(p, "root/versions/3.80.1/bin/python3.80", program, 0755);
}

/* found: below the place; NULL: not found. */
static void search(const struct place *p, const char *path, const char *wanted, const char *found, const char *looked_at)
{
	CLEANUP(arena_done) struct arena a;
	struct diag d = { 0 };
	char home[128];
	arena_init(&a);
	(void)snprintf(home, sizeof home, "%s/home", p->path);
	struct python_search s = { .arena = &a, .path_variable = path, .home = home };
	enum status status = python_search_run(&s, wanted, &d);
	if (status != (found ? OK : ERR_USAGE))
		test_fail(__FILE__, __LINE__, "%s: status %d, looked at %s", wanted, (int)status, s.looked_at);
	if (found && strcmp(s.found, place_path(p, found)) != 0)
		test_fail(__FILE__, __LINE__, "%s: found %s, want %s", wanted, s.found, found);
	if (looked_at)
		CHECK_ROW(strstr(found ? s.looked_at : d.text, place_path(p, looked_at)), wanted);
	CHECK_ROW(found || d.help[0], wanted);
}

static void the_interpreter_a_user_means_is_found(void)
{
	CLEANUP(place_done) struct place p;
	char path[1024];
	place_make(&p);
	fill(&p);
	(void)snprintf(path, sizeof path, "relative::%s/one:%s/nothing:%s/two:%s/root/shims", p.path, p.path, p.path, p.path);
	static const struct {
		const char *wanted, *found, *looked_at;
	} rows[] = {
		{ "", "two/python3", "one/python3" },
		{ "3.77", "two/python3.77", "one/python3.77" }, /* a script is passed over */
		{ "3.78", "two/python3.78", "one/python3.78" }, /* as is what cannot be run */
		{ "pypy9", "one/pypy9", NULL },
		{ "link", "two/python3.77", NULL }, /* as its real path */
		{ "3.79", "home/.pyenv/versions/3.79.10/bin/python3", NULL }, /* 10 is more than 2 */
		{ "3.80", "root/versions/3.80.1/bin/python3.80", NULL }, /* a shim, and what it stands for */
		{ "dangling", NULL, "one/dangling" },
		{ "3.99", NULL, "one/python3.99" },
		{ "3.79.3", NULL, NULL },
		{ "no-such-name", NULL, "two/no-such-name" },
		{ "3.79.2", "home/.pyenv/versions/3.79.2/bin/python3", NULL },
		{ "python3.79", "home/.pyenv/versions/3.79.10/bin/python3", NULL }, /* looked for where its version is */
		{ "python3.99", NULL, "one/python3.99" },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		search(&p, path, rows[i].wanted, rows[i].found, rows[i].looked_at);
}

static void what_failed_before_is_passed_over_and_said_once(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(arena_done) struct arena a;
	char path[512], failed[128];
	struct diag d = { 0 };
	place_make(&p);
	fill(&p);
	arena_init(&a);
	(void)snprintf(failed, sizeof failed, "%s", place_path(&p, "two/python3.77"));
	(void)snprintf(path, sizeof path, "%s/one:%s/two:%s/one:%s/two", p.path, p.path, p.path, p.path);
	const char *const all[] = { failed };
	struct python_search s = { .arena = &a, .path_variable = path, .failed = all, .n_failed = 1 };
	CHECK(python_search_run(&s, "3.77", &d) == ERR_USAGE);
	const char *said = strstr(d.text, failed);
	CHECK(said && strstr(d.text, "one/python3.77 (a script), ") &&
	      strncmp(said + strlen(failed), " (was tried and failed)", 23) == 0);
	CHECK(!strstr(said + 1, failed));
	CHECK(python_search_run(&s, "3.78", &d) == OK); /* one that did not fail */
}

static void a_version_that_is_too_old_is_no_name(void)
{
	static const char *const versions[] = { "2.7", "3.7", "3.7.9", "2.7.18", "python2.7", "4.0", "3." };
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct diag d = { 0 };
		struct python_search s = { .arena = &a, .path_variable = "/usr/bin" };
		CHECK_ROW(python_search_run(&s, versions[i], &d) == ERR_USAGE && strstr(d.text, "Python 3.8 or newer"), versions[i]);
	}
}

static void a_path_is_taken_as_it_is(void)
{
	CLEANUP(place_done) struct place p;
	char wanted[256];
	place_make(&p);
	fill(&p);
	static const struct {
		const char *name, *found;
	} rows[] = {
		{ "two/python3.77", "two/python3.77" },
		{ "one/link", "two/python3.77" },
		{ "one/python3.77", NULL },
		{ "one/nothing", NULL },
		{ "two", NULL },
		{ "one/python3.78", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)snprintf(wanted, sizeof wanted, "%s", place_path(&p, rows[i].name));
		search(&p, "/nothing", wanted, rows[i].found, rows[i].name);
	}
}

static void a_pipe_is_not_waited_for(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	CHECK(mkfifoat(p.fd, "python-pipe", 0755) == 0 && fchmodat(p.fd, "python-pipe", 0755, 0) == 0);
	(void)alarm(20);
	search(&p, p.path, "python-pipe", NULL, "python-pipe");
}

static void a_version_file_cannot_lead_out_of_the_versions(void)
{
	CLEANUP(place_done) struct place p;
	char path[256];
	place_make(&p);
	place_file(&p, "root/shims/python3.80", BYTES("#!/bin/sh\n"), 0755);
	place_file(&p, "root/version", BYTES("../../elsewhere\n"), 0644);
	place_file(&p, "elsewhere/bin/python3.80", program, 0755);
	(void)snprintf(path, sizeof path, "%s/root/shims", p.path);
	search(&p, path, "3.80", NULL, "root/shims/python3.80");
}

static void without_a_path_the_message_says_so(void)
{
	CLEANUP(arena_done) struct arena a;
	struct diag d = { 0 };
	arena_init(&a);
	struct python_search s = { .arena = &a };
	CHECK(python_search_run(&s, "no-such-name", &d) == ERR_USAGE && strstr(d.text, "PATH is empty") &&
	      strstr(d.text, "'no-such-name'"));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the interpreter a user means is found", the_interpreter_a_user_means_is_found },
		{ "what failed before is passed over, and said once", what_failed_before_is_passed_over_and_said_once },
		{ "a version that is too old is no name", a_version_that_is_too_old_is_no_name },
		{ "a path is taken as it is", a_path_is_taken_as_it_is },
		{ "a pipe is not waited for", a_pipe_is_not_waited_for },
		{ "a version file cannot lead out of the versions", a_version_file_cannot_lead_out_of_the_versions },
		{ "without a PATH the message says so", without_a_path_the_message_says_so },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
