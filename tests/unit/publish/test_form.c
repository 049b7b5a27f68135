/* The form of a distribution: which fields its metadata makes, and what hwb takes of hwb-parse's record of it. */
#include "base/cleanup.h"
#include "harness.h"
#include "publish/form.h"

#define HEAD "Metadata-Version: 2.4\nName: My_Demo..Tool\nVersion: 1.0\n"

struct made {
	struct arena arena;
	struct form form;
	struct diag d;
	enum status status;
};

static void make(struct made *m, const char *text)
{
	*m = (struct made){ 0 };
	arena_init(&m->arena);
	m->status = form_make(bytes_of(text), FORM_WHEEL, BYTES("my_demo-1.0-py2.py3-none-any.whl"), &m->arena, &m->form, &m->d);
}

static void made_done(struct made *m)
{
	arena_done(&m->arena);
}

/* The values of a field, each ended by '|'. */
static struct bytes values(const struct made *m, const char *name, char *room, size_t size)
{
	size_t n = 0;
	room[0] = '\0';
	for (size_t i = 0; i < m->form.n_fields; i++)
		if (strcmp(m->form.fields[i].name, name) == 0)
			n += (size_t)snprintf(room + n, size - n, "%.*s|", BYTES_ARG(m->form.fields[i].value));
	return bytes_of(room);
}

static void fields_of_metadata(void)
{
	static const struct {
		const char *name, *text, *field, *want;
	} rows[] = {
		{ "the name of a form is safe, not normal", HEAD, "name", "My-Demo..Tool|" },
		{ "runs of odd letters are one dash", "Metadata-Version: 2.1\nName: a-_-b\nVersion: 1\n", "name", "a-b|" },
		{ "the version is as written", HEAD, "version", "1.0|" },
		{ "the tag of Python is that of the file", HEAD, "pyversion", "py2.py3|" },
		{ "a wheel is a bdist_wheel", HEAD, "filetype", "bdist_wheel|" },
		{ "what is there several times is sent several times", HEAD "Classifier: A\nClassifier: B\n", "classifiers", "A|B|" },
		{ "platforms are in the singular", HEAD "Platform: any\nPlatform: other\n", "platform", "any|other|" },
		{ "keywords are one list", HEAD "Keywords: a,b , c d\n", "keywords", "a, b, c d|" },
		{ "a single keyword is a list, too", HEAD "Keywords: one\n", "keywords", "one|" },
		{ "a project's URL has its label", HEAD "Project-URL:  Home ,https://a.example\n", "project_urls",
		  "Home, https://a.example|" },
		{ "UNKNOWN is nothing", HEAD "Summary: UNKNOWN\nLicense:  UNKNOWN \n", "summary", "" },
		{ "an empty field is none", HEAD "Summary:\n", "summary", "" },
		{ "the description is what follows", HEAD "\nhello\n\nworld\n", "description", "hello\n\nworld\n|" },
		{ "or a header of the old kind", HEAD "Description: hello\n", "description", "hello|" },
		{ "licence files are sent from 2.4 on", HEAD "License-File: COPYING\n", "license_file", "COPYING|" },
		{ "and not before", "Metadata-Version: 2.3\nName: a\nVersion: 1\nLicense-File: COPYING\n", "license_file", "" },
		{ "nor an expression", "Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense-Expression: MIT\n",
		  "license_expression", "" },
		{ "an import name is sent from 2.5 on", "Metadata-Version: 2.5\nName: a\nVersion: 1\nImport-Name: a\n",
		  "import_name", "a|" },
		{ "and not before", HEAD "Import-Name: a\n", "import_name", "" },
		{ "requirements are as written", HEAD "Requires-Dist: b>1 ; extra == 'x'\nProvides-Extra: x\n", "requires_dist",
		  "b>1 ; extra == 'x'|" },
		{ "names of headers have no case", HEAD "home-PAGE: https://a.example\n", "home_page", "https://a.example|" },
		{ "a field that no form has is not sent", HEAD "Private: x\n", "private", "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(made_done) struct made m;
		char room[512];
		make(&m, rows[i].text);
		CHECK_ROW(m.status == OK, rows[i].name);
		CHECK_ROW(bytes_equal(values(&m, rows[i].field, room, sizeof room), bytes_of(rows[i].want)), rows[i].name);
	}
}

static void refusals(void)
{
	static const char *const texts[] = {
		"",
		"Name: a\nVersion: 1\n",
		HEAD "Summary: a\nSummary: b\n",
		HEAD "\nx\xff\n",
		"Metadata-Version: 2.1\nName: -\nVersion: 1\n",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		CLEANUP(made_done) struct made m;
		make(&m, texts[i]);
		CHECK_ROW(m.status == ERR_FORMAT && m.d.text[0], texts[i]);
	}
}

static void table(void)
{
	size_t n;
	const struct form_row *rows = form_rows(&n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			CHECK_ROW(strcmp(rows[i].field, rows[k].field) != 0 && strcmp(rows[i].header, rows[k].header) != 0,
				  rows[i].field);
	CHECK(n == 32);
}

/* ---- the record ---- */

static struct bytes whole_record(struct made *m, struct buf *out)
{
	make(m, HEAD "Classifier: A\nClassifier: B\nSummary: s\n\nhello\n");
	CHECK(m->status == OK);
	buf_init(out, 1 << 16);
	form_write(&m->form, out);
	return buf_bytes(out);
}

static void record_round(void)
{
	CLEANUP(made_done) struct made m;
	CLEANUP(buf_done) struct buf record;
	struct form again;
	struct bytes b = whole_record(&m, &record);
	CHECK(form_read(b, &m.arena, &again, &m.d) == OK);
	CHECK_NUMBER(again.n_fields, m.form.n_fields);
	for (size_t i = 0; i < again.n_fields; i++) {
		CHECK(strcmp(again.fields[i].name, m.form.fields[i].name) == 0);
		CHECK_BYTES(again.fields[i].value, m.form.fields[i].value);
	}
	CHECK_BYTES(again.name, BYTES("My_Demo..Tool"));
}

static void record_cut(void)
{
	CLEANUP(made_done) struct made m;
	CLEANUP(buf_done) struct buf record;
	struct form again;
	struct bytes b = whole_record(&m, &record);
	for (size_t i = 0; i < b.size; i++)
		CHECK(form_read(bytes_part(b, 0, i), &m.arena, &again, NULL) != OK);
}

/* Fields that hwb-parse would never send: whoever holds that program could. */
static void record_forged(void)
{
	struct upload_field good[] = {
		{ "metadata_version", BYTES("2.1") }, { "name", BYTES("a") },           { "version", BYTES("1") },
		{ "filetype", BYTES("sdist") },       { "pyversion", BYTES("source") }, { "summary", BYTES("s") },
	};
	static const struct {
		const char *name;
		size_t at;
		struct upload_field field;
	} rows[] = {
		{ "a field of hwb's own", 5, { ":action", LIT("remove_pkg") } },
		{ "the digest", 5, { "sha256_digest", LIT("00") } },
		{ "a single field twice", 5, { "name", LIT("b") } },
		{ "an empty value", 5, { "summary", LIT("") } },
		{ "a NUL", 5, { "summary", LIT("a\0b") } },
		{ "bytes that are no text", 5, { "summary", LIT("\xff") } },
		{ "no version", 2, { "summary", LIT("s") } },
		{ "no kind", 3, { "author", LIT("s") } },
	};
	for (size_t i = 0; i <= COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf record;
		struct upload_field fields[COUNT(good)];
		struct form form = { fields, COUNT(good), BYTES("a"), BYTES("1") }, got;
		memcpy(fields, good, sizeof good);
		if (i < COUNT(rows))
			fields[rows[i].at] = rows[i].field;
		arena_init(&a);
		buf_init(&record, 4096);
		form_write(&form, &record);
		enum status s = form_read(buf_bytes(&record), &a, &got, NULL);
		CHECK_ROW((s == OK) == (i == COUNT(rows)), i < COUNT(rows) ? rows[i].name : "good");
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "metadata makes the fields of the form", fields_of_metadata },
		{ "what makes no form is refused", refusals },
		{ "every field of the table is there once", table },
		{ "a record gives the form back", record_round },
		{ "a record that is cut anywhere is refused", record_cut },
		{ "a record that hwb-parse would not write is refused", record_forged },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
