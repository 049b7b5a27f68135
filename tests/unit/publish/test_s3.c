/* Static registries: signatures against the examples of the S3 documentation, places, the index as JSON, record and page. */
#include "base/cleanup.h"
#include "harness.h"
#include "publish/s3.h"
#include "publish/s3_index.h"

static const struct s3_key example_key = { "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL };

enum { MAY_24_2013 = 1369353600 };

/* "GET Object" and "PUT Object" of "Authenticating Requests: Using the Authorization Header"; the third by Python's hmac. */
static void signatures(void)
{
	static const struct upload_header range[] = { { "range", "bytes=0-9" } };
	static const struct upload_header dated[] = { { "date", "Fri, 24 May 2013 00:00:00 GMT" },
						      { "x-amz-storage-class", "REDUCED_REDUNDANCY" } };
	static const struct upload_header conditional[] = { { "content-type", "text/html" }, { "if-none-match", "*" } };
	static const struct {
		const char *method, *host, *path, *body;
		const struct upload_header *headers;
		size_t n_headers;
		const char *session, *names, *want;
	} rows[] = {
		{ "GET", "examplebucket.s3.amazonaws.com", "/test.txt", "", range, 1, NULL,
		  "host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
		{ "PUT", "examplebucket.s3.amazonaws.com", "/test%24file.text", "Welcome to Amazon S3.", dated, 2, NULL,
		  "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
		  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
		{ "PUT", "127.0.0.1:9000", "/b/simple/a/a-1%2Bx.whl", "Welcome to Amazon S3.", conditional, 2, "tok",
		  "content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-security-token",
		  "0efef5be330ad4056a44c62ebd04d8313b94f54763a8c17b54ddc66dc5878beb" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		const struct upload_header *out;
		size_t n;
		struct s3_key key = example_key;
		arena_init(&a);
		key.session = rows[i].session;
		struct s3_call call = { .method = rows[i].method,
					.host = rows[i].host,
					.region = "us-east-1",
					.path = bytes_of(rows[i].path),
					.payload = sha256_of(bytes_of(rows[i].body)),
					.now = MAY_24_2013,
					.headers = rows[i].headers,
					.n_headers = rows[i].n_headers };
		CHECK(s3_sign(&call, &key, &a, &out, &n, NULL) == OK);
		const char *want = arena_printf(&a,
						"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
						"aws4_request,SignedHeaders=%s,Signature=%s",
						rows[i].names, rows[i].want);
		CHECK_ROW(strcmp(out[n - 1].name, "authorization") == 0 && strcmp(out[n - 1].value, want) == 0, rows[i].path);
		for (size_t k = 0; k < n; k++)
			CHECK_ROW(!strstr(out[k].value, key.secret), rows[i].path);
		call.n_headers = S3_HEADERS_MAX + 1;
		CHECK(s3_sign(&call, &key, &a, &out, &n, NULL) == ERR_LIMIT);
	}
}

static void escapes(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	CHECK(strcmp(s3_escape(BYTES("/b/a-1.0+x!~_$ \xc3\xa9"), &a), "/b/a-1.0%2Bx%21~_%24%20%C3%A9") == 0);
}

static void places(void)
{
	static const struct {
		const char *url, *endpoint, *region, *want; /* NULL: refused */
	} rows[] = {
		{ "s3://abc", NULL, NULL, "s3://abc https://s3.us-east-1.amazonaws.com/" },
		{ "s3://abc/", NULL, "eu-west-1", "s3://abc https://s3.eu-west-1.amazonaws.com/" },
		{ "s3://a.b-c/x/Y_1~/", "http://127.0.0.1:9000", NULL, "s3://a.b-c/x/Y_1~ http://127.0.0.1:9000/" },
		{ "s3://", NULL, NULL, NULL },
		{ "s3://ab", NULL, NULL, NULL },
		{ "s3://Abc", NULL, NULL, NULL },
		{ "s3://k:secret@abc", NULL, NULL, NULL },
		{ "s3://abc/../x", NULL, NULL, NULL },
		{ "s3://abc/x//y", NULL, NULL, NULL },
		{ "s3://abc/x%2f", NULL, NULL, NULL },
		{ "s3://abc?x", NULL, NULL, NULL },
		{ "s3://abc", "https://u:secret@a.example", NULL, NULL },
		{ "s3://abc", "https://a.example/x", NULL, NULL },
		{ "s3://abc", "file:///x", NULL, NULL },
		{ "s3://abc", NULL, "eu/../x", NULL },
		{ "s3://abc", NULL, "", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct s3_place p;
		struct diag d = { 0 };
		arena_init(&a);
		enum status s = s3_place_parse(rows[i].url, rows[i].endpoint, rows[i].region, &a, &p, &d);
		CHECK_ROW(s == (rows[i].want ? OK : ERR_USAGE) && !strstr(d.text, "secret"), rows[i].url);
		if (s == OK)
			CHECK_ROW(strcmp(arena_printf(&a, "%s %s", p.name, p.endpoint), rows[i].want) == 0, rows[i].url);
	}
}

#define HEX64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PROJECT \
	"{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"a\",\"versions\":[\"2\",\"1\",\"2\"],\"files\":[" \
	"{\"filename\":\"b.whl\",\"url\":\"b.whl\",\"hashes\":{\"sha256\":\"" HEX64 "\"},\"requires-python\":\">=3\"," \
	"\"core-metadata\":{\"sha256\":\"" HEX64 "\"},\"size\":7,\"upload-time\":\"2026-01-01T00:00:00Z\"}," \
	"{\"filename\":\"a.tar.gz\",\"url\":\"https://c.example/a.tar.gz\",\"hashes\":{\"md5\":\"x\"},\"yanked\":\"<no>\",\"core-metadata\":true}]}"

static void pages(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf json;
	CLEANUP(buf_done) struct buf again;
	CLEANUP(buf_done) struct buf html;
	struct s3_index index;
	arena_init(&a);
	buf_init(&json, 1 << 16);
	buf_init(&again, 1 << 16);
	buf_init(&html, 1 << 16);
	CHECK(s3_index_parse(BYTES(PROJECT), false, &a, &index, NULL) == OK);
	CHECK_NUMBER(index.n_names, 2);
	CHECK_NUMBER(index.n_files, 2);
	CHECK_BYTES(index.files[0].name, BYTES("a.tar.gz"));
	CHECK(!index.files[0].has_digest && !index.files[0].has_metadata && index.files[0].yanked && index.files[1].has_metadata);
	s3_index_json(&index, false, &json);
	CHECK(s3_index_parse(buf_bytes(&json), false, &a, &index, NULL) == OK);
	s3_index_json(&index, false, &again);
	CHECK_BYTES(buf_bytes(&again), buf_bytes(&json)); /* what we write is what we read */
	s3_index_html(&index, false, &html);
	const char *page = buf_string(&html);
	CHECK(strstr(page, "<a href=\"b.whl#sha256=" HEX64 "\" data-requires-python=\"&gt;=3\" data-core-metadata=\"sha256=" HEX64
			   "\" data-dist-info-metadata=\"sha256=" HEX64 "\">b.whl</a>"));
	CHECK(strstr(page, "<a href=\"https://c.example/a.tar.gz\" data-yanked=\"&lt;no&gt;\">a.tar.gz</a>"));
	struct s3_file same = { .name = BYTES("b.whl"), .url = BYTES("x") };
	CHECK(!s3_index_add_file(&index, &same, &a) && s3_index_find(&index, same.name)->size == 7);
	same.name = BYTES("aa.whl");
	CHECK(s3_index_add_file(&index, &same, &a) && index.n_files == 3 && s3_index_find(&index, same.name) == &index.files[1]);
	CHECK(s3_index_add_name(&index, BYTES("1.5"), &a) && !s3_index_add_name(&index, BYTES("2"), &a) && index.n_names == 3);
}

static void root(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf html;
	struct s3_index index;
	arena_init(&a);
	buf_init(&html, 1 << 16);
	CHECK(s3_index_parse(BYTES("{\"projects\":[{\"name\":\"b\"},{\"name\":\"a\"}]}"), true, &a, &index, NULL) == OK);
	s3_index_html(&index, true, &html);
	CHECK(index.n_names == 2 && strstr(buf_string(&html), "<a href=\"a/\">a</a><br/>\n<a href=\"b/\">b</a>"));
}

static void refused(void)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "nothing", "" },
		{ "a list", "[]" },
		{ "no name", "{\"files\":[]}" },
		{ "no files", "{\"name\":\"a\"}" },
		{ "a file without a URL", "{\"name\":\"a\",\"files\":[{\"filename\":\"a\",\"hashes\":{}}]}" },
		{ "a file twice",
		  "{\"name\":\"a\",\"files\":[{\"filename\":\"a\",\"url\":\"a\"},{\"filename\":\"a\",\"url\":\"b\"}]}" },
		{ "a file in another folder", "{\"name\":\"a\",\"files\":[{\"filename\":\"../a\",\"url\":\"a\"}]}" },
		{ "a URL that is a program", "{\"name\":\"a\",\"files\":[{\"filename\":\"a\",\"url\":\"javascript:x\"}]}" },
		{ "a URL that ends its attribute", "{\"name\":\"a\",\"files\":[{\"filename\":\"a\",\"url\":\"a\\\" x\"}]}" },
		{ "a hash that is none",
		  "{\"name\":\"a\",\"files\":[{\"filename\":\"a\",\"url\":\"a\",\"hashes\":{\"sha256\":\"xyz\"}}]}" },
		{ "a line end in words",
		  "{\"name\":\"a\",\"files\":[{\"filename\":\"a\",\"url\":\"a\",\"requires-python\":\"a\\nb\"}]}" },
		{ "a version with a blank", "{\"name\":\"a\",\"versions\":[\"a b\"],\"files\":[]}" },
		{ "a version that is a number", "{\"name\":\"a\",\"versions\":[1],\"files\":[]}" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		struct s3_index index;
		struct diag d = { 0 };
		arena_init(&a);
		enum status s = s3_index_parse(bytes_of(rows[i].text), false, &a, &index, &d);
		CHECK_ROW(s == ERR_FORMAT && d.text[0], rows[i].name);
	}
}

/* Cut anywhere, neither the JSON nor the record is one; with a byte changed the record is one or is not, and nothing else. */
static void cut(void)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf record;
	struct s3_index index, other;
	struct bytes text = BYTES(PROJECT);
	arena_init(&a);
	buf_init(&record, 1 << 16);
	for (size_t n = 0; n < text.size; n++)
		CHECK(s3_index_parse(bytes_part(text, 0, n), false, &a, &other, NULL) == ERR_FORMAT);
	CHECK(s3_index_parse(text, false, &a, &index, NULL) == OK);
	s3_index_write(&index, &record);
	CHECK(s3_index_read(buf_bytes(&record), &a, &other, NULL) == OK && other.n_files == 2);
	for (size_t n = 0; n < record.size; n++)
		CHECK(s3_index_read(bytes_part(buf_bytes(&record), 0, n), &a, &other, NULL) == ERR_FORMAT);
	for (size_t n = 0; n < record.size; n++) {
		record.data[n] ^= 0x80;
		enum status s = s3_index_read(buf_bytes(&record), &a, &other, NULL);
		CHECK(s == OK || s == ERR_FORMAT);
		record.data[n] ^= 0x80;
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "requests are signed as the documentation says", signatures },
		{ "paths are escaped as they are signed", escapes },
		{ "places of buckets", places },
		{ "an index is read, written and shown", pages },
		{ "the root lists projects", root },
		{ "what no simple index has is refused", refused },
		{ "a cut index is none", cut },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
