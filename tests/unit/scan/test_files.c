/* The scan of what is not Python: code without comments and strings, limits, cut input. Trees and their facts: tests/scan/trees.py. */
#include <string.h>

#include "base/distance.h"
#include "format/snapshot.h"
#include "harness.h"
#include "scan/code_text.h"
#include "scan/files.h"
#include "scan/policy.h"
#include "python/typosquat.h"

static void code_is_what_is_left(void)
{
	static const struct {
		const char *name;
		enum code_language language;
		const char *in, *want;
	} cases[] = {
		{ "rust: a line", CODE_RUST, "a // b\nc", "a     \nc" },
		{ "rust: comments in comments", CODE_RUST, "a/*/**/b*/c", "a         c" },
		{ "rust: a comment without end", CODE_RUST, "a/*b", "a   " },
		{ "rust: a string and an escape", CODE_RUST, "\"a\\\"b\"c", "\"    \"c" },
		{ "rust: raw strings", CODE_RUST, "r#\"a\"b\"#c r\"\\\"d", "r#\"   \"#c r\" \"d" },
		{ "rust: characters and lifetimes", CODE_RUST, "'\"' 'a 'b'", "' ' 'a ' '" },
		{ "rust: an escaped quote", CODE_RUST, "'\\'' b", "'  ' b" },
		{ "meson: a line", CODE_MESON, "a # 'b\nc", "a     \nc" },
		{ "meson: strings", CODE_MESON, "'a#' '''b\n'c''' d", "'  ' ''' \n  ''' d" },
		{ "meson: a string ends with its line", CODE_MESON, "'a\nb", "' \nb" },
		{ "cmake: comments", CODE_CMAKE, "a # b\n#[=[ ]] ]=]c", "a    \n           c" },
		{ "cmake: strings", CODE_CMAKE, "\"a\\\"\" \\\"b [[c]]", "\"   \" \\\"b [[ ]]" },
		{ "shell: a comment begins a word", CODE_SHELL, "a#b #c\n$#", "a#b   \n$#" },
		{ "shell: strings", CODE_SHELL, "'a\\' \"b\\\"c\" d", "'  ' \"    \" d" },
		{ "shell: a command in a string", CODE_SHELL, "\"a $(b 'c' \"d\") e\" f", "\"  $(b ' ' \" \")  \" f" },
		{ "shell: the other form of it", CODE_SHELL, "\"a `b` c\"", "\"  `b`  \"" },
		{ "shell: a string that is run", CODE_SHELL, "sh -c 'a b'; eval \"c\"", "sh -c (a b); eval (c)" },
		{ "shell: text below", CODE_SHELL, "cat <<E\na $(b)\nE\nc", "cat <<E\n  $(b)\nE\nc" },
		{ "shell: text below that is left alone", CODE_SHELL, "cat <<'E'\na $(b)\nE\nc", "cat <<'E'\n      \nE\nc" },
		{ "shell: text below for a shell", CODE_SHELL, "sh <<E\na\nE\n", "sh <<E\na\nE\n" },
		{ "make: a quote ends with its line", CODE_MAKE, "x = don't\na", "x = don' \na" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes got = code_text(bytes_of(cases[i].in), cases[i].language, false, &a);
		if (!bytes_equal(got, bytes_of(cases[i].want)))
			test_fail(__FILE__, __LINE__, "row '%s': '%.*s'", cases[i].name, BYTES_ARG(got));
	}
}

static void strings_stay_when_asked(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	CHECK_BYTES(code_text(BYTES("f('a') # b"), CODE_MESON, true, &a), BYTES("f('a')    "));
	CHECK_BYTES(code_text(BYTES("r#\"a\"# // b"), CODE_RUST, true, &a), BYTES("r#\"a\"#     "));
}

/* Every start of a text with everything in it: the size stays, line ends stay. */
static void cut_text_is_text(void)
{
	static const char all[] =
		"/* /* */ */ r##\"a\"##'x' '\\u{1}' \"b\\\"\" // c\n'''d''' #[==[e]==] [=[f]=] $(g `h` \"i $(j 'k')\") <<-'L'\n"
		"m\n\tL\nsh -c 'n' eval \"o\" \\\np <<Q <<R\n$(s)\nQ\nt\nR\n#u";
	for (size_t size = 0; size < sizeof all; size++) {
		for (int language = CODE_RUST; language <= CODE_MAKE; language++) {
			CLEANUP(arena_done) struct arena a;
			arena_init(&a);
			struct bytes text = arena_copy(&a, bytes_make(all, size)),
				     got = code_text(text, (enum code_language)language, false, &a);
			CHECK_NUMBER(got.size, size);
			for (size_t i = 0; i < size; i++)
				CHECK((got.data[i] == '\n') == (text.data[i] == '\n'));
		}
	}
}

static void names_are_alike(void)
{
	static const struct {
		const char *name, *like;
	} cases[] = {
		{ "setuptools", "" },
		{ "setuptoools", "setuptools" },
		{ "stuptools", "setuptools" },
		{ "numpy", "" },
		{ "nunpy", "numpy" },
		{ "unmpy", "numpy" },
		{ "scikitlearn", "scikit-learn" },
		{ "abcd", "" },
		{ "flit-core", "" },
		{ "very-own-name-of-mine", "" },
		{ "sixx", "" },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK_ROW(bytes_equal(typosquat_find(bytes_of(cases[i].name), &a), bytes_of(cases[i].like)), cases[i].name);
	CHECK_NUMBER(word_distance(BYTES("ab"), BYTES("ba")), 1);
	CHECK_NUMBER(word_distance(BYTES("abc"), BYTES("abbc")), 1);
	CHECK_NUMBER(word_distance(BYTES(""), BYTES("abc")), 3);
}

static void put(struct buf *b, char type, const char *path, struct bytes content)
{
	snapshot_put_header(b, type, bytes_of(path), content.size);
	buf_add(b, content);
}

static size_t count(const struct fact_list *facts, const char *id)
{
	size_t n = 0;
	for (size_t i = 0; i < facts->n_facts; i++)
		n += strcmp(facts->facts[i].rule->id, id) == 0;
	return n;
}

static void cut_snapshots_fail(void)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 1 << 20);
	snapshot_put_start(&b);
	put(&b, 'f', "Makefile", BYTES("a:\n\tcurl x\n"));
	put(&b, 'x', "build.rs", BYTES("Command"));
	put(&b, 'f', "pyproject.toml", BYTES("[build-system]\nrequires = [\"a @ http://x\"]\n"));
	snapshot_put_end(&b);
	for (size_t size = 0; size <= b.size; size++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct fact_list facts = { .arena = &a };
		struct diag d = { 0 };
		struct scan_files_request request = { .snapshot = arena_copy(&a, bytes_part(buf_bytes(&b), 0, size)) };
		CHECK(scan_files(&request, &facts, &d) == (size == b.size ? OK : ERR_FORMAT));
		CHECK(size < b.size || count(&facts, "req.url-open") == 1);
	}
}

/* One more call than is told, and a file one byte too long. */
static void limits_are_told(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	CLEANUP(buf_done) struct buf calls;
	arena_init(&a);
	buf_init(&b, 64 << 20);
	buf_init(&calls, 1 << 20);
	for (int i = 0; i < 1001; i++)
		buf_add_string(&calls, "run_command('x')\n");
	unsigned char *blanks = arena_alloc(&a, SCAN_BUILD_FILE_MAX + 1, 1);
	memset(blanks, ' ', SCAN_BUILD_FILE_MAX + 1);
	snapshot_put_start(&b);
	put(&b, 'f', "Makefile", bytes_make(blanks, SCAN_BUILD_FILE_MAX));
	put(&b, 'd', "a", BYTES(""));
	put(&b, 'f', "a/Makefile", bytes_make(blanks, SCAN_BUILD_FILE_MAX + 1));
	put(&b, 'f', "meson.build", bytes_part(buf_bytes(&calls), 0, calls.size));
	snapshot_put_end(&b);
	struct fact_list facts = { .arena = &a };
	struct diag d = { 0 };
	struct scan_files_request request = { .snapshot = buf_bytes(&b) };
	CHECK(scan_files(&request, &facts, &d) == OK);
	CHECK_NUMBER(count(&facts, "meson.run-command"), 1000);
	CHECK_NUMBER(count(&facts, "build.too-many"), 1);
	CHECK_NUMBER(count(&facts, "build.too-large"), 1);
}

static void many_files_do_not_cut_the_list(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	arena_init(&a);
	buf_init(&b, 64 << 20);
	snapshot_put_start(&b);
	for (int i = 10000; i < 16000; i++)
		put(&b, 'f', arena_printf(&a, "%d", i), BYTES("PK\3\4"));
	snapshot_put_end(&b);
	struct fact_list facts = { .arena = &a };
	struct diag d = { 0 };
	struct scan_files_request request = { .snapshot = buf_bytes(&b) };
	CHECK(scan_files(&request, &facts, &d) == OK);
	CHECK_NUMBER(facts.n_facts, 4001);
	CHECK_NUMBER(count(&facts, "files.too-many"), 1);
	CHECK(!facts.cut);
}

static void find_nothing(void *context, struct bytes content, scan_secret_found *found, void *found_context)
{
	size_t *n = context;
	++*n;
	size_t at = bytes_search(content, BYTES("hidden"));
	if (at < content.size)
		found(found_context, "some-token", at, 6);
	found(found_context, "private-key", 0, 1);
}

static void tokens_come_from_the_caller(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf b;
	size_t n = 0;
	arena_init(&a);
	buf_init(&b, 1 << 20);
	snapshot_put_start(&b);
	put(&b, 'f', "a", BYTES("\n x = hidden"));
	put(&b, 'f', "b", BYTES("hidden\0binary"));
	put(&b, 'f', "c", BYTES(""));
	snapshot_put_end(&b);
	struct fact_list facts = { .arena = &a };
	struct diag d = { 0 };
	struct scan_files_request request = { .snapshot = buf_bytes(&b), .secrets = find_nothing, .context = &n };
	CHECK(scan_files(&request, &facts, &d) == OK);
	CHECK_NUMBER(n, 1);
	CHECK_NUMBER(facts.n_facts, 1);
	CHECK_NUMBER(facts.facts[0].line, 2);
	CHECK_BYTES(facts.facts[0].evidence, BYTES("[REDACTED:some-token]"));
}

static const char *const *all_ids(void)
{
	static const char *const ids[] = { "build.cred-path",
					   "sh.fetch-run",
					   "meson.wrap",
					   "cmake.fetch-pinned",
					   "rust.env-secret",
					   "cargo.registry",
					   "req.typosquat",
					   "config.index",
					   "file.more-keys",
					   "name.same",
					   NULL };
	return ids;
}

static void ids_are_in_the_table(void)
{
	for (const char *const *id = all_ids(); *id; id++)
		CHECK_ROW(fact_rule(bytes_of(*id)), *id);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "what is left of a text is its code", code_is_what_is_left },
		{ "strings stay when they are asked for", strings_stay_when_asked },
		{ "a text that is cut keeps its size and lines", cut_text_is_text },
		{ "names that want to be taken for others", names_are_alike },
		{ "a snapshot that is cut is refused", cut_snapshots_fail },
		{ "what is beyond a limit is told", limits_are_told },
		{ "many files do not cut the list of facts", many_files_do_not_cut_the_list },
		{ "tokens come from the caller and are not shown", tokens_come_from_the_caller },
		{ "ids are in the table", ids_are_in_the_table },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
