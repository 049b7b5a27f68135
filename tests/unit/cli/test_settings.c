#include "world.h"

#include "base/clock.h"

#define WORDS(...) \
	(const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}
#define USER "home/.config/hwb/hwb.toml"
#define URL_LINE(host) "[index]\nurl = \"https://" host ".example/\"\n"

/* Each layer, from the weakest on, takes the URL over from the one before; so does each for the list. */
static void test_precedence(void)
{
	struct world w;
	world_open(&w);
	CHECK(world_load(&w) == OK && !w.s.index_url);
	world_file(&w, "etc/xdg/pip.conf", "[global]\nindex-url = https://xdg.example/\nfind-links = /xdg\n");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://xdg.example/"));
	world_file(&w, "etc/pip.conf", "[global]\nindex-url = https://etc.example/\n");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://etc.example/"));
	world_file(&w, "home/.pip/pip.conf", "[global]\nindex-url = https://old.example/\n");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://old.example/"));
	world_file(&w, "home/.config/pip/pip.conf", "[global]\nindex-url = https://user.example/\n");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://user.example/"));
	world_env(&w, "PIP_INDEX_URL=https://pip.example/");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://pip.example/"));
	CHECK_NUMBER(w.s.find_links.n, 1);
	world_file(&w, "etc/hwb.toml", URL_LINE("system") "find-links = [\"/a\", \"/b\"]\n");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://system.example/"));
	CHECK_NUMBER(w.s.find_links.n, 2);
	world_file(&w, USER, URL_LINE("mine") "find-links = \"/c\"\n");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://mine.example/"));
	CHECK_NUMBER(w.s.find_links.n, 1);
	world_env(&w, "HWB_INDEX_URL=https://env.example/");
	world_env(&w, "HWB_FIND_LINKS=/d /e\n/f");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://env.example/"));
	CHECK_NUMBER(w.s.find_links.n, 3);
	CHECK(world_options(&w, WORDS("--index-url", "https://flag.example", "-f", "/g")) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://flag.example/"));
	CHECK_NUMBER(w.s.find_links.n, 1);
	CHECK_BYTES(bytes_of(w.s.find_links.items[0]), BYTES("/g"));
	world_done(&w);
}

static void test_limits(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, "etc/hwb.toml", "[limits]\nwall = \"10m\"\nprocesses = 5\nmemory = \"1G\"\n");
	world_file(&w, USER, "[limits]\nwall = \"20m\"\n");
	world_env(&w, "HWB_LIMIT_OPEN_FILES=77");
	world_env(&w, "HWB_LIMIT_PROCESSES=6");
	CHECK(world_load(&w) == OK);
	CHECK_NUMBER(w.s.limits.wall_ms, 1200000);
	CHECK_NUMBER(w.s.limits.processes, 6);
	CHECK_NUMBER(w.s.limits.memory, 1 << 30);
	CHECK_NUMBER(w.s.limits.open_files, 77);
	CHECK(world_options(&w, WORDS("--limit", "wall=1s")) == OK);
	CHECK_NUMBER(w.s.limits.wall_ms, 1000);
	world_env(&w, "HWB_LIMIT_WALLS=1");
	CHECK(world_load(&w) == ERR_USAGE && world_said(&w, "HWB_LIMIT_WALLS"));
	world_done(&w);
}

/* A row for each key of the table, so that no setter is forgotten. */
static const struct {
	const char *key, *value;
} values[] = {
	{ "build.out-dir", "\"/o\"" },
	{ "build.isolation", "\"sandbox\"" },
	{ "build.keep-archive", "true" },
	{ "build.sbom", "\"both\"" },
	{ "build.embed-sbom", "true" },
	{ "build.cache-dir", "\"/c\"" },
	{ "build.home", "\"~/h\"" },
	{ "build.env", "[\"A=b\"]" },
	{ "build.allow-read", "[\"/usr\"]" },
	{ "build.python", "[\"3.12\", \"3.13\"]" },
	{ "build.constraints", "[\"c.txt\"]" },
	{ "build.allow-requires", "true" },
	{ "build.build-deps", "\"any\"" },
	{ "build.locked", "true" },
	{ "build.prereleases", "true" },
	{ "build.netrc", "true" },
	{ "index.url", "\"https://a.example\"" },
	{ "index.name", "\"corp\"" },
	{ "index.named", "[\"corp=https://a.example\"]" },
	{ "index.packages", "{ \"acme-*\" = \"corp\" }" },
	{ "index.find-links", "[]" },
	{ "index.no-index", "true" },
	{ "index.offline", "true" },
	{ "index.exclude-newer", "2026-01-02" },
	{ "index.min-age", "\"7d\"" },
	{ "index.min-age-exempt", "[\"Acme_Tool\"]" },
	{ "index.unknown-requires", "\"deny\"" },
	{ "index.keyring-provider", "\"subprocess\"" },
	{ "index.allow-urls", "[\"a.example\", \"https://a.example:8443/wheels\"]" },
	{ "index.ca-file", "\"ca.pem\"" },
	{ "index.proxy", "\"http://p.example:1\"" },
	{ "index.http-hosts", "[\"a.example:80\", \"10.0.0.1\"]" },
	{ "security.trust", "[{ path = \"p\", sha256 = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF\" }]" },
	{ "security.network-allowed-hosts", "[\"a.example\"]" },
	{ "security.network-isolation", "false" },
	{ "security.network-private-hosts", "[\"a.example=10.0.0.0/8\"]" },
	{ "security.allow-unisolated", "true" },
	{ "build.scan", "\"report\"" },
	{ "build.audit", "\"stop\"" },
	{ "audit.osv-url", "\"https://osv.example\"" },
	{ "audit.max-age", "30" },
	{ "audit.ignore", "[\"PYSEC-1=known@2030-01-01\"]" },
	{ "audit.ignore-until-fixed", "[\"PYSEC-1=known\"]" },
	{ "publish.registry", "\"corp\"" },
	{ "publish.registries", "{ corp = \"https://host.example/upload\", wheels = \"s3://wheels.example/py\" }" },
	{ "publish.s3-endpoint", "\"https://store.example:9000\"" },
	{ "publish.s3-region", "\"eu-west-1\"" },
	{ "publish.concurrent-uploads", "8" },
	{ "publish.audience", "\"corp\"" },
	{ "publish.trusted-publisher", "\"never\"" },
	{ "findings.profile", "\"pypi\"" },
	{ "findings.allow", "[\"S06=known\"]" },
	{ "findings.deny", "[\"S17\"]" },
	{ "findings.fail-on", "\"warning\"" },
	{ "container.engine", "\"/opt/podman\"" },
	{ "container.image", "\"demo@sha256:00\"" },
	{ "container.platform", "\"manylinux_2_28_x86_64\"" },
	{ "container.pull", "true" },
	{ "container.arguments", "[\"--runtime=crun\"]" },
	{ "console.color", "\"never\"" },
};

static void test_every_key(void)
{
	size_t n;
	const struct setting_row *rows = setting_rows(&n);
	for (size_t i = 0; i < n; i++) {
		struct world w;
		size_t k = 0;
		world_open(&w);
		while (k < COUNT(values) && strcmp(values[k].key, rows[i].key) != 0)
			k++;
		CHECK_ROW(k < COUNT(values), rows[i].key);
		struct bytes rest = bytes_of(rows[i].key), table = bytes_cut(&rest, '.');
		world_file(&w, "etc/hwb.toml",
			   arena_printf(&w.a, "[%.*s]\n%.*s = %s\n", BYTES_ARG(table), BYTES_ARG(rest), values[k].value));
		if (world_load(&w) != OK)
			test_fail(__FILE__, __LINE__, "row '%s': %s", rows[i].key, w.d.text);
		CHECK_ROW(w.s.rows_set[i], rows[i].key);
		CHECK_ROW(rows[i].what[0] && rows[i].takes[0] && rows[i].initial[0], rows[i].key);
		/* The wrong type is refused with the place. */
		world_file(&w, "etc/hwb.toml", arena_printf(&w.a, "[%.*s]\n%.*s = 1.5\n", BYTES_ARG(table), BYTES_ARG(rest)));
		CHECK_ROW(world_load(&w) == ERR_USAGE && world_said(&w, "hwb.toml:2:") && world_said(&w, rows[i].key), rows[i].key);
		world_done(&w);
	}
}

static void test_values(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, "home/c.txt", "");
	world_file(&w, USER,
		   "[build]\nconstraints = [\"c.txt\"]\nhome = \"~/h\"\nenv = [\"GIVEN\", \"A=b\"]\n"
		   "[index]\nexclude-newer = 2026-11-23\nca-file = \"../ca.pem\"\n"
		   "[security]\nnetwork-isolation = false\n");
	world_env(&w, "GIVEN=x");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.constraints.items[0]), bytes_of(arena_printf(&w.a, "%s/home/.config/hwb/c.txt", w.root)));
	CHECK_BYTES(bytes_of(w.s.home_dir), bytes_of(arena_printf(&w.a, "%s/home/h", w.root)));
	CHECK_BYTES(bytes_of(w.s.env.items[0]), BYTES("GIVEN=x"));
	CHECK_NUMBER(w.s.exclude_newer, 1795392000);
	CHECK(!w.s.network_isolation);
	world_done(&w);
}

static const struct {
	const char *name, *text, *part, *help;
} wrong_files[] = {
	{ "an unknown key names the nearest", "[build]\nout-dri = \"x\"\n", "hwb.toml:2:11: 'build.out-dri'", "build.out-dir" },
	{ "an unknown limit", "[limits]\nwalls = 1\n", "hwb.toml:2:9: 'limits.walls'", "" },
	{ "an unknown table", "[biuld]\nx = 1\n", "'biuld.x'", "" },
	{ "a key outside of a table", "offline = true\n", "'offline'", "" },
	{ "a broken file", "[build\n", "hwb.toml:1:7", "" },
	{ "a wrong value", "[build]\nnetrc = \"maybe\"\n", "takes true or false", "" },
	{ "a table where a value belongs", "[build]\nout-dir = { a = 1 }\n", "a path, not a table", "" },
	{ "a number where a path belongs", "[build]\nout-dir = 3\n", "hwb.toml:2:11: 'build.out-dir': takes a path, not an integer",
	  "" },
	{ "a truth in a list of words", "[build]\npython = [\"3.12\", true]\n", "versions or paths, not a boolean", "" },
	{ "isolation none", "[build]\nisolation = \"none\"\n", "refused", "" },
	{ "trust without its digest", "[security]\ntrust = [{ path = \"x\" }]\n", "cannot be a table", "" },
	{ "trust with half a digest", "[security]\ntrust = [{ path = \"x\", sha256 = \"0123\" }]\n", "sha256", "" },
	{ "a registry that is no URL", "[publish]\nregistries = { corp = \"host.example\" }\n", "line 2: 'corp': the URL of 'corp'",
	  "" },
	{ "a registry with a password", "[publish]\nregistries = [\"corp=https://u:hunter22@host.example/\"]\n", "a password in it",
	  "" },
	{ "a registry with a query", "[publish]\nregistries = [\"corp=https://host.example/?token=hunter22\"]\n", "it has a query",
	  "" },
	{ "a bucket that is none", "[publish]\nregistries = { wheels = \"s3://WHEELS/py\" }\n", "s3://BUCKET/PREFIX", "3 to 63" },
	{ "a bucket with a NUL", "[publish]\nregistries = { wheels = \"s3://wheels/py\\u0000\" }\n", "line 2: 'wheels': has a NUL",
	  "" },
	{ "a bucket with a NUL in a list", "[publish]\nregistries = [\"wheels=s3://wheels/py\\u0000\"]\n", "the URL of 'wheels'", "" },
	{ "a bucket with a key", "[publish]\nregistries = { wheels = \"s3://key:hunter22@wheels/py\" }\n", "s3://BUCKET/PREFIX",
	  "3 to 63" },
	{ "an endpoint that is more than a host", "[publish]\ns3-endpoint = \"https://a.example/bucket\"\n",
	  "hwb.toml:2:15: 'publish.s3-endpoint': the endpoint of the store is not the URL of a host alone", "https://HOST:PORT" },
	{ "more uploads than there may be", "[publish]\nconcurrent-uploads = 9\n",
	  "'publish.concurrent-uploads': takes a number from 1 to 8", "" },
	{ "no upload at a time", "[publish]\nconcurrent-uploads = 0\n", "'publish.concurrent-uploads': takes a number from 1 to 8",
	  "" },
	{ "a region with a blank", "[publish]\ns3-region = \"eu west\"\n", "'publish.s3-region': the region", "" },
	{ "a registry that is a list", "[publish]\nregistries = { corp = [] }\n", "is an array", "" },
	{ "a URL with a password is not repeated", "[index]\nurl = \"https://a:hunter22@ho st/\"\n", "hwb.toml:2:7", "" },
};

static void test_wrong_files(void)
{
	for (size_t i = 0; i < COUNT(wrong_files); i++) {
		struct world w;
		world_open(&w);
		world_file(&w, USER, wrong_files[i].text);
		CHECK_ROW(world_load(&w) == ERR_USAGE, wrong_files[i].name);
		if (!strstr(w.d.text, wrong_files[i].part) || !strstr(w.d.help, wrong_files[i].help))
			test_fail(__FILE__, __LINE__, "row '%s': said '%s' and '%s'", wrong_files[i].name, w.d.text, w.d.help);
		CHECK_ROW(!world_said(&w, "hunter22"), wrong_files[i].name);
		world_done(&w);
	}
}

static void test_no_files(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, "etc/hwb.toml", "broken");
	world_file(&w, "etc/pip.conf", "broken");
	world_env(&w, "HWB_OFFLINE=1");
	w.places.no_files = true;
	CHECK(world_load(&w) == OK && w.s.offline);
	world_done(&w);
}

static void test_pip(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, "etc/pip.conf",
		   "[wheel]\nno-index = yes\n[global]\nno-index = no\nfind_links = /a\n  /b /c\nextra-index-url =\n"
		   "    https://u:hunter22@extra.example/x\n    https://more.example/\nproxy = p.example:3128\n"
		   "[install]\nindex-url = https://install.example/\n[freeze]\nindex-url = https://no.example/\n");
	world_env(&w, "PIP_CERT=/pip.pem");
	world_env(&w, "SSL_CERT_FILE=/ssl.pem");
	world_env(&w, "PIP_BUILD_CONSTRAINT=/k");
	CHECK(world_load(&w) == OK);
	CHECK(w.s.no_index);
	CHECK_NUMBER(w.s.find_links.n, 3);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://install.example/"));
	CHECK_BYTES(bytes_of(w.s.ca_file), BYTES("/pip.pem"));
	CHECK_BYTES(bytes_of(w.s.proxy_url), BYTES("http://p.example:3128"));
	CHECK_BYTES(bytes_of(w.s.constraints.items[0]), BYTES("/k"));
	CHECK_NUMBER(w.s.warnings.n, 2);
	CHECK(strstr(w.s.warnings.items[0], "'extra.example'") && !strstr(w.s.warnings.items[0], "hunter22"));
	CHECK_NUMBER(w.s.n_credentials, 0);
	world_done(&w);
}

static void test_pip_files(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, "home/.config/pip/pip.conf", "[global]\nindex-url = https://user.example/\n");
	world_file(&w, "named.conf", "[global]\nno-index = true\n");
	world_env(&w, "PIP_CONFIG_FILE=%s/named.conf", w.root);
	CHECK(world_load(&w) == OK && w.s.no_index && !w.s.index_url);
	w.env[--w.n_env] = NULL;
	world_env(&w, "PIP_CONFIG_FILE=/dev/null");
	CHECK(world_load(&w) == OK && !w.s.no_index && !w.s.index_url);
	w.env[--w.n_env] = NULL;
	world_file(&w, "home/.config/pip/pip.conf", "index-url = https://user.example/\n");
	CHECK(world_load(&w) == ERR_USAGE && world_said(&w, "pip.conf:1") && world_said(&w, "PIP_CONFIG_FILE"));
	world_done(&w);
}

static void check_credential(const struct world *w, const char *origin, const char *user, const char *password)
{
	CHECK_NUMBER(w->s.n_credentials, 1);
	CHECK_BYTES(bytes_of(w->s.credentials[0].origin), bytes_of(origin));
	CHECK_BYTES(bytes_of(w->s.credentials[0].user), bytes_of(user));
	CHECK_BYTES(bytes_of(w->s.credentials[0].password), bytes_of(password));
}

static void test_credentials(void)
{
	struct world w;
	world_open(&w);
	world_env(&w, "PIP_INDEX_URL=https://me:p%%40ss@pip.example:8443/simple");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--offline")) == OK);
	CHECK_BYTES(bytes_of(w.s.index_url), BYTES("https://pip.example:8443/simple/"));
	check_credential(&w, "https://pip.example:8443", "me", "p@ss");
	world_env(&w, "HWB_INDEX_DEFAULT_USERNAME=bot");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--offline")) == ERR_USAGE &&
	      world_said(&w, "HWB_INDEX_DEFAULT_PASSWORD"));
	world_env(&w, "HWB_INDEX_DEFAULT_PASSWORD=stronger");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--offline")) == OK);
	check_credential(&w, "https://pip.example:8443", "bot", "stronger");
	/* The flag's index is the default one. */
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("-i", "https://flag.example/")) == OK);
	CHECK_NUMBER(w.s.n_credentials, 2);
	CHECK_BYTES(bytes_of(w.s.credentials[1].origin), BYTES("https://flag.example:443"));
	world_done(&w);
}

static void test_named_index(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, USER, URL_LINE("corp") "name = \"corp\"\n");
	world_env(&w, "HWB_INDEX_CORP_USERNAME=bot");
	world_env(&w, "HWB_INDEX_CORP_PASSWORD=secret1");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--offline")) == OK);
	check_credential(&w, "https://corp.example:443", "bot", "secret1");
	/* Another index does not get the password of the one that has the name. */
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("-i", "https://other.example/")) == OK);
	CHECK_NUMBER(w.s.n_credentials, 0);
	world_done(&w);
}

static const struct {
	const char *name, *text;
	enum status want;
	const char *user, *password;
} netrcs[] = {
	{ "an entry on one line", "machine a.example login me password pw\n", OK, "me", "pw" },
	{ "an entry over lines, in any order", "machine a.example\n\tpassword pw\n\tlogin me", OK, "me", "pw" },
	{ "the host's case does not matter", "machine A.Example user me password pw", OK, "me", "pw" },
	{ "others before and behind",
	  "machine b login x password y machine a.example login me password pw machine c login u password v", OK, "me", "pw" },
	{ "the first of two counts", "machine a.example login me password pw\nmachine a.example login x password y", OK, "me", "pw" },
	{ "quotes, backslashes and #", "machine a.example login \"m \\\"e\" password p#w\\ x", OK, "m \"e", "p#w x" },
	{ "comments", "# machine a.example login x password y\nmachine a.example login me # no\npassword pw", OK, "me", "pw" },
	{ "account is passed over", "machine a.example login me account acc password pw", OK, "me", "pw" },
	{ "a value may be a key's name", "machine a.example login machine password default", OK, "machine", "default" },
	{ "a macro is passed over", "macdef init\nmachine a.example login x password y\n\nmachine a.example login me password pw",
	  OK, "me", "pw" },
	{ "the default entry is passed over", "default login x password y", ERR_ABSENT, "", "" },
	{ "default behind the entry changes nothing", "machine a.example login me password pw default login x password y", OK, "me",
	  "pw" },
	{ "no such host", "machine b.example login me password pw", ERR_ABSENT, "", "" },
	{ "the empty file", "", ERR_ABSENT, "", "" },
	{ "a key without a value", "machine a.example login", ERR_FORMAT, "", "" },
	{ "a word that is no key", "machine a.example\nloggin me", ERR_FORMAT, "", "" },
	{ "a quote without an end", "machine a.example login \"me", ERR_FORMAT, "", "" },
	{ "a quote over lines", "machine a.example login \"me\n\"", ERR_FORMAT, "", "" },
};

static void test_netrc(void)
{
	for (size_t i = 0; i < COUNT(netrcs); i++) {
		CLEANUP(arena_done) struct arena a;
		const char *user = "", *password = "";
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_ROW(netrc_find(bytes_of(netrcs[i].text), BYTES("a.example"), &a, &user, &password, &d) == netrcs[i].want,
			  netrcs[i].name);
		CHECK_ROW(strcmp(user, netrcs[i].user) == 0 && strcmp(password, netrcs[i].password) == 0, netrcs[i].name);
		for (size_t size = 0; size < strlen(netrcs[i].text); size++) { /* exactly so many bytes, for the sanitizer */
			struct bytes cut = { malloc(size ? size : 1), size };
			memcpy((void *)(uintptr_t)cut.data, netrcs[i].text, size);
			enum status s = netrc_find(cut, BYTES("a.example"), &a, &user, &password, &d);
			CHECK_ROW(s == OK || s == ERR_ABSENT || s == ERR_FORMAT, netrcs[i].name);
			free((void *)(uintptr_t)cut.data);
		}
	}
}

static void test_netrc_size(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	const char *user, *password;
	arena_init(&a);
	buf_init(&text, 2 << 20);
	buf_add_string(&text, "machine a.example login me password ");
	for (size_t i = 0; i < 8192; i++)
		buf_add_byte(&text, 'x');
	CHECK(netrc_find(buf_bytes(&text), BYTES("a.example"), &a, &user, &password, NULL) == OK);
	CHECK_NUMBER(strlen(password), 8192);
	buf_add_byte(&text, 'x');
	CHECK(netrc_find(buf_bytes(&text), BYTES("a.example"), &a, &user, &password, NULL) == ERR_FORMAT);
	while (text.size <= 1 << 20)
		buf_add_byte(&text, '\n');
	CHECK(netrc_find(buf_bytes(&text), BYTES("a.example"), &a, &user, &password, NULL) == ERR_LIMIT);
}

static void test_netrc_option(void)
{
	struct world w;
	world_open(&w);
	world_env(&w, "HWB_INDEX_URL=https://a.example/");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--netrc")) == ERR_USAGE && world_said(&w, ".netrc"));
	world_file(&w, "home/.netrc", "machine a.example login me password pw12345\n");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--offline")) == OK);
	CHECK_NUMBER(w.s.n_credentials, 0);
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--netrc")) == OK);
	check_credential(&w, "https://a.example:443", "me", "pw12345");
	world_file(&w, "other", "machine a.example login you password pw\n");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS(arena_printf(&w.a, "--netrc=%s/other", w.root))) == OK);
	check_credential(&w, "https://a.example:443", "you", "pw");
	world_file(&w, "home/.netrc", "machine a.example login me pw12345\n");
	CHECK(world_load(&w) == OK && world_options(&w, WORDS("--netrc")) == ERR_USAGE && !world_said(&w, "pw12345"));
	world_done(&w);
}

static void test_times(void)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = {
		{ "2026-11-23", 1795392000 },
		{ "2026-11-23T00:00:01Z", 1795392001 },
		{ "2026-11-23T01:00:00+01:00", 1795392000 },
		{ "7 days", 1000000 - 7 * 86400 },
		{ "1 day", 1000000 - 86400 },
		{ "2 weeks", 1000000 - 14 * 86400 },
		{ "3 hours", 1000000 - 10800 },
		{ "7", -1 },
		{ "days", -1 },
		{ "-7 days", -1 },
		{ "7 fortnights", -1 },
		{ "", -1 },
		{ "2026-13-01", -1 },
		{ "99999999 days", -1 },
		{ "7d", 1000000 - 7 * 86400 },
		{ "7m", -1 },
		{ "2026-11-23 01:00", -1 },
		{ "0", -1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t got = -1;
		enum status s = settings_time(bytes_of(rows[i].text), 1000000, &got, NULL);
		CHECK_ROW(s == (rows[i].want == -1 ? ERR_USAGE : OK), rows[i].text);
		CHECK_NUMBER(got, rows[i].want);
	}
}

/* For --since. What hwb.toml takes stays as it is: test_times and test_ages refuse "7m". */
static void test_since(void)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = {
		{ "30s", 1000000 - 30 },
		{ "30 seconds", 1000000 - 30 },
		{ "1s", 1000000 - 1 },
		{ "5m", 1000000 - 300 },
		{ "5 minutes", 1000000 - 300 },
		{ "1 minute", 1000000 - 60 },
		{ "2h", 1000000 - 7200 },
		{ "1 hour", 1000000 - 3600 },
		{ "7d", 1000000 - 7 * 86400 },
		{ "1w", 1000000 - 7 * 86400 },
		{ "604800s", 1000000 - 604800 },
		{ "100000000s", 1000000 - 100000000 },
		{ "100000001s", -1 },
		{ "5M", -1 },
		{ "5mo", -1 },
		{ "5", -1 },
		{ "0", -1 },
		{ "m", -1 },
		{ "", -1 },
		{ "2026-11-23", 1795392000 },
		{ "2026-11-23 01:00", 1795395600 },
		{ "2026-11-23T01:00", 1795395600 },
		{ "2026-11-23 01:00:05", 1795395605 },
		{ "2026-11-23T01:00:00+01:00", 1795392000 },
		{ "2026-11-23 01", -1 },
		{ "2026-11-23 24:00", -1 },
		{ "2026-11-23x01:00", -1 },
		{ "2026-11-23 01:00Z", -1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t got = -1;
		enum status s = settings_since(bytes_of(rows[i].text), 1000000, &got, NULL);
		CHECK_ROW(s == (rows[i].want == -1 ? ERR_USAGE : OK), rows[i].text);
		CHECK_NUMBER(got, rows[i].want);
	}
}

static void test_ages(void)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = {
		{ "7d", 7 * 86400 },
		{ "12h", 12 * 3600 },
		{ "2w", 14 * 86400 },
		{ "1 day", 86400 },
		{ "0", 0 },
		{ "0d", 0 },
		{ " 3 hours ", 10800 },
		{ "7", -1 },
		{ "d", -1 },
		{ "-1d", -1 },
		{ "1.5d", -1 },
		{ "7m", -1 },
		{ "7D", -1 },
		{ "7 d 1 h", -1 },
		{ "", -1 },
		{ "100000w", INT64_C(100000) * 7 * 86400 },
		{ "100001w", -1 },
		{ "2026-11-23", -1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t got = -1;
		CHECK_ROW(settings_age(bytes_of(rows[i].text), &got, NULL) == (rows[i].want == -1 ? ERR_USAGE : OK), rows[i].text);
		CHECK_NUMBER(got, rows[i].want);
	}
	struct world w;
	world_open(&w);
	world_file(&w, USER, "[index]\nmin-age = 0\n");
	CHECK(world_load(&w) == OK && w.s.min_age == 0);
	world_file(&w, USER, "[index]\nmin-age = 7\n");
	CHECK(world_load(&w) == ERR_USAGE && world_said(&w, "such as 7d"));
	world_done(&w);
}

/* Tables and lists are one thing: the stronger source replaces what the weaker one has. */
static void test_registries(void)
{
	struct world w;
	world_open(&w);
	world_file(&w, "etc/hwb.toml",
		   "[publish]\nregistries = [\"a=https://a.example/\", \"b=https://b.example/\"]\ns3-region = \"eu-1\"\n");
	CHECK(world_load(&w) == OK && w.s.publish.registries.n == 2);
	world_file(&w, USER, "[publish]\nregistries = { c = \"s3://ccc/x\", d = \"https://d.example/\", e = \"s3://eee\" }\n");
	CHECK(world_load(&w) == OK && w.s.publish.registries.n == 3);
	CHECK_BYTES(bytes_of(w.s.publish.registries.items[0]), BYTES("c=s3://ccc/x"));
	CHECK_BYTES(bytes_of(w.s.publish.registries.items[2]), BYTES("e=s3://eee"));
	CHECK_BYTES(bytes_of(w.s.publish.s3_region), BYTES("eu-1"));
	world_file(&w, USER, "[publish]\nregistries = {}\n");
	CHECK(world_load(&w) == OK && w.s.publish.registries.n == 0);
	world_env(&w, "HWB_PUBLISH_REGISTRIES=f=s3://fff/y g=https://g.example/");
	world_env(&w, "HWB_PUBLISH_S3_ENDPOINT=http://127.0.0.1:9000");
	world_env(&w, "HWB_PUBLISH_S3_REGION=us-2");
	CHECK(world_load(&w) == OK && w.s.publish.registries.n == 2);
	CHECK_BYTES(bytes_of(w.s.publish.s3_endpoint), BYTES("http://127.0.0.1:9000/"));
	CHECK_BYTES(bytes_of(w.s.publish.s3_region), BYTES("us-2"));
	world_done(&w);
}

static void test_surroundings(void)
{
	struct world w;
	world_open(&w);
	CHECK(world_load(&w) == OK);
	CHECK(!w.s.ci_provider && w.s.user && w.s.outside_id == 64000 && w.s.exclude_newer == INT64_MAX && w.s.network_isolation);
	CHECK_BYTES(bytes_of(w.s.cache_dir), bytes_of(arena_printf(&w.a, "%s/home/.cache/hwb", w.root)));
	CHECK_BYTES(bytes_of(w.s.home_dir), bytes_of(arena_printf(&w.a, "%s/home/.hwb", w.root)));
	world_env(&w, "XDG_CACHE_HOME=/xdg");
	world_env(&w, "CI=true");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.cache_dir), BYTES("/xdg/hwb"));
	CHECK_BYTES(bytes_of(w.s.ci_provider), BYTES("unknown"));
	world_env(&w, "GITHUB_ACTIONS=true");
	world_env(&w, "GITHUB_RUN_ID=7");
	CHECK(world_load(&w) == OK);
	CHECK_BYTES(bytes_of(w.s.ci_provider), BYTES("github"));
	CHECK_BYTES(bytes_of(w.s.ci_run), BYTES("7"));
	world_done(&w);
}

static const struct test tests[] = {
	{ "flags beat HWB_*, which beat the user's file, the system's, and pip's configuration", test_precedence },
	{ "limits come from files, variables and flags in that order", test_limits },
	{ "every key of the table can be set, and refuses another type", test_every_key },
	{ "paths start at the file, dates and variables are understood", test_values },
	{ "a wrong file is refused with its place and the nearest key", test_wrong_files },
	{ "without files the variables still count", test_no_files },
	{ "pip's sections, lists and variables are understood, its second index is ignored", test_pip },
	{ "pip's files are found as pip finds them", test_pip_files },
	{ "userinfo of a URL and HWB_INDEX_DEFAULT_* become a credential of the index's origin", test_credentials },
	{ "a named index keeps its credential to itself", test_named_index },
	{ "netrc entries are read as ftp does, and cutting one crashes nothing", test_netrc },
	{ "netrc words and files have a largest size", test_netrc_size },
	{ "netrc is read only when asked for, and must then be there", test_netrc_option },
	{ "dates, times and ages", test_times },
	{ "what --since takes besides", test_since },
	{ "ages alone", test_ages },
	{ "registries are URLs and buckets, of the strongest source that has any", test_registries },
	{ "defaults, CI and user", test_surroundings },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
