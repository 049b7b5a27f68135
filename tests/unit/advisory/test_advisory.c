#include "advisory/advisory.h"

#include <unistd.h>

#include "advisory/osv.h"
#include "advisory/pins.h"
#include "advisory/store.h"
#include "advisory/verbs.h"
#include "base/cleanup.h"
#include "harness.h"
#include "place.h"

#define TIME "\"modified\":\"2026-01-02T03:04:05Z\""
#define WHOLE \
	"{\"id\":\"GHSA-1\"," TIME ",\"withdrawn\":\"2026-02-01T00:00:00Z\",\"aliases\":[\"CVE-1\"],\"summary\":\"a hole\"," \
	"\"severity\":[{\"type\":\"CVSS_V3\",\"score\":\"CVSS:3.1/AV:N\"}],\"affected\":[" \
	"{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"De.Mo\"},\"versions\":[\"1.0\"],\"ranges\":[" \
	"{\"type\":\"GIT\",\"events\":[{\"introduced\":\"abc\"}]}," \
	"{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2\"}]}]}," \
	"{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"x\",\"purl\":\"pkg:deb/debian/x?arch=source\"},\"versions\":[\"1-1\"]}," \
	"{\"package\":{\"ecosystem\":\"Go\",\"name\":\"y\"}}]}"

static void write_whole(struct buf *out, struct arena *a)
{
	struct advisory v;
	CHECK(osv_advisory_parse(BYTES(WHOLE), true, a, &v, NULL) == OK);
	buf_init(out, 1 << 20);
	advisory_write(&v, out);
}

static void an_advisory_reads_back(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct advisory v;
	arena_init(&a);
	write_whole(&record, &a);
	struct wire w = wire_over(buf_bytes(&record));
	CHECK(advisory_read(&w, &a, &v, NULL) == OK && wire_end(&w, "advisory", NULL) == OK);
	CHECK_BYTES(v.id, BYTES("GHSA-1"));
	CHECK_BYTES(v.aliases[0], BYTES("CVE-1"));
	CHECK_BYTES(v.summary, BYTES("a hole"));
	CHECK_BYTES(v.severity, BYTES("CVSS:3.1/AV:N"));
	CHECK(v.n_aliases == 1 && v.modified_unix == 1767323045 && v.withdrawn_unix == 1769904000 && v.n_packages == 2);
	CHECK_BYTES(v.packages[0].name, BYTES("de-mo"));
	CHECK(v.packages[0].n_ranges == 1 && v.packages[0].ranges[0].n_events == 2 && v.packages[0].n_versions == 1);
	CHECK(v.packages[0].ranges[0].events[1].kind == EVENT_FIXED);
	CHECK_BYTES(v.packages[1].name, BYTES("pkg:deb/debian/x"));
	CHECK(osv_advisory_parse(BYTES(WHOLE), false, &a, &v, NULL) == OK && v.n_packages == 1);
}

static void a_record_breaks_at_every_cut(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct advisory v;
	arena_init(&a);
	write_whole(&record, &a);
	for (size_t cut = 0; cut < record.size; cut++) {
		struct wire w = wire_over(bytes_part(buf_bytes(&record), 0, cut));
		CHECK(advisory_read(&w, &a, &v, NULL) == ERR_FORMAT);
	}
	/* What hwb-parse would never write. */
	static const struct {
		size_t at;
		unsigned char byte;
	} bent[] = { { 4, '/' }, { 0, 255 } };
	for (size_t i = 0; i < COUNT(bent); i++) {
		unsigned char kept = record.data[bent[i].at];
		record.data[bent[i].at] = bent[i].byte;
		struct wire w = wire_over(buf_bytes(&record));
		CHECK(advisory_read(&w, &a, &v, NULL) == ERR_FORMAT);
		record.data[bent[i].at] = kept;
	}
}

static void json_that_is_cut_is_no_advisory(void)
{
	struct bytes whole = BYTES(WHOLE);
	for (size_t cut = 0; cut < whole.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct advisory v;
		struct diag d = { 0 };
		arena_init(&a);
		CHECK(osv_advisory_parse(bytes_part(whole, 0, cut), true, &a, &v, &d) == ERR_FORMAT && d.text[0]);
	}
}

#define EVENTS(x) \
	"{\"id\":\"A-1\"," TIME ",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"d\"},\"ranges\":[" x "]}]}"
static const struct {
	const char *what, *text, *words;
} refused[] = {
	{ "no object", "[]", "not an object" },
	{ "no id", "{" TIME "}", "no 'id'" },
	{ "an id that leads elsewhere", "{\"id\":\"../x\"," TIME "}", "'id'" },
	{ "an id that begins with a point", "{\"id\":\".x\"," TIME "}", "'id'" },
	{ "an id that is a number", "{\"id\":1," TIME "}", "id" },
	{ "an alias that is none", "{\"id\":\"A-1\"," TIME ",\"aliases\":[\"a b\"]}", "alias" },
	{ "an alias that is a number", "{\"id\":\"A-1\"," TIME ",\"aliases\":[1]}", "aliases" },
	{ "no time", "{\"id\":\"A-1\"}", "modified" },
	{ "a time that is none", "{\"id\":\"A-1\",\"modified\":\"x\"}", "modified" },
	{ "a withdrawal without a time", "{\"id\":\"A-1\"," TIME ",\"withdrawn\":\"yes\"}", "withdrawn" },
	{ "a withdrawal that is a truth", "{\"id\":\"A-1\"," TIME ",\"withdrawn\":true}", "withdrawn" },
	{ "a key twice", "{\"id\":\"A-1\",\"id\":\"A-2\"," TIME "}", "id" },
	{ "a name that is none", "{\"id\":\"A-1\"," TIME ",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\",\"name\":\"-\"}}]}",
	  "A-1" },
	{ "a package without a name", "{\"id\":\"A-1\"," TIME ",\"affected\":[{\"package\":{\"ecosystem\":\"PyPI\"}}]}", "A-1" },
	{ "affected, but no list", "{\"id\":\"A-1\"," TIME ",\"affected\":{}}", "affected" },
	{ "a range without type", EVENTS("{\"events\":[]}"), "type" },
	{ "an event of two kinds", EVENTS("{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\",\"fixed\":\"1\"}]}"), "2 of" },
	{ "an event of no kind", EVENTS("{\"type\":\"ECOSYSTEM\",\"events\":[{\"born\":\"0\"}]}"), "0 of" },
	{ "an event that is a number", EVENTS("{\"type\":\"ECOSYSTEM\",\"events\":[{\"fixed\":1}]}"), "fixed" },
};

static void json_that_makes_no_sense_is_refused(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		CLEANUP(arena_done) struct arena a;
		struct advisory v;
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_ROW(osv_advisory_parse(bytes_of(refused[i].text), true, &a, &v, &d) == ERR_FORMAT, refused[i].what);
		CHECK_ROW(strstr(d.text, refused[i].words), refused[i].what);
	}
}

static void texts_for_people_are_cut_between_letters(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct advisory v;
	arena_init(&a);
	buf_init(&text, 1 << 16);
	buf_add_string(&text, "{\"id\":\"A-1\"," TIME ",\"summary\":\"x");
	for (size_t i = 0; i < 1000; i++)
		buf_add_string(&text, "\xc3\xa4");
	buf_add_string(&text, "\"}");
	CHECK(osv_advisory_parse(buf_bytes(&text), true, &a, &v, NULL) == OK);
	CHECK(v.summary.size == ADVISORY_TEXT_MAX - 1 && bytes_is_utf8(v.summary));
}

/* ---- batches ---- */

#define BATCH "{\"results\":[{\"vulns\":[{\"id\":\"A-1\",\"modified\":\"x\"},{\"id\":\"A-2\"}],\"next_page_token\":\"t\"},{}]}"

static void an_answer_reads_back_and_breaks_at_every_cut(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct batch_answer in, out;
	arena_init(&a);
	buf_init(&record, 1 << 16);
	CHECK(osv_batch_parse(BYTES(BATCH), 2, &a, &in, NULL) == OK);
	batch_write(&in, &record);
	CHECK(batch_read(buf_bytes(&record), 2, &a, &out, NULL) == OK);
	CHECK(out.n == 2 && out.results[0].n_ids == 2 && out.results[1].n_ids == 0 && !out.results[1].token.data);
	CHECK_BYTES(out.results[0].ids[1].id, BYTES("A-2"));
	CHECK_BYTES(out.results[0].token, BYTES("t"));
	CHECK(batch_read(buf_bytes(&record), 1, &a, &out, NULL) == ERR_FORMAT);
	CHECK(batch_read(buf_bytes(&record), 3, &a, &out, NULL) == ERR_FORMAT);
	for (size_t cut = 0; cut < record.size; cut++)
		CHECK(batch_read(bytes_part(buf_bytes(&record), 0, cut), 2, &a, &out, NULL) == ERR_FORMAT);
	struct bytes whole = BYTES(BATCH);
	for (size_t cut = 0; cut < whole.size; cut++)
		CHECK(osv_batch_parse(bytes_part(whole, 0, cut), 2, &a, &out, NULL) == ERR_FORMAT);
}

static void an_answer_that_makes_no_sense_is_refused(void)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"{\"results\":{}}",
		"{\"results\":[]}",
		"{\"results\":[{},{}]}",
		"{\"results\":[1]}",
		"{\"results\":[{\"vulns\":1}]}",
		"{\"results\":[{\"vulns\":[{}]}]}",
		"{\"results\":[{\"vulns\":[{\"id\":\"a/b\"}]}]}",
		"{\"results\":[{\"next_page_token\":1}]}",
	};
	CLEANUP(arena_done) struct arena a;
	struct batch_answer answer;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(texts); i++)
		CHECK_ROW(osv_batch_parse(bytes_of(texts[i]), 1, &a, &answer, NULL) == ERR_FORMAT, texts[i]);
}

/* ---- pins ---- */

static void requirements_are_pins_or_said(void)
{
	static const struct {
		const char *text, *name, *version, *open;
		bool unreadable;
	} rows[] = {
		{ "De.Mo==1.0", "de-mo", "1.0", "", false },
		{ "demo[x] == 1.0 ; python_version < '3' # why", "demo", "1.0", "", false },
		{ "demo===weird --hash=sha256:00", "demo", "weird", "", false },
		{ "demo==1.0 \\\n --hash=sha256:00 \\\n --hash=sha256:01", "demo", "1.0", "", false },
		{ "demo>=1,<2", "demo", "", "demo<2,>=1", false },
		{ "demo==1.*", "demo", "", "demo==1.*", false },
		{ "demo", "demo", "", "demo", false },
		{ "demo @ https://a.example/d.whl", "demo", "", "", true },
		{ "-r more.txt", "", "", "", true },
		{ "-e .", "", "", "", true },
		{ "./demo.whl", "", "", "", true },
		{ "--requirement=x", "", "", "", true },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf record;
		struct pins p, q;
		arena_init(&a);
		buf_init(&record, 1 << 16);
		const char *text = arena_printf(&a, "# a comment\n\n--index-url https://a.example\n%s\n", rows[i].text);
		CHECK_ROW(pins_parse_requirements(bytes_of(text), &a, &p, NULL) == OK && p.n == 1, rows[i].text);
		pins_write(&p, &record);
		CHECK_ROW(pins_read(buf_bytes(&record), &a, &q, NULL) == OK && q.n == 1, rows[i].text);
		CHECK_ROW(bytes_equal(q.items[0].name, bytes_of(rows[i].name)), rows[i].text);
		CHECK_ROW(bytes_equal(q.items[0].version, bytes_of(rows[i].version)), rows[i].text);
		CHECK_ROW(bytes_equal(q.items[0].open, bytes_of(rows[i].open)), rows[i].text);
		CHECK_ROW((q.items[0].unreadable.data != NULL) == rows[i].unreadable && q.items[0].line == 4, rows[i].text);
		for (size_t cut = 0; cut < record.size; cut++)
			CHECK_ROW(pins_read(bytes_part(buf_bytes(&record), 0, cut), &a, &q, NULL) == ERR_FORMAT, rows[i].text);
	}
}

static void a_report_is_pins_or_refused(void)
{
	static const char whole[] = "{\"x\":1,\"locks\":[{\"packages\":[{\"name\":\"A_b\",\"version\":\"1\"}]},{\"packages\":[]}]}";
	static const char *const wrong[] = { "{}", "[]", "{\"locks\":[1]}", "{\"locks\":[{\"packages\":[{\"name\":\"a\"}]}]}",
					     "{\"locks\":[{\"packages\":[{\"name\":\"-\",\"version\":\"1\"}]}]}" };
	CLEANUP(arena_done) struct arena a;
	struct pins p;
	arena_init(&a);
	CHECK(pins_parse_report(bytes_of(whole), &a, &p, NULL) == OK && p.n == 1);
	CHECK_BYTES(p.items[0].name, BYTES("a-b"));
	for (size_t cut = 0; cut < sizeof whole - 1; cut++)
		CHECK(pins_parse_report(bytes_make(whole, cut), &a, &p, NULL) == ERR_FORMAT);
	for (size_t i = 0; i < COUNT(wrong); i++)
		CHECK_ROW(pins_parse_report(bytes_of(wrong[i]), &a, &p, NULL) == ERR_FORMAT, wrong[i]);
}

static void an_sbom_is_pins_or_refused(void)
{
	static const char whole[] =
		"{\"bomFormat\":\"CycloneDX\",\"components\":[{\"purl\":\"pkg:pypi/A_b@1.0?x=@y\",\"components\":["
		"{\"purl\":\"pkg:deb/debian/x@1%2B2-1#sub\"},{\"purl\":\"pkg:pypi/a-b@1.0\"}]},{\"purl\":\"pkg:npm/%40s/y\"},"
		"{\"purl\":\"pkg:pypi/-@1\"},{\"purl\":7},{\"name\":\"no purl\"}]}";
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct pins p = { .n = 0 }, q;
	arena_init(&a);
	buf_init(&record, 1 << 16);
	CHECK(pins_parse_sbom(bytes_of(whole), &a, &p, NULL) == OK);
	pins_write(&p, &record);
	CHECK(pins_read(buf_bytes(&record), &a, &q, NULL) == OK && q.n == 4);
	CHECK(!q.items[0].is_purl && q.items[1].is_purl && q.items[2].is_purl);
	CHECK_BYTES(q.items[0].name, BYTES("a-b"));
	CHECK_BYTES(q.items[0].version, BYTES("1.0"));
	CHECK_BYTES(q.items[1].name, BYTES("pkg:deb/debian/x"));
	CHECK_BYTES(q.items[1].version, BYTES("1+2-1"));
	CHECK(q.items[2].unreadable.data && q.items[3].unreadable.data && !q.items[3].name.data);
	for (size_t cut = 0; cut < sizeof whole - 1; cut++)
		CHECK(pins_parse_sbom(bytes_make(whole, cut), &a, &(struct pins){ .n = 0 }, NULL) == ERR_FORMAT);
	for (size_t cut = 0; cut < record.size; cut++)
		CHECK(pins_read(bytes_part(buf_bytes(&record), 0, cut), &a, &q, NULL) == ERR_FORMAT);
	CHECK(pins_parse_sbom(BYTES("{}"), &a, &p, NULL) == ERR_FORMAT);
	CHECK(pins_parse_sbom(BYTES("{\"bomFormat\":\"SPDX\"}"), &a, &p, NULL) == ERR_FORMAT);
}

/* ---- the ignore list ---- */

static void entries_have_a_reason_and_perhaps_a_day(void)
{
	static const struct {
		const char *word, *why;
		int64_t until;
		enum status want;
	} rows[] = {
		{ "A-1=why", "why", INT64_MAX, OK },
		{ " A-1 = by me@corp ", "by me@corp", INT64_MAX, OK },
		{ "A-1=why@2026-01-01", "why", 1767312000, OK }, /* the end of that day */
		{ "A-1=a=b @2026-01-01", "a=b", 1767312000, OK },
		{ "A-1=why@2026-1-1", "", 0, ERR_USAGE },
		{ "A-1=why@2026-13-01", "", 0, ERR_USAGE },
		{ "A-1=@2026-01-01", "", 0, ERR_USAGE },
		{ "A-1", "", 0, ERR_USAGE },
		{ "A/1=why", "", 0, ERR_USAGE },
		{ "MAL-1=why", "", 0, ERR_USAGE },
	};
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct advisory_ignored g;
		CHECK_ROW(advisory_ignore_parse(bytes_of(rows[i].word), false, &a, &g, NULL) == rows[i].want, rows[i].word);
		if (rows[i].want)
			continue;
		CHECK_ROW(bytes_equal(g.id, BYTES("A-1")) && bytes_equal(g.why, bytes_of(rows[i].why)), rows[i].word);
		CHECK_ROW(g.until_unix == rows[i].until, rows[i].word);
	}
}

/* ---- the store ---- */

/* A store of one advisory about "de-mo", as the verb lays it out. */
static void make_store(struct buf *out, struct arena *a)
{
	struct advisory v;
	CLEANUP(buf_done) struct buf record;
	CHECK(osv_advisory_parse(BYTES(WHOLE), false, a, &v, NULL) == OK);
	buf_init(&record, 1 << 16);
	buf_init(out, 1 << 16);
	advisory_write(&v, &record);
	buf_add(out, STORE_MAGIC);
	wire_put_u64(out, (uint64_t)v.modified_unix);
	wire_put_u64(out, 1);
	wire_put_u64(out, 1);
	wire_put_u64(out, STORE_HEADER_SIZE + record.size + 5);
	buf_add(out, buf_bytes(&record));
	buf_add(out, BYTES("de-mo"));
	wire_put_u64(out, STORE_HEADER_SIZE + record.size);
	wire_put_u64(out, STORE_HEADER_SIZE);
	wire_put_u32(out, 5);
	wire_put_u32(out, (uint32_t)record.size);
}

static void a_store_finds_what_is_in_it(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf file;
	struct store s;
	const struct advisory *found;
	size_t n;
	arena_init(&a);
	make_store(&file, &a);
	CHECK(store_over(buf_bytes(&file), &s, NULL) == OK && s.newest_unix == 1767323045 && s.n_advisories == 1);
	CHECK(store_find(&s, BYTES("de-mo"), &a, &found, &n, NULL) == OK && n == 1);
	CHECK_BYTES(found[0].id, BYTES("GHSA-1"));
	static const char *const others[] = { "a", "z", "de-mo2", "de", "" };
	for (size_t i = 0; i < COUNT(others); i++)
		CHECK_ROW(store_find(&s, bytes_of(others[i]), &a, &found, &n, NULL) == OK && n == 0, others[i]);
}

/* Nobody may find nothing where something was. */
static void a_store_that_is_cut_or_bent_is_never_clean(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf file;
	struct store s;
	const struct advisory *found;
	size_t n;
	arena_init(&a);
	make_store(&file, &a);
	for (size_t cut = 0; cut < file.size; cut++)
		CHECK(store_over(bytes_part(buf_bytes(&file), 0, cut), &s, NULL) == ERR_FORMAT);
	for (size_t at = file.size - STORE_ROW_SIZE; at < file.size; at++) {
		unsigned char kept = file.data[at];
		file.data[at] = 0xee;
		CHECK(store_over(buf_bytes(&file), &s, NULL) == OK);
		CHECK(store_find(&s, BYTES("de-mo"), &a, &found, &n, NULL) == ERR_FORMAT);
		file.data[at] = kept;
	}
}

static void verbs_take_what_fits_them(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(buf_done) struct buf ask;
	struct diag d = { 0 };
	CLEANUP(fd_close) int fd = memory_file(BYTES(WHOLE));
	arena_init(&a);
	buf_init(&reply, 1 << 20);
	buf_init(&ask, 16);
	struct verb_call call = { .fds = &fd, .n_fds = 1, .arena = &a };
	CHECK(osv_record_verb(&call, &reply, &d) == OK && reply.size > 0);
	CHECK(osv_batch_verb(&call, &reply, &d) == ERR_FORMAT); /* without a number */
	CHECK(pins_verb(&call, &reply, &d) == ERR_FORMAT);
	wire_put_u32(&ask, BATCH_QUERIES_MAX + 1);
	call.request = buf_bytes(&ask);
	CHECK(osv_batch_verb(&call, &reply, &d) == ERR_FORMAT && strstr(d.text, "queries"));
	CHECK(pins_verb(&call, &reply, &d) == ERR_FORMAT && strstr(d.text, "kind"));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "an advisory reads back", an_advisory_reads_back },
		{ "a record breaks at every cut", a_record_breaks_at_every_cut },
		{ "JSON that is cut is no advisory", json_that_is_cut_is_no_advisory },
		{ "JSON that makes no sense is refused", json_that_makes_no_sense_is_refused },
		{ "texts for people are cut between letters", texts_for_people_are_cut_between_letters },
		{ "an answer reads back, and breaks at every cut", an_answer_reads_back_and_breaks_at_every_cut },
		{ "an answer that makes no sense is refused", an_answer_that_makes_no_sense_is_refused },
		{ "requirements are pins, or said", requirements_are_pins_or_said },
		{ "a report is pins, or refused", a_report_is_pins_or_refused },
		{ "an SBOM is pins, or refused", an_sbom_is_pins_or_refused },
		{ "entries have a reason, and perhaps a day", entries_have_a_reason_and_perhaps_a_day },
		{ "a store finds what is in it", a_store_finds_what_is_in_it },
		{ "a store that is cut or bent is never clean", a_store_that_is_cut_or_bent_is_never_clean },
		{ "verbs take what fits them", verbs_take_what_fits_them },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
