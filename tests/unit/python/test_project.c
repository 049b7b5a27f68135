#include "harness.h"
#include "python/project.h"
#include "truncate.h"

#define LEGACY "setuptools.build_meta:__legacy__"

static enum status parse(const char *text, struct arena *a, struct project *p, struct diag *d)
{
	struct project_files files = { .has_pyproject = true, .pyproject = bytes_of(text) };
	return project_parse(&files, a, p, d);
}

static void defaults_are_those_of_pip(void)
{
	CLEANUP(arena_done) struct arena a;
	struct project p;
	struct project_files files = { 0 };
	struct diag d = { 0 };
	arena_init(&a);
	CHECK(project_parse(&files, &a, &p, &d) == ERR_ABSENT && strstr(d.text, "setup.py"));
	files.has_setup_py = true;
	CHECK(project_parse(&files, &a, &p, &d) == OK);
	CHECK(!p.has_pyproject && !p.has_build_system && !p.has_backend && p.n_requires == 1);
	CHECK_BYTES(p.requires[0], BYTES("setuptools >= 40.8.0"));
	CHECK_BYTES(p.backend, BYTES(LEGACY));
	CHECK(parse("[tool.x]\n", &a, &p, &d) == OK && p.n_requires == 1 && !p.has_build_system);
	CHECK_BYTES(p.backend, BYTES(LEGACY));
	CHECK(parse("[build-system]\nrequires = []\n", &a, &p, &d) == OK && p.n_requires == 0 && p.has_build_system && !p.has_backend);
	CHECK_BYTES(p.backend, BYTES(LEGACY));
}

static void a_full_file_is_read(void)
{
	static const char text[] =
		"[build-system]\nrequires = ['a>=1', 'b']\nbuild-backend = 'x.y:z'\nbackend-path = ['.', 'src/b']\nfuture = 1\n"
		"[project]\nname = 'Foo'\nversion = '1.0'\ndynamic = ['readme']\n"
		"[tool.hwb]\npolicy = 'strict'\n[tool.hwb.limits]\nmemory = '1G'\nn = 3\n"
		"\"a b\" = [true, 'x']\nmixed = [[1]]\n[[tool.hwb.t]]\nq = 1\n";
	CLEANUP(arena_done) struct arena a;
	struct project p;
	struct diag d = { 0 };
	arena_init(&a);
	CHECK_ROW(parse(text, &a, &p, &d) == OK, d.text);
	CHECK(p.n_requires == 2 && p.has_backend && p.n_backend_path == 2 && p.has_project && p.n_dynamic == 1);
	CHECK_BYTES(p.backend, BYTES("x.y:z"));
	CHECK_BYTES(p.backend_path[1], BYTES("src/b"));
	CHECK_BYTES(p.name, BYTES("Foo"));
	CHECK_NUMBER(p.n_warnings, 1);
	CHECK_BYTES(p.warnings[0], BYTES("pyproject.toml:5: unknown key 'future' in [build-system] is ignored"));
	static const struct {
		const char *key;
		uint32_t line;
		bool plain;
		size_t n;
		const char *first;
	} want[] = {
		{ "policy", 11, true, 1, "strict" },       { "limits.memory", 13, true, 1, "1G" }, { "limits.n", 14, true, 1, "3" },
		{ "limits.\"a b\"", 15, true, 2, "true" }, { "limits.mixed", 16, false, 0, NULL }, { "t", 17, false, 0, NULL },
	};
	CHECK_NUMBER(p.n_settings, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct project_setting *s = &p.settings[i];
		CHECK_BYTES(s->key, bytes_of(want[i].key));
		CHECK_NUMBER(s->line, want[i].line);
		CHECK_ROW(s->is_plain == want[i].plain && s->n_values == want[i].n, want[i].key);
		if (want[i].first)
			CHECK_BYTES(s->values[0], bytes_of(want[i].first));
	}
}

static void errors_have_line_and_column(void)
{
	static const struct {
		const char *text;
		uint32_t line, column;
	} rows[] = {
		{ "x = \n", 1, 0 },
		{ "build-system = 1\n", 1, 0 },
		{ "[build-system]\nbuild-backend = 'x'\n", 1, 0 },
		{ "[build-system]\nrequires = 'a'\n", 2, 12 },
		{ "[build-system]\nrequires = [\n'a',\n  1]\n", 4, 3 },
		{ "[build-system]\nrequires = ['a', 'b >']\n", 2, 18 },
		{ "[build-system]\nrequires = []\nbuild-backend = 'a b'\n", 3, 17 },
		{ "[build-system]\nrequires = []\nbuild-backend = 1\n", 3, 17 },
		{ "[build-system]\nrequires = []\nbackend-path = '.'\n", 3, 16 },
		{ "[build-system]\nrequires = []\nbackend-path = ['../x']\n", 3, 17 },
		{ "[build-system]\nrequires = []\nbackend-path = ['/x']\n", 3, 17 },
		{ "[build-system]\nrequires = []\nbackend-path = ['']\n", 3, 17 },
		{ "project = []\n", 1, 0 },
		{ "[project]\nname = '-a'\n", 2, 8 },
		{ "[project]\nname = 1\n", 2, 8 },
		{ "[project]\nname = 'a'\nversion = 'x'\n", 3, 11 },
		{ "[project]\ndynamic = 'x'\n", 2, 11 },
		{ "[tool]\nhwb = 3\n", 2, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct project p;
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_ROW(parse(rows[i].text, &a, &p, &d) == ERR_FORMAT, rows[i].text);
		CHECK_ROW(d.line == rows[i].line && (rows[i].column == 0 || d.column == rows[i].column), rows[i].text);
		CHECK_ROW(strncmp(d.text, "pyproject.toml: ", 16) == 0, d.text);
	}
}

static void a_backend_is_dotted_identifiers(void)
{
	static const struct {
		const char *in;
		bool want;
	} rows[] = {
		{ "a", true },    { "a.b:c.d", true }, { "_a1:B", true },  { "", false },         { ":a", false },
		{ "a:", false },  { "a..b", false },   { "a:b:c", false }, { "1a", false },       { "a b", false },
		{ "a;b", false }, { "a.", false },     { "a\n", false },   { "\xc3\xa4", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(project_backend_is_valid(bytes_of(rows[i].in)) == rows[i].want, rows[i].in);
}

static void backend_paths_stay_inside(void)
{
	static const struct {
		const char *in;
		bool want;
	} rows[] = {
		{ ".", true },     { "a/b", true }, { "./a", true }, { "a..b/..c", true }, { "..", false },   { "a/../..", false },
		{ "a/..", false }, { "/a", false }, { "", false },   { "a\\b", false },    { "a\nb", false }, { "\xff", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(project_path_is_valid(bytes_of(rows[i].in)) == rows[i].want, rows[i].in);
	CHECK(!project_path_is_valid(bytes_make("a\0b", 3)));
}

static struct bytes many(struct arena *a, const char *head, const char *item, size_t n, const char *tail)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 1 << 20);
	buf_add_string(&text, head);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%zu%s", item, i, item[0] == '\'' ? "'," : "=1\n");
	buf_add_string(&text, tail);
	return arena_copy(a, buf_bytes(&text));
}

static void lists_have_limits(void)
{
	static const struct {
		const char *head, *item, *tail;
		size_t limit;
	} rows[] = {
		{ "[build-system]\nrequires=[", "'a", "]", PROJECT_REQUIRES_MAX },
		{ "[build-system]\nrequires=[]\nbackend-path=[", "'a", "]", PROJECT_PATHS_MAX },
		{ "[project]\ndynamic=[", "'a", "]", PROJECT_REQUIRES_MAX },
		{ "[tool.hwb]\n", "k", "", PROJECT_SETTINGS_MAX },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct project p;
		arena_init(&a);
		struct bytes fits = many(&a, rows[i].head, rows[i].item, rows[i].limit, rows[i].tail);
		struct bytes over = many(&a, rows[i].head, rows[i].item, rows[i].limit + 1, rows[i].tail);
		CHECK_ROW(parse((const char *)fits.data, &a, &p, NULL) == OK, rows[i].head);
		CHECK_ROW(parse((const char *)over.data, &a, &p, NULL) == ERR_LIMIT, rows[i].head);
	}
}

static bool try_toml(struct bytes in, struct arena *a)
{
	struct project p;
	struct project_files files = { .has_pyproject = true, .pyproject = in };
	return project_parse(&files, a, &p, NULL) == OK;
}

static bool try_record(struct bytes in, struct arena *a)
{
	struct project p;
	return project_read(in, a, &p, NULL) == OK;
}

static void a_record_holds_everything_and_is_checked(void)
{
	static const char text[] = "[build-system]\nrequires=['a']\nbuild-backend='b:c'\nbackend-path=['d']\nx=1\n"
				   "[project]\nname='n'\nversion='1'\ndynamic=['y']\n[tool.hwb]\na.b=['c','d']\n";
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record, again;
	struct project p, q;
	arena_init(&a);
	buf_init(&record, 1 << 20);
	buf_init(&again, 1 << 20);
	CHECK(parse(text, &a, &p, NULL) == OK);
	project_write(&p, &record);
	CHECK(project_read(buf_bytes(&record), &a, &q, NULL) == OK);
	CHECK(q.n_settings == 1 && q.settings[0].n_values == 2 && q.n_warnings == 1 && q.has_backend && q.has_project);
	project_write(&q, &again);
	CHECK_BYTES(buf_bytes(&again), buf_bytes(&record));
	CHECK_NUMBER(each_truncation(buf_bytes(&record), try_record), 1);
	CHECK(each_truncation(bytes_of(text), try_toml) > 1);
	q.backend_path = (const struct bytes[]){ LIT("../d") };
	buf_clear(&again);
	project_write(&q, &again);
	CHECK(project_read(buf_bytes(&again), &a, &p, NULL) == ERR_FORMAT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "defaults are those of pip", defaults_are_those_of_pip },
		{ "a full file is read", a_full_file_is_read },
		{ "errors have line and column", errors_have_line_and_column },
		{ "a backend is dotted identifiers", a_backend_is_dotted_identifiers },
		{ "backend paths stay inside the project", backend_paths_stay_inside },
		{ "lists have limits", lists_have_limits },
		{ "a record holds everything and is checked when read", a_record_holds_everything_and_is_checked },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
