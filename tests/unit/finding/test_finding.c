#include "harness.h"

#include "base/wire.h"
#include "finding/render.h"
#include "format/json.h"

static void the_table_is_sorted_and_complete(void)
{
	size_t n;
	const struct finding_rule *rules = finding_rules(&n);
	CHECK(n > 50);
	for (size_t i = 0; i < n; i++) {
		CHECK_ROW(rules[i].title[0] && rules[i].help[0], rules[i].id);
		CHECK_ROW(finding_rule(bytes_of(rules[i].id)) == &rules[i], rules[i].id);
		CHECK_ROW(i == 0 || strcmp(rules[i - 1].id, rules[i].id) < 0, rules[i].id);
	}
	CHECK(!finding_rule(BYTES("X99")) && !finding_rule(BYTES("")) && !finding_rule(BYTES("z07")));
}

static void what_was_written_is_read(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	arena_init(&a);
	buf_init(&record, 1 << 20);
	struct finding_list list = { .arena = &a }, back = { .arena = &a };
	struct finding *f = finding_add(&list, "R03", BYTES("a.py"), "words %d", 7);
	f->line = 3;
	f->column = 5;
	f->evidence = BYTES("x = 1");
	f->evidence_column = 5;
	f->offset = UINT64_C(1) << 40;
	finding_list_write(&list, &record);
	struct wire w = wire_over(buf_bytes(&record));
	CHECK(finding_list_read(&w, &back, NULL) == OK && wire_end(&w, "list", NULL) == OK);
	CHECK(back.n_items == 1 && strcmp(back.items[0].id, "R03") == 0 && back.items[0].severity == SEVERITY_ERROR);
	CHECK_BYTES(back.items[0].message, BYTES("words 7"));
	CHECK_BYTES(back.items[0].evidence, BYTES("x = 1"));
	CHECK(back.items[0].line == 3 && back.items[0].column == 5 && back.items[0].evidence_column == 5);
	CHECK(back.items[0].offset == UINT64_C(1) << 40);
	for (size_t cut = 0; cut < record.size; cut++) {
		struct finding_list part = { .arena = &a };
		w = wire_over(bytes_part(buf_bytes(&record), 0, cut));
		CHECK(finding_list_read(&w, &part, NULL) != OK || wire_end(&w, "list", NULL) != OK);
	}
}

static void what_is_dropped_refuses(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct finding_list list = { .arena = &a };
	struct finding_policy policy = { .profile = PROFILE_BUILD };
	for (size_t i = 0; i < FINDINGS_MAX; i++)
		CHECK(finding_add(&list, "S17", BYTES("x"), "info"));
	finding_policy_apply(&policy, &list);
	CHECK(!finding_list_refuses(&policy, &list));
	CHECK(!finding_add(&list, "S17", BYTES("x"), "info") && list.n_dropped == 1);
	CHECK(finding_list_refuses(&policy, &list));
}

static const struct {
	const char *name;
	const char *allow, *deny;
	enum finding_profile profile;
	bool on_warning, refuses;
} policies[] = {
	{ "a warning is no refusal", NULL, NULL, PROFILE_BUILD, false, false },
	{ "a warning is one when asked", NULL, NULL, PROFILE_BUILD, true, true },
	{ "a warning is an error when strict", NULL, NULL, PROFILE_STRICT, false, true },
	{ "what PyPI refuses is an error there", NULL, NULL, PROFILE_PYPI, false, true },
	{ "what is denied is an error", NULL, "M10", PROFILE_BUILD, false, true },
	{ "what is allowed is none", "M10=from our own index", NULL, PROFILE_STRICT, true, false },
	{ "deny is stronger than allow", "M10=why", "M10", PROFILE_BUILD, false, true },
};

static void policy_decides(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(policies); i++) {
		struct finding_list list = { .arena = &a };
		struct finding_policy p = { .profile = policies[i].profile, .fail_on_warning = policies[i].on_warning };
		(void)finding_add(&list, "M10", BYTES("x"), "a URL");
		if (policies[i].allow)
			CHECK(finding_policy_allow(&p, bytes_of(policies[i].allow), &a, NULL) == OK);
		if (policies[i].deny)
			CHECK(finding_policy_deny(&p, bytes_of(policies[i].deny), &a, NULL) == OK);
		finding_policy_apply(&p, &list);
		CHECK_ROW(finding_list_refuses(&p, &list) == policies[i].refuses, policies[i].name);
		CHECK_ROW(finding_refuses(&p, &list.items[0]) == policies[i].refuses, policies[i].name);
	}
}

static void words_that_are_no_policy(void)
{
	CLEANUP(arena_done) struct arena a;
	struct finding_policy p = { 0 };
	enum finding_profile profile;
	struct diag d;
	arena_init(&a);
	CHECK(finding_policy_allow(&p, BYTES("R03"), &a, &d) == ERR_USAGE && strstr(d.text, "reason"));
	CHECK(finding_policy_allow(&p, BYTES("R03=  "), &a, &d) == ERR_USAGE);
	CHECK(finding_policy_allow(&p, BYTES("R99=why"), &a, &d) == ERR_USAGE && strstr(d.text, "'R99'"));
	CHECK(finding_policy_deny(&p, BYTES("r03"), &a, &d) == ERR_USAGE);
	CHECK(finding_profile_parse(BYTES("PyPI"), &profile, &d) == ERR_USAGE);
	CHECK(finding_profile_parse(BYTES("pypi"), &profile, &d) == OK && profile == PROFILE_PYPI);
	CHECK(p.n_allowed == 0 && p.n_denied == 0);
}

/* Stands for redaction and escaping: what is dangerous is a '!'. */
static void mark(void *context, struct bytes text, struct buf *out)
{
	(void)context;
	for (size_t i = 0; i < text.size; i++)
		buf_add_byte(out, text.data[i] < 0x20 && text.data[i] != '\t' ? '!' : text.data[i]);
}

static const struct finding_style style = { .safe = mark };

static struct finding_list sample(struct arena *a)
{
	struct finding_list list = { .arena = a };
	struct finding *f = finding_add(&list, "R03", BYTES("set,up.py"), "100%% \n other bytes");
	f->line = 12;
	f->column = 9;
	f->evidence = BYTES("\tx = \xc3\xa9 +y");
	f->evidence_column = 9;
	(void)finding_add(&list, "S17", BYTES("x"), "an info");
	f = finding_add(&list, "S06", BYTES("a.pth"), "a pth");
	f->allowed = BYTES("reviewed");
	return list;
}

static void people_see_line_and_caret(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	arena_init(&a);
	buf_init(&out, 1 << 16);
	struct finding_list list = sample(&a);
	finding_write_text(&(struct finding_subject){ .path = BYTES("src"), .is_tree = true, .list = &list }, &style, &out);
	CHECK_BYTES(buf_bytes(&out), BYTES("src/set,up.py:12:9: error[R03]: 100% ! other bytes\n"
					   "    12 |  x = \xc3\xa9 +y\n"
					   "       |        ^\n"
					   "  help: change nothing after RECORD was written\n"
					   "src/a.pth: allowed[S06]: a pth\n"
					   "  because: reviewed\n"));
}

static void github_gets_one_line_each(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	arena_init(&a);
	buf_init(&out, 1 << 16);
	struct finding_list list = sample(&a);
	finding_write_github(&(struct finding_subject){ .path = BYTES("src"), .is_tree = true, .list = &list }, &style, &out);
	CHECK_BYTES(buf_bytes(&out), BYTES("::error file=src/set%2Cup.py,line=12,col=9,title=R03::100%25 ! other bytes\n"));
	buf_clear(&out);
	finding_write_github(&(struct finding_subject){ .path = BYTES("d/x.whl"), .list = &list }, &style, &out);
	CHECK_BYTES(buf_bytes(&out), BYTES("::error file=d/x.whl,line=12,col=9,title=R03::set,up.py: 100%25 ! other bytes\n"));
}

/* That it follows its schema is tested where the schema is: tests/cli/scenario_check.py. */
static void sarif_tells_what_was_not_looked_at(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	const struct json *root;
	arena_init(&a);
	buf_init(&out, 1 << 16);
	json_prepare();
	struct finding_list list = sample(&a), none = { .arena = &a };
	struct finding_subject subjects[] = { { .path = BYTES("a b"), .is_tree = true, .list = &list },
					      { .path = BYTES("c"), .list = &none, .unchecked = BYTES("died") } };
	finding_write_sarif(subjects, 2, "check", "1", &style, &out);
	CHECK(json_parse(buf_bytes(&out), &a, &root, NULL) == OK);
	struct bytes text = buf_bytes(&out);
	CHECK(bytes_search(text, BYTES("\"executionSuccessful\": false")) < text.size);
	CHECK(bytes_search(text, BYTES("\"uri\": \"a%20b/set%2Cup.py\"")) < text.size);
	CHECK(bytes_search(text, BYTES("\"startColumn\": 8")) < text.size);
	CHECK(bytes_search(text, BYTES("\"justification\": \"reviewed\"")) < text.size);
}

static const struct test tests[] = {
	{ "the table is sorted and complete", the_table_is_sorted_and_complete },
	{ "what was written is read, and nothing that is cut", what_was_written_is_read },
	{ "findings beyond the limit refuse", what_is_dropped_refuses },
	{ "the policy decides", policy_decides },
	{ "words that are no policy", words_that_are_no_policy },
	{ "people see the line and a caret", people_see_line_and_caret },
	{ "GitHub gets one line each", github_gets_one_line_each },
	{ "SARIF tells what was not looked at", sarif_tells_what_was_not_looked_at },
};

int main(int argc, char **argv)
{
	return test_main(argc, argv, tests, COUNT(tests));
}
