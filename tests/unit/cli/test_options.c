#include "world.h"

#include "cli/exit.h"
#include "cli/options_build.h"

#define WORDS(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

/* What a row can look at, as one text. */
static const char *look(const struct settings *s, struct arena *a, const char *what)
{
	static const struct {
		const char *name;
		size_t list;
	} lists[] = {
		{ "sources", offsetof(struct settings, sources) },
		{ "config", offsetof(struct settings, config) },
		{ "pythons", offsetof(struct settings, pythons) },
		{ "constraints", offsetof(struct settings, constraints) },
		{ "find-links", offsetof(struct settings, find_links) },
		{ "allow-read", offsetof(struct settings, allow_read) },
		{ "allow-hosts", offsetof(struct settings, allow_hosts) },
		{ "env", offsetof(struct settings, env) },
	};
	for (size_t i = 0; i < COUNT(lists); i++) {
		if (strcmp(lists[i].name, what) != 0)
			continue;
		const struct strings *list = (const struct strings *)(const void *)((const char *)s + lists[i].list);
		const char *text = "";
		for (size_t k = 0; k < list->n; k++)
			text = arena_printf(a, "%s%s%s", text, k ? "|" : "", list->items[k]);
		return text;
	}
	const struct {
		const char *name;
		bool value;
	} flags[] = {
		{ "wheel", s->wheel },
		{ "sdist", s->sdist },
		{ "offline", s->offline },
		{ "no-index", s->no_index },
		{ "json", s->json },
		{ "quiet", s->quiet },
		{ "trust", s->trust_project },
		{ "requires", s->allow_requires },
		{ "pre", s->allow_prereleases },
		{ "keep", s->keep_archive },
		{ "embed", s->sbom.embed_built },
		{ "documents", s->sbom.files == SBOM_FILES_BOTH },
		{ "tree", s->keep },
		{ "no-progress", s->no_progress },
		{ "netrc", s->netrc },
		{ "verbose", s->verbose == 2 },
		{ "never", s->color == WHEN_NEVER },
		{ "always", s->color == WHEN_ALWAYS },
		{ "box", s->isolation == MODE_SANDBOX },
		{ "container", s->isolation == MODE_CONTAINER },
		{ "landlock", s->isolation == MODE_LANDLOCK },
		{ "wall", s->limits.wall_ms == 90000 },
		{ "cutoff", s->exclude_newer == 1795392000 },
	};
	for (size_t i = 0; i < COUNT(flags); i++)
		if (strcmp(flags[i].name, what) == 0)
			return flags[i].value ? "yes" : "no";
	const char *text = strcmp(what, "out") == 0      ? s->out_dir
			   : strcmp(what, "url") == 0    ? s->index_url
			   : strcmp(what, "cert") == 0   ? s->ca_file
			   : strcmp(what, "proxy") == 0  ? s->proxy_url
			   : strcmp(what, "report") == 0 ? s->report
			   : strcmp(what, "cache") == 0  ? s->cache_dir
							 : NULL;
	return text ? text : "(none)";
}

static const struct {
	const char *name, *words[6], *what, *want;
} good[] = {
	{ "--wheel", { "--wheel" }, "wheel", "yes" },
	{ "--sdist", { "--sdist" }, "sdist", "yes" },
	{ "-o DIR", { "-o", "/out" }, "out", "/out" },
	{ "-oDIR", { "-o/out" }, "out", "/out" },
	{ "--out-dir DIR", { "--out-dir", "/out" }, "out", "/out" },
	{ "--out-dir=DIR", { "--out-dir=/out" }, "out", "/out" },
	{ "--outdir", { "--outdir", "/out" }, "out", "/out" },
	{ "--output", { "--output=/out" }, "out", "/out" },
	{ "--wheel-dir", { "--wheel-dir=/out" }, "out", "/out" },
	{ "-C", { "-C", "a=b" }, "config", "a|b" },
	{ "--config-setting", { "--config-setting", "a=b" }, "config", "a|b" },
	{ "--config-settings", { "--config-settings=a=b=c" }, "config", "a|b=c" },
	{ "-C twice keeps both", { "-Ca=b", "-Ca=c" }, "config", "a|b|a|c" },
	{ "-C with an empty value", { "-Ca=" }, "config", "a|" },
	{ "--config-json", { "--config-json", "{\"a\":\"b\",\"c\":[\"d\",\"e\"]}" }, "config", "a|b|c|d|c|e" },
	{ "-p", { "-p", "3.12", "-p3.13" }, "pythons", "3.12|3.13" },
	{ "--python", { "--python=pypy" }, "pythons", "pypy" },
	{ "-b", { "-b", "/c" }, "constraints", "/c" },
	{ "--build-constraint", { "--build-constraint=/c" }, "constraints", "/c" },
	{ "--build-constraints", { "--build-constraints", "/c" }, "constraints", "/c" },
	{ "--dependency-constraints-txt", { "--dependency-constraints-txt", "/c" }, "constraints", "/c" },
	{ "--offline", { "--offline" }, "offline", "yes" },
	{ "--index-url", { "--index-url", "https://a.example/simple" }, "url", "https://a.example/simple/" },
	{ "--default-index", { "--default-index=https://a.example/s/" }, "url", "https://a.example/s/" },
	{ "-i", { "-i", "https://a.example/s/" }, "url", "https://a.example/s/" },
	{ "-f", { "-f", "/w", "-f", "https://a.example/l" }, "find-links", "/w|https://a.example/l" },
	{ "--find-links", { "--find-links=/w" }, "find-links", "/w" },
	{ "--no-index", { "--no-index" }, "no-index", "yes" },
	{ "--exclude-newer", { "--exclude-newer", "2026-11-23" }, "cutoff", "yes" },
	{ "--pre", { "--pre" }, "pre", "yes" },
	{ "--allow-requires", { "--allow-requires" }, "requires", "yes" },
	{ "--allow-read", { "--allow-read", "/usr" }, "allow-read", "/usr" },
	{ "--allow-host", { "--allow-host", "a.example:8443" }, "allow-hosts", "a.example:8443" },
	{ "--allow-network", { "--allow-network=a.example" }, "allow-hosts", "a.example" },
	{ "--env K=V", { "--env", "A=b c", "--env=B=" }, "env", "A=b c|B=" },
	{ "--env K takes the caller's value", { "--env", "GIVEN" }, "env", "GIVEN=from outside" },
	{ "--env K that is not set is left out", { "--env", "NOT_GIVEN" }, "env", "" },
	{ "--isolation", { "--isolation", "sandbox" }, "box", "yes" },
	{ "--isolation container", { "--isolation", "container" }, "container", "yes" },
	{ "--isolation docker is container", { "--isolation", "docker" }, "container", "yes" },
	{ "--isolation landlock", { "--isolation=landlock" }, "landlock", "yes" },
	{ "--isolation venv is the sandbox", { "--isolation=venv" }, "box", "yes" },
	{ "--trust-project", { "--trust-project" }, "trust", "yes" },
	{ "--keep", { "--keep" }, "tree", "yes" },
	{ "--keep-archive", { "--keep-archive" }, "keep", "yes" },
	{ "--embed-sbom", { "--embed-sbom" }, "embed", "yes" },
	{ "--sbom", { "--sbom", "both" }, "documents", "yes" },
	{ "--netrc", { "--netrc" }, "netrc", "yes" },
	{ "--netrc takes no separate value", { "--netrc", "/src" }, "sources", "/src" },
	{ "--cert", { "--cert", "/ca.pem" }, "cert", "/ca.pem" },
	{ "--proxy", { "--proxy", "http://p.example:3128" }, "proxy", "http://p.example:3128" },
	{ "--limit", { "--limit", "wall=90s" }, "wall", "yes" },
	{ "--report", { "--report", "r.json" }, "report", "r.json" },
	{ "--json", { "--json" }, "json", "yes" },
	{ "-q", { "-q" }, "quiet", "yes" },
	{ "--quiet", { "--quiet" }, "quiet", "yes" },
	{ "-vv", { "-vv" }, "verbose", "yes" },
	{ "--verbose twice", { "--verbose", "-v" }, "verbose", "yes" },
	{ "bundled letters, the last with a value", { "-vvo", "/out" }, "out", "/out" },
	{ "--color=never", { "--color=never" }, "never", "yes" },
	{ "--color with a separate value", { "--color", "always" }, "always", "yes" },
	{ "--colour", { "--colour=always" }, "always", "yes" },
	{ "--no-progress", { "--no-progress" }, "no-progress", "yes" },
	{ "--cache-dir", { "--cache-dir", "/c" }, "cache", "/c" },
	{ "words are sources, in order", { "a", "--wheel", "b" }, "sources", "a|b" },
	{ "behind -- all are sources", { "--", "-o", "--wheel" }, "sources", "-o|--wheel" },
	{ "a lone - is a source", { "-" }, "sources", "-" },
	{ "an ssh user name is no password", { "git+ssh://git@h.example/r" }, "sources", "git+ssh://git@h.example/r" },
	{ "an @ behind the host is no userinfo", { "git+https://h.example/r@v1" }, "sources", "git+https://h.example/r@v1" },
};

static void test_good(void)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct world w;
		world_open(&w);
		world_env(&w, "GIVEN=from outside");
		CHECK_ROW(world_load(&w) == OK, good[i].name);
		if (world_options(&w, good[i].words) != OK)
			test_fail(__FILE__, __LINE__, "row '%s': %s", good[i].name, w.d.text);
		const char *got = look(&w.s, &w.a, good[i].what);
		if (strcmp(got, good[i].want) != 0)
			test_fail(__FILE__, __LINE__, "row '%s': got '%s', want '%s'", good[i].name, got, good[i].want);
		world_done(&w);
	}
}

static const struct {
	const char *name, *words[4];
	enum status want;
	const char *part; /* of the text or the help */
} bad[] = {
	{ "an unknown option names the nearest", { "--whel" }, ERR_USAGE, "did you mean '--wheel'" },
	{ "letters that changed places", { "--ofline" }, ERR_USAGE, "'--offline'" },
	{ "an unknown option's value is not repeated", { "--pasword=hunter22" }, ERR_USAGE, "has no option '--pasword'" },
	{ "an unknown letter", { "-Z" }, ERR_USAGE, "'-Z'" },
	{ "an unknown letter in a bundle", { "-qZ" }, ERR_USAGE, "'-Z'" },
	{ "a value that is missing", { "--out-dir" }, ERR_USAGE, "takes a value: DIR" },
	{ "a letter's value that is missing", { "-o" }, ERR_USAGE, "takes a value: DIR" },
	{ "a value that is not taken", { "--wheel=yes" }, ERR_USAGE, "takes no value" },
	{ "an empty path", { "--out-dir=" }, ERR_USAGE, "takes a path" },
	{ "-C without =", { "-C", "a" }, ERR_USAGE, "KEY=VALUE" },
	{ "-C without a key", { "-C", "=a" }, ERR_USAGE, "KEY=VALUE" },
	{ "-p without a word", { "-p", "" }, ERR_USAGE, "--python: takes a version" },
	{ "--config-json with a number", { "--config-json", "{\"a\":1}" }, ERR_USAGE, "'a' is an integer" },
	{ "--config-json with a list of lists", { "--config-json", "{\"a\":[[]]}" }, ERR_USAGE, "strings or lists of strings" },
	{ "--config-json that is a list", { "--config-json", "[]" }, ERR_USAGE, "object" },
	{ "--config-json that is no JSON", { "--config-json", "{" }, ERR_USAGE, "object" },
	{ "--exclude-newer with a word", { "--exclude-newer", "soon" }, ERR_USAGE, "7 days" },
	{ "--isolation none", { "--isolation", "none" }, ERR_USAGE, "refused" },
	{ "--isolation with another word", { "--isolation", "chroot" }, ERR_USAGE, "takes auto" },
	{ "-n", { "-n" }, ERR_USAGE, "always isolates" },
	{ "--no-isolation", { "--no-isolation" }, ERR_USAGE, "always isolates" },
	{ "--no-build-isolation", { "--no-build-isolation" }, ERR_USAGE, "always isolates" },
	{ "--limit without =", { "--limit", "wall" }, ERR_USAGE, "KEY=VALUE" },
	{ "--limit with an unknown key", { "--limit", "walls=1" }, ERR_USAGE, "no limit 'walls'" },
	{ "--color with another word", { "--color=red" }, ERR_USAGE, "takes auto" },
	{ "--env with a bad name", { "--env", "1A=b" }, ERR_USAGE, "NAME" },
	{ "--allow-read of nothing", { "--allow-read", "/does/not/exist" }, ERR_USAGE, "/does/not/exist" },
	{ "--allow-read of everything", { "--allow-read", "/" }, ERR_USAGE, "not '/'" },
	{ "--allow-read of the kernel's", { "--allow-read", "/proc/self/../sys" }, ERR_USAGE, "not '/proc/sys'" },
	{ "--allow-read of what the sandbox has of its own", { "--allow-read", "/tmp" }, ERR_USAGE, "not '/tmp'" },
	{ "--allow-host with an address", { "--allow-host", "127.0.0.1" }, ERR_USAGE, "HOST" },
	{ "--allow-host with a bad port", { "--allow-host", "a.example:0" }, ERR_USAGE, "HOST" },
	{ "--index-url that is no URL", { "--index-url", "pypi" }, ERR_USAGE, "URL" },
	{ "a password in --index-url", { "--index-url", "https://me:hunter22@a.example/" }, ERR_USAGE, "HWB_INDEX_<NAME>_PASSWORD" },
	{ "a token as user in --index-url", { "--index-url=https://hunter22@a.example/" }, ERR_USAGE, "HWB_INDEX_<NAME>_USERNAME" },
	{ "a password in -i", { "-ihttps://me:hunter22@a.example/" }, ERR_USAGE, "password" },
	{ "a password in -f", { "-f", "https://me:hunter22@a.example/" }, ERR_USAGE, "password" },
	{ "a password in a source", { "git+https://me:hunter22@a.example/r" }, ERR_USAGE, "password" },
	{ "a password in another scheme", { "git+ssh://me:hunter22@a.example/r" }, ERR_USAGE, "password" },
	{ "a password in a setting", { "-C", "url=https://me:hunter22@a.example/r" }, ERR_USAGE, "password" },
	{ "a password in --proxy", { "--proxy", "http://me:hunter22@a.example" }, ERR_USAGE, "password" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct world w;
		world_open(&w);
		CHECK_ROW(world_load(&w) == OK, bad[i].name);
		CHECK_ROW(world_options(&w, bad[i].words) == bad[i].want, bad[i].name);
		if (!world_said(&w, bad[i].part))
			test_fail(__FILE__, __LINE__, "row '%s': said '%s' and '%s'", bad[i].name, w.d.text, w.d.help);
		CHECK_ROW(!world_said(&w, "hunter22"), bad[i].name);
		world_done(&w);
	}
}

/* Each name, alias and letter once, and each row has what --help needs. */
static void test_table(void)
{
	const struct option *const tables[] = { options_build, options_common() };
	const char *seen[256];
	bool letters[256] = { false };
	size_t n = 0;
	for (size_t i = 0; i < COUNT(tables); i++)
		for (const struct option *o = tables[i]; o->name; o++) {
			CHECK_ROW(strncmp(o->name, "--", 2) == 0 && o->what && o->what[strlen(o->what) - 1] == '.', o->name);
			CHECK_ROW(!o->letter || !letters[(unsigned char)o->letter], o->name);
			letters[(unsigned char)o->letter] = true;
			seen[n++] = o->name;
			for (size_t k = 0; k < COUNT(o->aliases) && o->aliases[k]; k++)
				seen[n++] = o->aliases[k];
		}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			CHECK_ROW(strcmp(seen[i], seen[k]) != 0, seen[i]);
}

static void test_help(void)
{
	static const struct command command = { .name = "build", .arguments = "[SRC...]", .what = "build", .options = options_build };
	CLEANUP(buf_done) struct buf out;
	CLEANUP(arena_done) struct arena a;
	struct settings s = { 0 };
	bool help = false;
	char *argv[] = { (char[]){ "--wheel" }, (char[]){ "-h" }, (char[]){ "--nonsense" }, NULL };
	arena_init(&a);
	buf_init(&out, 1 << 16);
	CHECK(options_parse(&command, argv, &s, &a, &help, NULL) == OK && help);
	options_help(&command, &out);
	for (const struct option *o = options_build; o->name; o++)
		CHECK_ROW(strstr(buf_string(&out), o->name), o->name);
	CHECK(strstr(buf_string(&out), "  -o, --out-dir DIR"));
	CHECK(strstr(buf_string(&out), "--netrc[=FILE]"));
	CHECK(strstr(buf_string(&out), "(also --outdir, --output, --wheel-dir)"));
	CHECK(strstr(buf_string(&out), "--help"));
}

static void test_exit_table(void)
{
	static const int documented[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130 };
	static const struct {
		enum status status;
		int code;
	} statuses[] = {
		{ OK, 0 },          { ERR_BACKEND, 1 },    { ERR_USAGE, 2 },       { ERR_HASH, 3 },     { ERR_RESOLVE, 3 },
		{ ERR_NETWORK, 3 }, { ERR_REFUSED, 4 },    { ERR_ISOLATION, 5 },   { ERR_ARTEFACT, 6 }, { ERR_LOG, 7 },
		{ ERR_LIMIT, 9 },   { ERR_UNCHECKED, 10 }, { ERR_CANCELLED, 130 },
	};
	size_t n;
	const struct exit_row *rows = exit_rows(&n);
	CHECK_NUMBER(n, COUNT(documented));
	for (size_t i = 0; i < n; i++) {
		CHECK_NUMBER(rows[i].code, documented[i]);
		CHECK_ROW(rows[i].what[0] && strcmp(exit_reason(rows[i].code), rows[i].reason) == 0, rows[i].reason);
		for (size_t k = 0; k < i; k++)
			CHECK_ROW(strcmp(rows[i].reason, rows[k].reason) != 0, rows[i].reason);
	}
	for (size_t i = 0; i < COUNT(statuses); i++)
		CHECK_NUMBER(exit_code_of(statuses[i].status), statuses[i].code);
	for (unsigned s = 1; s < N_STATUS; s++)
		CHECK_ROW(exit_code_of((enum status)s) != EXIT_OK, status_name((enum status)s));
	CHECK_NUMBER(exit_code_of(N_STATUS), EXIT_UNCHECKED);
}

static const struct test tests[] = {
	{ "every option, alias and spelling does what its row says", test_good },
	{ "slips and refusals name the option, the reason and never a password", test_bad },
	{ "no name or letter is there twice", test_table },
	{ "help names every option and ends the parsing", test_help },
	{ "every status has its documented exit code", test_exit_table },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
