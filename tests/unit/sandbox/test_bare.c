#include "base/arena.h"
#include "base/status.h"
#include "harness.h"
#include "sandbox/bare_paths.h"

static const char *say(const char *text, struct arena *a)
{
	struct bare_paths paths;
	bare_paths_init(&paths, "/t/hwb-1", a);
	bare_paths_add(&paths, "/env", "/c/env/9");
	bare_paths_add(&paths, "/build-from", "/home/u/repo");
	bare_paths_add(&paths, "/build/cargo/registry/src", "/c/crates/7");
	bare_paths_add(&paths, "/tmp/python", "/tmp/python");
	return bare_paths_say(&paths, text);
}

static void a_path_is_said_by_its_name_outside(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "/build", "/t/hwb-1/build" },
		{ "/build/src/x", "/t/hwb-1/build/src/x" },
		{ "/builds", "/builds" },
		{ "/build-from", "/home/u/repo" },
		{ "/build-frog", "/build-frog" },
		{ "x/build", "x/build" },
		{ "/usr/build", "/usr/build" },
		{ "PATH=/env/bin:/usr/bin:/tmp", "PATH=/c/env/9/bin:/usr/bin:/t/hwb-1/tmp" },
		{ "file:///build/from.git", "file:///t/hwb-1/build/from.git" },
		{ "https://host/build/x", "https://host/build/x" },
		{ "-I/env/include -L/build/lib -D/env", "-I/c/env/9/include -L/t/hwb-1/build/lib -D/env" },
		{ "cd /build\nexec \"$0\" >/out/answer", "cd /t/hwb-1/build\nexec \"$0\" >/t/hwb-1/out/answer" },
		{ "/build/cargo/registry/src/a", "/c/crates/7/a" },
		{ "/build/cargo/registry", "/t/hwb-1/build/cargo/registry" },
		{ "/tmp/python/bin/python", "/tmp/python/bin/python" },
		{ "/tmp/pythons", "/t/hwb-1/tmp/pythons" },
		{ "", "" },
		{ "/", "/" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_BYTES(bytes_of(say(rows[i].text, &a)), bytes_of(rows[i].want));
}

static void only_the_writable_places_are_writable(void)
{
	CHECK(bare_paths_writable("/build") && bare_paths_writable("/tmp/x") && bare_paths_writable("/out"));
	CHECK(!bare_paths_writable("/builds") && !bare_paths_writable("/env") && !bare_paths_writable("/"));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a path is said by its name outside", a_path_is_said_by_its_name_outside },
		{ "only the writable places are writable", only_the_writable_places_are_writable },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
