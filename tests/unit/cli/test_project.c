#include "world.h"

#include "python/project.h"

#define WORDS(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

static enum status check(struct world *w, const char *table)
{
	struct project p;
	const char *text = arena_printf(&w->a, "[build-system]\nrequires = []\nbuild-backend = \"b\"\n[tool.hwb]\n%s\n", table);
	struct project_files files = { .has_pyproject = true, .pyproject = bytes_of(text) };
	w->d = (struct diag){ 0 };
	enum status s = project_parse(&files, &w->a, &p, &w->d);
	if (s)
		test_fail(__FILE__, __LINE__, "the test's own pyproject.toml: %s", w->d.text);
	return settings_check_project(&w->s, &p, &w->a, &w->d);
}

static void open_project(struct world *w, const char *const *words)
{
	world_open(w);
	world_file(w, "project/pyproject.toml", "");
	CHECK(world_load(w) == OK);
	CHECK(world_options(w, words) == OK);
	strings_add(&w->s.sources, &w->a, bytes_of(arena_printf(&w->a, "%s/project", w->root)));
}

static const struct {
	const char *name, *table;
	enum status untrusted, trusted;
} rows[] = {
	{ "a lower limit", "limits.wall = \"1s\"", OK, OK },
	{ "a higher limit", "limits.wall = \"9h\"", ERR_USAGE, OK },
	{ "an unknown limit", "limits.walls = 1", ERR_USAGE, ERR_USAGE },
	{ "an environment variable", "build.env = [\"TOKEN\"]", ERR_USAGE, OK },
	{ "a path of the host", "build.allow-read = [\"/usr\"]", ERR_USAGE, OK },
	{ "a host", "security.network-allowed-hosts = [\"a.example\"]", ERR_USAGE, OK },
	{ "no hosts at all", "security.network-allowed-hosts = []", OK, OK },
	{ "network isolation on", "security.network-isolation = true", OK, OK },
	{ "network isolation off", "security.network-isolation = false", ERR_USAGE, ERR_USAGE },
	{ "to insist on a lock", "build.locked = true", OK, OK },
	{ "to go without one", "build.locked = false", ERR_USAGE, ERR_USAGE },
	{ "another word for no", "security.network-isolation = \"off\"", ERR_USAGE, ERR_USAGE },
	{ "a cool-down", "index.min-age = \"7d\"", OK, OK },
	{ "a cool-down without a unit", "index.min-age = \"7\"", ERR_USAGE, ERR_USAGE },
	{ "a list of cool-downs", "index.min-age = [\"7d\"]", ERR_USAGE, ERR_USAGE },
	{ "who is exempt from it", "index.min-age-exempt = [\"a\"]", ERR_USAGE, ERR_USAGE },
	{ "whose index a name is", "index.packages = [\"a=b\"]", ERR_USAGE, ERR_USAGE },
	{ "an index", "index.url = \"https://evil.example/\"", ERR_USAGE, ERR_USAGE },
	{ "where buckets are", "publish.s3-endpoint = \"https://evil.example/\"", ERR_USAGE, ERR_USAGE },
	{ "trust in itself", "security.trust = [\"x\"]", ERR_USAGE, ERR_USAGE },
	{ "where the log goes", "build.home = \"/tmp\"", ERR_USAGE, ERR_USAGE },
	{ "no isolation", "security.allow-unisolated = true", ERR_USAGE, ERR_USAGE },
	{ "an unknown key", "build.evil = 1", ERR_USAGE, ERR_USAGE },
	{ "a list where a value belongs", "build.keep-archive = [\"true\"]", ERR_USAGE, ERR_USAGE },
	{ "a limit as a list", "limits.wall = [\"1s\"]", ERR_USAGE, ERR_USAGE },
};

static void test_rows(void)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		open_project(&w, WORDS("-q"));
		CHECK_ROW(check(&w, rows[i].table) == rows[i].untrusted, rows[i].name);
		if (rows[i].untrusted)
			CHECK_ROW(world_said(&w, "pyproject.toml:5:"), rows[i].name);
		if (rows[i].untrusted && !rows[i].trusted)
			CHECK_ROW(world_said(&w, "--trust-project") && world_said(&w, "sha256 = "), rows[i].name);
		world_done(&w);
		open_project(&w, WORDS("--trust-project"));
		CHECK_ROW(check(&w, rows[i].table) == rows[i].trusted, rows[i].name);
		world_done(&w);
	}
}

static void test_effects(void)
{
	struct world w;
	open_project(&w, WORDS("--trust-project"));
	w.s.network_isolation = false;
	CHECK(check(&w, "limits.wall = \"1s\"\nbuild.env = [\"A=b\", \"C=d\"]\nsecurity.network-isolation = true") == OK);
	CHECK_NUMBER(w.s.limits.wall_ms, 1000);
	CHECK_NUMBER(w.s.env.n, 2);
	CHECK(w.s.network_isolation);
	world_done(&w);
}

/* Stronger words than the project's stay, trusted or not. */
static void test_operator_stays(void)
{
	struct world w;
	open_project(&w, WORDS("--trust-project", "--env", "MINE=1", "--limit", "wall=10s"));
	w.s.min_age = 7 * 86400;
	CHECK(check(&w, "index.min-age = \"1h\"") == OK);
	CHECK_NUMBER(w.s.min_age, 7 * 86400);
	CHECK(check(&w, "index.min-age = 0") == OK);
	CHECK_NUMBER(w.s.min_age, 7 * 86400);
	CHECK(check(&w, "index.min-age = \"2w\"") == OK);
	CHECK_NUMBER(w.s.min_age, 14 * 86400);
	CHECK(check(&w, "limits.wall = \"1h\"\nbuild.env = [\"THEIRS=1\"]") == OK);
	CHECK_NUMBER(w.s.limits.wall_ms, 10000);
	CHECK_NUMBER(w.s.env.n, 1);
	CHECK_BYTES(bytes_of(w.s.env.items[0]), BYTES("MINE=1"));
	CHECK(check(&w, "limits.wall = \"5s\"") == OK);
	CHECK_NUMBER(w.s.limits.wall_ms, 5000);
	world_done(&w);
}

static void test_only_directories(void)
{
	static const char *const sources[] = { "git+https://a.example/r", "demo==1.0", "/no/such.tar.gz" };
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct world w;
		open_project(&w, WORDS("--trust-project"));
		w.s.sources.items[0] = sources[i];
		CHECK_ROW(check(&w, "build.env = [\"A=b\"]") == ERR_USAGE && world_said(&w, "local directory"), sources[i]);
		world_done(&w);
	}
}

/* The entry that the refusal proposes makes it trusted: for that path, and for that table only. */
static void test_trust_entry(void)
{
	struct world w;
	const char *table = "build.env = [\"A=b\"]";
	open_project(&w, WORDS("-q"));
	CHECK(check(&w, table) == ERR_USAGE);
	const char *entry = strstr(w.d.help, "trust = ");
	CHECK(entry);
	world_file(&w, "etc/hwb.toml", arena_printf(&w.a, "[security]\n%s\n", entry));
	CHECK(world_load(&w) == OK);
	strings_add(&w.s.sources, &w.a, bytes_of(arena_printf(&w.a, "%s/project", w.root)));
	CHECK(check(&w, table) == OK);
	CHECK_NUMBER(w.s.env.n, 1);
	CHECK(check(&w, "build.env = [\"A=c\"]") == ERR_USAGE);
	CHECK(check(&w, "build.env = [\"A=b\", \"\"]") == ERR_USAGE);
	CHECK(check(&w, "build.allow-read = [\"/usr\"]") == ERR_USAGE);
	world_file(&w, "other/pyproject.toml", "");
	w.s.sources.items[0] = arena_printf(&w.a, "%s/other", w.root);
	CHECK(check(&w, table) == ERR_USAGE);
	w.s.sources.items[0] = arena_printf(&w.a, "%s/project", w.root);
	strings_add(&w.s.sources, &w.a, bytes_of(arena_printf(&w.a, "%s/other", w.root)));
	CHECK(check(&w, table) == ERR_USAGE);
	world_done(&w);
}

static const struct test tests[] = {
	{ "a project may tighten; for more it must be trusted; some things it never may", test_rows },
	{ "what a trusted project sets counts", test_effects },
	{ "what the operator set stays", test_operator_stays },
	{ "only a local directory can be trusted", test_only_directories },
	{ "a trust entry binds the path and the table", test_trust_entry },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
