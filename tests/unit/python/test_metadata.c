#include "base/encode.h"
#include "harness.h"
#include "python/metadata.h"
#include "python/record.h"
#include "truncate.h"

#define HEAD "Metadata-Version: 2.1\nName: Foo.Bar\nVersion: 1.0\n"

static void fields_are_read_up_to_the_description(void)
{
	static const char text[] = HEAD
		"Requires-Dist: a>=1\nrequires-dist: b; extra == 'X'\nProvides-Extra: X_y\nRequires-Python: >=3.8\n"
		"Dynamic: Requires-Dist\nSummary: s\n\nRequires-Dist: not a field\n";
	CLEANUP(arena_done) struct arena a;
	struct metadata m;
	struct diag d = { 0 };
	arena_init(&a);
	CHECK_ROW(metadata_parse(bytes_of(text), &a, &m, &d) == OK, d.text);
	CHECK_BYTES(m.name, BYTES("foo-bar"));
	CHECK_BYTES(m.raw_name, BYTES("Foo.Bar"));
	CHECK(m.n_requires == 2 && m.has_requires_python && m.n_extras == 1 && m.n_dynamic == 1);
	CHECK_BYTES(m.requires[0].name, BYTES("a"));
	CHECK(m.requires[1].marker != NULL && m.requires_python.n_clauses == 1);
	CHECK_BYTES(m.raw_requires[0], BYTES("a>=1"));
	CHECK_BYTES(m.extras[0], BYTES("x-y"));
	CHECK_BYTES(m.dynamic[0], BYTES("requires-dist"));
}

static void bad_metadata_is_refused(void)
{
	static const struct {
		const char *text, *named;
	} rows[] = {
		{ "", "Metadata-Version" },
		{ "Name: a\nVersion: 1\n", "Metadata-Version" },
		{ "Metadata-Version: 2.1\nVersion: 1\n", "Name" },
		{ "Metadata-Version: 2.1\nName: a\n", "Version" },
		{ HEAD "Name: b\n", "Name" },
		{ HEAD "Version: 1.0\n", "Version" },
		{ HEAD "Metadata-Version: 2.1\n", "Metadata-Version" },
		{ HEAD "Requires-Python: >=3\nRequires-Python: >=3\n", "Requires-Python" },
		{ "Metadata-Version: 3.0\nName: a\nVersion: 1\n", "newer" },
		{ "Metadata-Version: x\nName: a\nVersion: 1\n", "Metadata-Version" },
		{ "Metadata-Version: 2.1\nName: -a\nVersion: 1\n", "Name" },
		{ "Metadata-Version: 2.1\nName: a\nVersion: x\n", "Version" },
		{ HEAD "Requires-Dist: a >\n", "Requires-Dist" },
		{ HEAD "Requires-Python: 3\n", "Requires-Python" },
		{ HEAD "Provides-Extra: a b\n", "Provides-Extra" },
		{ HEAD "Dynamic: Version\n", "Dynamic" },
		{ HEAD "Requires-Dist:\n", "Requires-Dist" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct metadata m;
		struct diag d = { 0 };
		arena_init(&a);
		CHECK_ROW(metadata_parse(bytes_of(rows[i].text), &a, &m, &d) == ERR_FORMAT, rows[i].text);
		CHECK_ROW(strstr(d.text, rows[i].named) != NULL, d.text);
	}
}

static bool try_metadata(struct bytes in, struct arena *a)
{
	struct metadata m;
	return metadata_parse(in, a, &m, NULL) == OK;
}

static bool try_metadata_record(struct bytes in, struct arena *a)
{
	struct metadata m;
	return metadata_read(in, a, &m, NULL) == OK;
}

static void metadata_travels_and_is_checked_again(void)
{
	static const char text[] = HEAD "Requires-Dist: a>=1\nProvides-Extra: x\nRequires-Python: >=3.8\nDynamic: summary\n";
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record, again;
	struct metadata m, n;
	arena_init(&a);
	buf_init(&record, 4096);
	buf_init(&again, 4096);
	CHECK(metadata_parse(bytes_of(text), &a, &m, NULL) == OK);
	metadata_write(&m, &record);
	CHECK(metadata_read(buf_bytes(&record), &a, &n, NULL) == OK && metadata_same(&m, &n) &&
	      n.requires[0].specifier.n_clauses == 1);
	metadata_write(&n, &again);
	CHECK_BYTES(buf_bytes(&again), buf_bytes(&record));
	CHECK_NUMBER(each_truncation(buf_bytes(&record), try_metadata_record), 1);
	CHECK(each_truncation(bytes_of(text), try_metadata) > 1);
	n.raw_requires = (const struct bytes[]){ LIT("a >") };
	CHECK(!metadata_same(&m, &n));
	buf_clear(&again);
	metadata_write(&n, &again);
	CHECK(metadata_read(buf_bytes(&again), &a, &m, NULL) == ERR_FORMAT);
}

static void metadata_has_limits(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct metadata m;
	arena_init(&a);
	buf_init(&text, METADATA_SIZE_MAX + 1);
	buf_add_string(&text, HEAD "\n");
	buf_add(&text, repeated(&a, 'x', METADATA_SIZE_MAX - text.size));
	CHECK(metadata_parse(buf_bytes(&text), &a, &m, NULL) == OK);
	buf_add_byte(&text, 'x');
	CHECK(metadata_parse(buf_bytes(&text), &a, &m, NULL) == ERR_LIMIT);
	buf_clear(&text);
	buf_add_string(&text, HEAD);
	for (int i = 0; i < METADATA_EXTRAS_MAX; i++)
		buf_printf(&text, "Provides-Extra: e%d\n", i);
	CHECK(metadata_parse(buf_bytes(&text), &a, &m, NULL) == OK && m.n_extras == METADATA_EXTRAS_MAX);
	buf_add_string(&text, "Provides-Extra: more\n");
	CHECK(metadata_parse(buf_bytes(&text), &a, &m, NULL) == ERR_LIMIT);
}

#define SHA256 "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define SHA384 "sha384=OLBgp1GsljhM2TJ-sbHjaiH9txEUvgdDTAzHv2P24donTt6_529l-9Ua0vFImLlb"
#define SHA512 "sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg"

static void record_rows_are_read(void)
{
	static const char text[] = "a/b.py," SHA256 ",12\r\n\"c,\"\"d\"\"\"," SHA384 ",0\nx.py," SHA512
				   ",\nfoo-1.dist-info/RECORD,,\n";
	CLEANUP(arena_done) struct arena a;
	struct record r;
	struct diag d = { 0 };
	char hex[65];
	arena_init(&a);
	CHECK_ROW(record_parse(bytes_of(text), &a, &r, &d) == OK, d.text);
	CHECK_NUMBER(r.n_rows, 4);
	CHECK_BYTES(r.rows[0].path, BYTES("a/b.py"));
	CHECK(r.rows[0].algorithm == RECORD_SHA256 && r.rows[0].has_size && r.rows[0].size == 12 && r.rows[0].line == 1);
	CHECK_BYTES(r.rows[0].digest, BYTES("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"));
	hex_write(bytes_make(r.rows[0].digest_bytes, 32), hex);
	CHECK_BYTES(bytes_of(hex), BYTES("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	CHECK_BYTES(r.rows[1].path, BYTES("c,\"d\""));
	CHECK(r.rows[1].algorithm == RECORD_SHA384 && r.rows[2].algorithm == RECORD_SHA512 && !r.rows[2].has_size);
	CHECK(r.rows[3].algorithm == RECORD_NO_DIGEST && r.rows[3].line == 4);
	CHECK(record_parse(BYTES(""), &a, &r, NULL) == OK && r.n_rows == 0);
}

static void bad_record_rows_are_refused_with_their_line(void)
{
	static const struct {
		const char *row;
		enum status want;
	} rows[] = {
		{ "a," SHA256, ERR_FORMAT },
		{ "a," SHA256 ",1,2", ERR_FORMAT },
		{ "a,,", ERR_FORMAT },
		{ "RECORD,,", ERR_FORMAT },
		{ "x/y.dist-info/RECORD,,", ERR_FORMAT },
		{ "a,md5=1B2M2Y8AsgTpgAmY7PhCfg,1", ERR_REFUSED },
		{ "a,MD5=1B2M2Y8AsgTpgAmY7PhCfg,1", ERR_REFUSED },
		{ "a,sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk,1", ERR_REFUSED },
		{ "a," SHA256 "=,1", ERR_FORMAT },
		{ "a,sha256=AAAA,1", ERR_FORMAT },
		{ "a,sha256=,1", ERR_FORMAT },
		{ "a,sha256,1", ERR_FORMAT },
		{ "a,crc=AAAA,1", ERR_FORMAT },
		{ "a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV,1", ERR_FORMAT },
		{ "a," SHA256 ",-1", ERR_FORMAT },
		{ "a," SHA256 ",9223372036854775808", ERR_FORMAT },
		{ "a," SHA256 ",1 ", ERR_FORMAT },
		{ "/a," SHA256 ",1", ERR_FORMAT },
		{ "../a," SHA256 ",1", ERR_FORMAT },
		{ "./a," SHA256 ",1", ERR_FORMAT },
		{ "a//b," SHA256 ",1", ERR_FORMAT },
		{ "a\\b," SHA256 ",1", ERR_FORMAT },
		{ "," SHA256 ",1", ERR_FORMAT },
		{ "a/," SHA256 ",1", ERR_FORMAT },
		{ "\xff," SHA256 ",1", ERR_FORMAT },
		{ "ok," SHA256 ",1", ERR_FORMAT }, /* twice */
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(buf_done) struct buf text;
		struct record r;
		struct diag d = { 0 };
		arena_init(&a);
		buf_init(&text, 4096);
		buf_printf(&text, "ok," SHA256 ",1\n%s\n", rows[i].row);
		CHECK_ROW(record_parse(buf_bytes(&text), &a, &r, &d) == rows[i].want, rows[i].row);
		CHECK_ROW(d.line == 2, rows[i].row);
	}
}

static bool try_record(struct bytes in, struct arena *a)
{
	struct record r;
	return record_parse(in, a, &r, NULL) == OK;
}

static void a_record_cut_anywhere_is_read_or_refused(void)
{
	CHECK(each_truncation(BYTES("\"a,b\"," SHA256 ",1\r\nfoo-1.dist-info/RECORD,,\n"), try_record) > 1);
}

static void a_record_has_a_limit_of_rows(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf text;
	struct record r;
	arena_init(&a);
	buf_init(&text, RECORD_SIZE_MAX);
	for (int i = 0; i < RECORD_ROWS_MAX; i++)
		buf_printf(&text, "%d," SHA256 ",1\n", i);
	CHECK(record_parse(buf_bytes(&text), &a, &r, NULL) == OK && r.n_rows == RECORD_ROWS_MAX);
	buf_add_string(&text, "x," SHA256 ",1\n");
	CHECK(record_parse(buf_bytes(&text), &a, &r, NULL) == ERR_LIMIT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "fields are read up to the description", fields_are_read_up_to_the_description },
		{ "bad metadata is refused and the field named", bad_metadata_is_refused },
		{ "metadata travels as a record and is checked again", metadata_travels_and_is_checked_again },
		{ "metadata has limits", metadata_has_limits },
		{ "rows of RECORD are read", record_rows_are_read },
		{ "bad rows of RECORD are refused with their line", bad_record_rows_are_refused_with_their_line },
		{ "a RECORD cut anywhere is read or refused", a_record_cut_anywhere_is_read_or_refused },
		{ "a RECORD has a limit of rows", a_record_has_a_limit_of_rows },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
