/* The "describe" verb, called as hwb-parse calls it: METADATA, libraries and documents of a wheel, and the report of a build. */
#include "base/wire.h"
#include "describe/describe.h"
#include "describe/verbs.h"
#include "harness.h"
#include "place.h"
#include "wheel_make.h"

struct described {
	struct arena arena;
	struct buf reply;
	struct diag d;
	enum status status;
	struct sbom sbom; /* the last of the reply */
	uint32_t n;
};

static void described_done(struct described *r)
{
	arena_done(&r->arena);
	buf_done(&r->reply);
}

static void describe_bytes(enum describe_kind kind, struct bytes file, bool is_verified, struct described *r)
{
	CLEANUP(fd_close) int fd = memory_file(file);
	CLEANUP(buf_done) struct buf ask;
	*r = (struct described){ .n = 0 };
	arena_init(&r->arena);
	buf_init(&r->reply, 1 << 20);
	buf_init(&ask, 4096);
	wire_put_u32(&ask, kind);
	wire_put_string(&ask, MADE_FILE);
	wire_put_u32(&ask, is_verified);
	wire_put_u64(&ask, 100);
	wire_put_u64(&ask, 1 << 20);
	struct verb_call c = { .request = buf_bytes(&ask), .fds = &fd, .n_fds = 1, .arena = &r->arena };
	r->status = describe_verb(&c, &r->reply, &r->d);
	if (r->status)
		return;
	struct wire w = wire_over(buf_bytes(&r->reply));
	r->n = wire_get_count(&w, 64);
	for (uint32_t i = 0; i < r->n; i++)
		sbom_get_record(&w, &r->arena, &r->sbom);
	CHECK(wire_end(&w, "reply", NULL) == OK && r->n > 0);
}

static void describe(const struct made_wheel *w, bool is_verified, struct described *r)
{
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(w, &wheel);
	describe_bytes(DESCRIBE_WHEEL, buf_bytes(&wheel), is_verified, r);
}

#define FIELDS(text) \
	{ \
		.name = MADE_INFO "METADATA", .content = "Metadata-Version: 2.1\nName: A.b\nVersion: 1.0\n" text \
	}

static void metadata_is_in_the_model(void)
{
	static const struct made_wheel w = {
		.members = { FIELDS("Author: Ann\nAuthor-email: ann@a.example, \"Doe, Bob\" <bob@a.example>, broken\n"
				    "License: MIT\n  and more text\nClassifier: License :: OSI Approved\nClassifier: Other\n"
				    "Home-page: https://a.example\nProject-URL: Bug Tracker, https://a.example/bugs\nProject-URL: Bad, not a url\n"
				    "Project-URL: Secret, https://u:p@a.example/\n"
				    "Requires-Dist: zlib; extra == 'x'\nRequires-Dist: C_c>=1\nRequires-Dist: c.c<3; extra == 'x'\n"
				    "Provides-Extra: x\n"),
			     MADE_WHEEL },
		.dos_time = 0x5a215bcd
	};
	CLEANUP(described_done) struct described r;
	describe(&w, true, &r);
	if (r.status)
		test_fail(__FILE__, __LINE__, "%s", r.d.text);
	const struct sbom *s = &r.sbom;
	CHECK_BYTES(s->name, BYTES("A.b"));
	CHECK_NUMBER(s->n_authors, 2);
	CHECK_BYTES(s->authors[0].name, BYTES("Ann"));
	CHECK_BYTES(s->authors[0].email, BYTES("ann@a.example"));
	CHECK_BYTES(s->authors[1].name, BYTES("Doe, Bob"));
	CHECK_NUMBER(s->n_licences, 2);
	CHECK_BYTES(s->licences[0], BYTES("MIT"));
	CHECK_BYTES(s->licences[1], BYTES("License :: OSI Approved"));
	CHECK_NUMBER(s->n_links, 2);
	CHECK(strcmp(s->links[1].type, "issue-tracker") == 0);
	CHECK_NUMBER(s->n_requires, 2);
	CHECK_BYTES(s->requires[0].name, BYTES("c-c"));
	CHECK(s->requires[0].n_texts == 2 && !s->requires[0].is_optional && s->requires[1].is_optional);
	CHECK_BYTES(s->requires[0].texts[0], BYTES("C_c>=1"));
	CHECK_NUMBER(s->timestamp, 1735731026); /* 2025-01-01T11:30:26Z */
}

static void licences_are_told_as_pep_639_has_them(void)
{
	static const struct {
		const char *name;
		struct made_member metadata;
		const char *expression, *first;
	} rows[] = {
		{ "an expression", FIELDS("License-Expression: MIT OR Apache-2.0\nLicense: x\n"), "MIT OR Apache-2.0", NULL },
		{ "one that is none", FIELDS("License-Expression: my own\n"), "", "my own" },
		{ "unknown", FIELDS("License: UNKNOWN\n"), "", NULL },
		{ "none", FIELDS(""), "", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(described_done) struct described r;
		struct made_wheel w = { .members = { rows[i].metadata, MADE_WHEEL } };
		describe(&w, true, &r);
		CHECK_ROW(r.status == OK && r.sbom.n_licences == (rows[i].first ? 1 : 0), rows[i].name);
		CHECK_BYTES(r.sbom.licence_expression, bytes_of(rows[i].expression));
		if (rows[i].first)
			CHECK_BYTES(r.sbom.licences[0], bytes_of(rows[i].first));
	}
}

static void secrets_are_hidden(void)
{
	static const struct made_wheel w = {
		.members = { FIELDS("Author: ghp_abcdefghijklmnopqrstuvwxyz0123456789\nRequires-Dist: c @ https://user:passw0rd@a.example/c.whl\n"),
			     MADE_WHEEL }
	};
	CLEANUP(described_done) struct described r;
	describe(&w, true, &r);
	CHECK(r.status == OK && r.sbom.n_authors == 1 && r.sbom.n_requires == 1);
	struct bytes author = r.sbom.authors[0].name, text = r.sbom.requires[0].texts[0];
	CHECK(bytes_search(author, BYTES("ghp_")) == author.size);
	CHECK(bytes_search(text, BYTES("passw0rd")) == text.size);
}

static void libraries_are_found_and_hashed(void)
{
	static const struct {
		const char *name;
		bool want;
	} rows[] = {
		{ "a_b.libs/libz-1234.so.1", true },  { "a_b/.dylibs/libz.dylib", true },
		{ "a_b.libs/z.dll", true },           { "a_b.libs/sub/libz.so", true },
		{ "a_b.libs/.load-order-x", false },  { "a_b/libz.so.1", false },
		{ "a_b/_ext.cpython-311.so", false }, { "libs/z.so", false },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int is_verified = 0; is_verified < 2; is_verified++) {
			CLEANUP(described_done) struct described r;
			struct made_wheel w = {
				.members = { MADE_METADATA, MADE_WHEEL, { .name = rows[i].name, .content = "library" } }
			};
			struct sha256 digest = sha256_of(BYTES("library"));
			describe(&w, is_verified, &r);
			CHECK_ROW(r.status == OK && r.sbom.n_components == rows[i].want, rows[i].name);
			if (rows[i].want)
				CHECK_ROW(r.sbom.components[0].has_digest && sha256_equal(&r.sbom.components[0].digest, &digest),
					  rows[i].name);
		}
}

/* RECORD is believed where somebody holds the wheel to it, and only there. */
static void record_is_believed_only_where_it_holds(void)
{
	struct made_wheel w = { .members = { MADE_METADATA,
					     MADE_WHEEL,
					     { .name = "a_b.libs/z.so",
					       .content = "library",
					       .record = "a_b.libs/z.so,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0" } } };
	struct sha256 digest = sha256_of(BYTES("library")), nothing = sha256_of(BYTES(""));
	CLEANUP(described_done) struct described trusting, looking;
	describe(&w, true, &trusting);
	describe(&w, false, &looking);
	CHECK(trusting.status == OK && sha256_equal(&trusting.sbom.components[0].digest, &nothing));
	CHECK(looking.status == OK && sha256_equal(&looking.sbom.components[0].digest, &digest));
}

#define HEAD "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.4\",\"metadata\":{\"component\":{\"name\":\"w\",\"bom-ref\":\"r\"}}"

static void documents_are_merged(void)
{
	static const struct made_wheel w = {
		.members = { MADE_METADATA,
			     MADE_WHEEL,
			     { .name = "a_b.libs/z.so", .content = "library" },
			     { .name = MADE_INFO "sboms/auditwheel.cdx.json",
			       .content = HEAD
			       ",\"components\":[{\"name\":\"w\",\"bom-ref\":\"r\"},{\"name\":\"zlib\",\"purl\":\"pkg:rpm/zlib@1\"}]}" },
			     { .name = MADE_INFO "sboms/more/own.json",
			       .content = HEAD ",\"components\":[{\"name\":\"serde\",\"purl\":\"pkg:cargo/serde@1\"}]}" },
			     { .name = MADE_INFO "sboms/odd.spdx.json", .content = "{\"spdxVersion\":\"SPDX-2.3\"}" },
			     { .name = MADE_INFO "sboms/torn.cdx.json", .content = "{" } }
	};
	CLEANUP(described_done) struct described r;
	describe(&w, true, &r);
	CHECK(r.status == OK && r.sbom.n_components == 3 && r.sbom.n_unread == 2);
	CHECK_BYTES(r.sbom.unread[0], BYTES("odd.spdx.json"));
	for (size_t i = 0; i < 3; i++) {
		const struct sbom_component *c = &r.sbom.components[i];
		const char *by = bytes_equal(c->name, BYTES("zlib"))    ? "auditwheel.cdx.json"
				 : bytes_equal(c->name, BYTES("serde")) ? "more/own.json"
									: "";
		CHECK_BYTES(c->stated_by, bytes_of(by));
	}
}

static void what_is_no_wheel_is_told_so(void)
{
	static const struct made_wheel no_metadata = { .members = { MADE_WHEEL } },
				       bad = { .members = { FIELDS("Requires-Dist: ><\n"), MADE_WHEEL } };
	CLEANUP(described_done) struct described r, s, t;
	describe(&no_metadata, true, &r);
	describe(&bad, true, &s);
	describe_bytes(DESCRIBE_WHEEL, BYTES("PK"), true, &t);
	CHECK(r.status == ERR_FORMAT && bytes_search(bytes_of(r.d.text), BYTES("METADATA")) < strlen(r.d.text));
	CHECK(s.status == ERR_FORMAT && t.status == ERR_FORMAT);
}

static void a_wheel_cut_anywhere_is_refused(void)
{
	static const struct made_wheel w = {
		.members = { MADE_METADATA, MADE_WHEEL, { .name = "a_b.libs/z.so", .content = "library" } }
	};
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(&w, &wheel);
	for (size_t i = 0; i < wheel.size; i++) {
		CLEANUP(described_done) struct described r;
		describe_bytes(DESCRIBE_WHEEL, bytes_part(buf_bytes(&wheel), 0, i), false, &r);
		CHECK(r.status == ERR_FORMAT && r.d.text[0]);
	}
}

#define OF_REPORT \
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{\"component\":{\"name\":\"w\",\"version\":\"1\"}}}"

static void reports_have_documents(void)
{
	static const struct {
		const char *name, *text;
		enum status want;
		uint32_t n;
	} rows[] = {
		{ "two wheels and an sdist",
		  "{\"artifacts\":[{\"sbom\":" OF_REPORT "},{\"kind\":\"sdist\"},{\"sbom\":" OF_REPORT "}]}", OK, 2 },
		{ "none", "{\"artifacts\":[{}]}", ERR_FORMAT, 0 },
		{ "no report", "{}", ERR_FORMAT, 0 },
		{ "no JSON", "artifacts", ERR_FORMAT, 0 },
		{ "an sbom that is none", "{\"artifacts\":[{\"sbom\":7}]}", ERR_FORMAT, 0 },
		{ "one of nobody", "{\"artifacts\":[{\"sbom\":{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\"}}]}", ERR_FORMAT,
		  0 },
		{ "artifacts of another type", "{\"artifacts\":1}", ERR_FORMAT, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(described_done) struct described r;
		describe_bytes(DESCRIBE_REPORT, bytes_of(rows[i].text), false, &r);
		CHECK_ROW(r.status == rows[i].want && r.n == rows[i].n, rows[i].name);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "METADATA is in the model", metadata_is_in_the_model },
		{ "licences are told as PEP 639 has them", licences_are_told_as_pep_639_has_them },
		{ "secrets are hidden", secrets_are_hidden },
		{ "libraries are found and hashed", libraries_are_found_and_hashed },
		{ "RECORD is believed only where it holds", record_is_believed_only_where_it_holds },
		{ "documents are merged", documents_are_merged },
		{ "what is no wheel is told so", what_is_no_wheel_is_told_so },
		{ "a wheel cut anywhere is refused", a_wheel_cut_anywhere_is_refused },
		{ "reports have documents", reports_have_documents },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
