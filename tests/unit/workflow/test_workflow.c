#include "workflow/workflow.h"

#include "base/cleanup.h"
#include "harness.h"

static const char whole[] = "# a release\n"
			    "name: \"Release: all\"\n"
			    "on:\n"
			    "  push:\n"
			    "    tags: ['v*']\n"
			    "  pull_request_target:\n"
			    "permissions:\n"
			    "  contents: read # nothing else\n"
			    "env:\n"
			    "  UV_PUBLISH_TOKEN: ${{ secrets.T }}\n"
			    "jobs:\n"
			    "  build:\n"
			    "    runs-on: ubuntu-latest\n"
			    "    strategy:\n"
			    "      matrix:\n"
			    "        python: [\n"
			    "          '3.9', \"3.10\" ]\n"
			    "    steps:\n"
			    "    - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4\n"
			    "    - name: Build\n"
			    "      run: |\n"
			    "        python -m build\n"
			    "\n"
			    "        # uses: not/an-action@v1\n"
			    "        uses: not/an-action@v1\n"
			    "    - {name: flow}\n";

static enum status parse(struct bytes text, struct arena *a, struct workflow *ret)
{
	struct diag d = { 0 };
	enum status s = workflow_parse(text, a, ret, &d);
	if (s && (s != ERR_LIMIT || !d.text[0]))
		test_fail(__FILE__, __LINE__, "status %d '%s'", (int)s, d.text);
	return s;
}

/* Everything that a workflow says, as one line. */
static const char *summary(const struct workflow *w, struct arena *a)
{
	static const char levels[] = "-rwW?", pins[] = "CNL?";
	const char *text = arena_printf(a, "%c%s%s", levels[w->permissions.level], w->permissions.id_token ? "!" : "",
					w->has_token ? "T" : "");
	for (size_t i = 0; i < w->n_triggers; i++)
		text = arena_printf(a, "%s on:%.*s", text, BYTES_ARG(w->triggers[i]));
	for (size_t i = 0; i < w->n_jobs; i++) {
		const struct workflow_job *j = &w->jobs[i];
		text = arena_printf(a, "%s %.*s:%c%s%s%s%s%s%s", text, BYTES_ARG(j->name), levels[j->permissions.level],
				    j->permissions.id_token ? "!" : "", j->has_environment ? "E" : "", j->publishes ? "P" : "",
				    j->has_token ? "T" : "", j->runs_code ? "R" : "", j->calls ? "C" : "");
	}
	for (size_t i = 0; i < w->n_uses; i++)
		text = arena_printf(a, "%s %.*s=%c%u", text, BYTES_ARG(w->uses[i].text), pins[w->uses[i].pin],
				    (unsigned)w->uses[i].line);
	return w->unread.data ? arena_printf(a, "%s [%u %.*s]", text, (unsigned)w->unread_line, BYTES_ARG(w->unread)) : text;
}

#define SHA "0123456789abcdef0123456789abcdef01234567"
#define STEPS(steps) "jobs:\n  j:\n    steps:\n" steps
#define FORM "it is written in a form that hwb does not read"

static void facts_are_read_and_everything_else_is_said(void)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "the smallest", "jobs:\n  j:\n", "- j:-" },
		{ "a whole one, up to what is not read", whole,
		  "rT on:push on:pull_request_target build:-R actions/checkout@" SHA "=C19 [26 " FORM "]" },
		{ "one trigger", "on: push\njobs:\n  j:\n", "- on:push j:-" },
		{ "a list of triggers", "on: [push, \"pull_request_target\"]\njobs:\n  j:\n", "- on:push on:pull_request_target j:-" },
		{ "items at the left", "on:\n- push\n- 'release'\njobs:\n  j:\n", "- on:push on:release j:-" },
		{ "a quoted on", "\"on\": push\n'jobs':\n  j:\n", "- on:push j:-" },
		{ "triggers in braces", "on: {push: {}}\njobs:\n  j:\n", "- [1 " FORM "]" },
		{ "no triggers", "jobs:\n  j:\n  k:\n", "- j:- k:-" },
		{ "an alias", "on: *x\njobs:\n  j:\n",
		  "- [1 it has an anchor, an alias, a tag or another form that hwb does not read]" },
		{ "write-all", "permissions: write-all\njobs:\n  j:\n", "W! j:-" },
		{ "read-all", "permissions: read-all\njobs:\n  j:\n", "r j:-" },
		{ "none at all", "permissions: {}\njobs:\n  j:\n", "r j:-" },
		{ "in braces", "permissions: { contents: read, 'id-token': write }\njobs:\n  j:\n", "w! j:-" },
		{ "an expression for a level", "permissions:\n  id-token: ${{ x }}\njobs:\n  j:\n", "? j:-" },
		{ "a level with escapes", "permissions:\n  id-token: \"wr\\x69te\"\njobs:\n  j:\n", "? j:-" },
		{ "of a job",
		  "jobs:\n  j:\n    permissions:\n      id-token: write\n    environment: pypi\n  k:\n    permissions: {}\n",
		  "- j:w!E k:r" },
		{ "an environment with a name", "jobs:\n  j:\n    environment:\n      name: pypi\n", "- j:-E" },
		{ "a reusable workflow", "jobs:\n  j:\n    uses: o/r/.github/workflows/x.yml@main\n    secrets: inherit\n",
		  "- j:-C o/r/.github/workflows/x.yml@main=N3" },
		{ "a local action", STEPS("    - uses: ./a\n"), "- j:-R ./a=L4" },
		{ "a tag", STEPS("      - uses: 'a/b@v1'\n"), "- j:- a/b@v1=N4" },
		{ "no ref", STEPS("      - uses: a/b\n"), "- j:- a/b=N4" },
		{ "a short digest", STEPS("      - uses: a/b@0123456\n"), "- j:- a/b@0123456=N4" },
		{ "an image", STEPS("      - uses: docker://alpine:3\n"), "- j:- docker://alpine:3=N4" },
		{ "an expression", STEPS("      - uses: ${{ x }}\n"), "- j:- ${{ x }}=?4" },
		{ "a folded one", STEPS("      - uses: >-\n          a/b@v1\n"), "- j:- =?4 a/b@v1=?5" },
		{ "with a comment that looks like a digest", STEPS("      - uses: a/b@v1 #@" SHA "\n"), "- j:- a/b@v1=N4" },
		{ "the action that publishes",
		  STEPS("      - uses: pypa/gh-action-pypi-publish@release/v1\n        with:\n          password: x\n"),
		  "- j:-PT pypa/gh-action-pypi-publish@release/v1=N4" },
		{ "a command that publishes", STEPS("      - run: uv publish\n"), "- j:-P" },
		{ "that of hwb init",
		  STEPS("      - name: x\n        run: hwb publish --trusted-publisher=always -r testpypi dist/*\n"), "- j:-P" },
		{ "and one that builds before", STEPS("      - run: |\n          python -m build\n          twine upload dist/*\n"),
		  "- j:-PR" },
		{ "another step before",
		  STEPS("      - run: make\n      - run: twine upload dist/*\n        env:\n          TWINE_PASSWORD: x\n"),
		  "- j:-PTR" },
		{ "a token for the whole workflow", "env:\n  TWINE_PASSWORD: x\njobs:\n  j:\n", "-T j:-" },
		{ "variables of a job in braces", "jobs:\n  j:\n    env: {TWINE_PASSWORD: x}\n", "- j:- [3 " FORM "]" },
		{ "a text that looks like steps", STEPS("      - run: |\n          - uses: a/b@v1\n"), "- j:-R" },
		{ "a text that goes on", STEPS("      - run: echo\n          uses a/b\n      - uses: a/b@v1\n"), "- j:-R a/b@v1=N6" },
		{ "a block that ends", STEPS("      - run: |\n          x\n        env:\n          A: b\n      - uses: a/b@v1\n"),
		  "- j:-R a/b@v1=N8" },
		{ "a quoted text over lines, where it does not matter", "name: 'a\n  jobs:\n  b'\njobs:\n  j:\n", "- j:-" },
		{ "and where it does", STEPS("      - uses: 'a\n          b'\n"), "- j:- [5 a quoted text goes over several lines]" },
		{ "brackets on the next line", "x:\n  [ 1,\n  2 ]\npermissions:\n  { id-token: write }\njobs:\n  j:\n", "w! j:-" },
		{ "steps in brackets on the next line", "jobs:\n  j:\n    steps:\n      [{uses: a/b@v1}]\n", "- j:- [4 " FORM "]" },
		{ "steps in brackets", "jobs:\n  j:\n    steps: [{uses: a/b@v1}]\n", "- j:- [3 " FORM "]" },
		{ "jobs in braces", "jobs: {j: {}}\n", "- [1 " FORM "]" },
		{ "tabs", "jobs:\n\tj:\n", "- [2 it is indented with tabs]" },
		{ "an anchor", "jobs:\n  j: &x\n", "- [2 it has an anchor, an alias, a tag or another form that hwb does not read]" },
		{ "a merge", "jobs:\n  j:\n    <<: *x\n", "- j:- [3 a key is written in a form that hwb does not read]" },
		{ "two documents", "jobs:\n  j:\n---\njobs:\n", "- j:- [3 it is more than one document]" },
		{ "a mark of the document", "---\njobs:\n  j:\n", "- j:-" },
		{ "keys that do not line up", "jobs:\n  j:\n    steps:\n   x:\n",
		  "- j:- [4 keys of one level are not indented alike]" },
		{ "a key below a value", "name: x\n  jobs: y\n", "- [2 a key stands where none can be]" },
		{ "nothing", "", "- [1 it has no jobs that hwb can read]" },
		{ "no UTF-8", "jobs:\n  \xff:\n", "- [0 it is no text in UTF-8]" },
		{ "line ends of Windows", "on: push\r\njobs:\r\n  j:\r\n", "- on:push j:-" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct workflow w;
		arena_init(&a);
		CHECK_ROW(parse(bytes_of(rows[i].text), &a, &w) == OK, rows[i].name);
		const char *got = summary(&w, &a);
		if (strcmp(got, rows[i].want) != 0)
			test_fail(__FILE__, __LINE__, "'%s': got '%s', want '%s'", rows[i].name, got, rows[i].want);
	}
}

static void a_text_cut_anywhere_is_read_without_harm(void)
{
	for (size_t size = 0; size < sizeof whole; size++) {
		CLEANUP(arena_done) struct arena a;
		struct workflow w;
		arena_init(&a);
		CHECK(parse(bytes_make(whole, size), &a, &w) == OK);
	}
}

static void a_record_reads_back_and_a_cut_one_does_not(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct workflow w, again;
	arena_init(&a);
	buf_init(&record, 1 << 20);
	CHECK(parse(bytes_of(whole), &a, &w) == OK);
	workflow_write(&w, &record);
	CHECK(workflow_read(buf_bytes(&record), &a, &again, NULL) == OK);
	CHECK(strcmp(summary(&w, &a), summary(&again, &a)) == 0);
	for (size_t size = 0; size < record.size; size++)
		CHECK(workflow_read(bytes_part(buf_bytes(&record), 0, size), &a, &again, NULL) == ERR_FORMAT);
	for (size_t i = 0; i < record.size; i++) { /* whatever is changed is refused, or within the bounds of the types */
		record.data[i] ^= 0xff;
		if (workflow_read(buf_bytes(&record), &a, &again, NULL) == OK)
			(void)summary(&again, &a);
		record.data[i] ^= 0xff;
	}
}

static void limits_are_exact(void)
{
	static const struct {
		const char *name, *head, *before, *after;
		size_t max;
	} rows[] = { { "jobs", "jobs:\n", "  j", ":\n", WORKFLOW_JOBS_MAX },
		     { "uses", "jobs:\n  j:\n    steps:\n", "    - uses: a/b@v", "\n", WORKFLOW_USES_MAX },
		     { "triggers", "on:\n", "- t", "\n", WORKFLOW_TRIGGERS_MAX } };
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t more = 0; more < 2; more++) {
			CLEANUP(arena_done) struct arena a;
			CLEANUP(buf_done) struct buf text;
			struct workflow w;
			arena_init(&a);
			buf_init(&text, WORKFLOW_SIZE_MAX);
			buf_add_string(&text, rows[i].head);
			for (size_t k = 0; k < rows[i].max + more; k++)
				buf_printf(&text, "%s%zu%s", rows[i].before, k, rows[i].after);
			CHECK_ROW(parse(buf_bytes(&text), &a, &w) == (more ? ERR_LIMIT : OK), rows[i].name);
		}
	for (size_t more = 0; more < 2; more++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf text;
		struct workflow w;
		arena_init(&a);
		buf_init(&text, 1 << 20);
		for (size_t k = 0; k < WORKFLOW_DEPTH_MAX + more; k++)
			buf_printf(&text, "%*sk:\n", (int)k, "");
		CHECK(parse(buf_bytes(&text), &a, &w) == OK);
		CHECK((bytes_search(w.unread, BYTES("nested")) < w.unread.size) == (more == 1));
		CHECK(parse(bytes_make(arena_alloc(&a, WORKFLOW_SIZE_MAX + 1, 1), WORKFLOW_SIZE_MAX + more), &a, &w) ==
		      (more ? ERR_LIMIT : OK));
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "facts are read and everything else is said", facts_are_read_and_everything_else_is_said },
		{ "a text cut anywhere is read without harm", a_text_cut_anywhere_is_read_without_harm },
		{ "a record reads back and a cut one does not", a_record_reads_back_and_a_cut_one_does_not },
		{ "limits are exact", limits_are_exact },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
