#include "index/page.h"

#include "base/wire.h"
#include "harness.h"
#include "index/verbs.h"
#include "place.h"

#define DIGITS "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OTHER "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* ---- the record ---- */

static struct index_file file(const char *name, const char *url)
{
	return (struct index_file){ .filename = bytes_of(name), .url = bytes_of(url) };
}

static void write_page(struct index_file *files, size_t n, struct buf *out)
{
	struct index_project p = { .files = files, .n_files = n, .index = BYTES("https://example.org/simple/") };
	buf_init(out, 1 << 20);
	page_write(&p, out);
}

static void a_page_reads_back(void)
{
	CLEANUP(buf_done) struct buf b;
	CLEANUP(arena_done) struct arena a;
	struct index_project p;
	struct index_file in[] = {
		file("a_b-1.0-cp311-cp311-linux_x86_64.whl", "https://example.org/a_b-1.0-cp311-cp311-linux_x86_64.whl"),
		file("a-b-2.0.tar.gz", "https://example.org/a-b-2.0.tar.gz"),
	};
	in[0].has_digest = in[0].has_size = in[0].has_upload_time = in[0].yanked = in[0].has_metadata = in[0].has_metadata_digest = true;
	in[0].digest = sha256_of(BYTES("abc"));
	in[0].metadata_digest = sha256_of(BYTES(""));
	in[0].size = UINT64_MAX;
	in[0].upload_time = -7;
	in[0].upload_time_text = BYTES("1969-12-31T23:59:53Z");
	in[0].requires_python = BYTES(">=3.8");
	in[0].yanked_reason = BYTES("broken");
	arena_init(&a);
	write_page(in, 2, &b);
	CHECK(page_read(buf_bytes(&b), BYTES("a-b"), "index", &a, &p, NULL) == OK && p.n_files == 2 && p.status == INDEX_ACTIVE);
	const struct index_file *f = &p.files[0];
	CHECK(f->kind == INDEX_WHEEL && f->has_digest && sha256_equal(&f->digest, &in[0].digest) && f->has_metadata_digest);
	CHECK(sha256_equal(&f->metadata_digest, &in[0].metadata_digest) && f->has_size && f->size == UINT64_MAX && f->has_upload_time);
	CHECK(f->upload_time == -7 && f->yanked && f->has_metadata && strcmp(f->hash_source, "index") == 0);
	CHECK_BYTES(f->requires_python, BYTES(">=3.8"));
	CHECK_BYTES(f->yanked_reason, BYTES("broken"));
	CHECK_BYTES(f->upload_time_text, in[0].upload_time_text);
	CHECK_BYTES(f->index, BYTES("https://example.org/simple/"));
	CHECK_BYTES(f->wheel.platform[0], BYTES("linux_x86_64"));
	f = &p.files[1];
	CHECK(f->kind == INDEX_SDIST && !f->has_digest && !f->has_size && !f->has_upload_time && !f->yanked && !f->has_metadata);
	CHECK(f->requires_python.size == 0);
}

static void a_record_says_what_the_project_is(void)
{
	unsigned char reason[PAGE_REASON_MAX + 1];
	memset(reason, 'r', sizeof reason);
	for (uint32_t i = 0; i <= N_INDEX_STATUS; i++) {
		CLEANUP(buf_done) struct buf b;
		CLEANUP(arena_done) struct arena a;
		struct index_file in = file("a-1.tar.gz", "https://example.org/a-1.tar.gz");
		struct index_project p = { .files = &in, .n_files = 1, .status = (enum index_status)i, .status_reason = BYTES("why") };
		arena_init(&a);
		buf_init(&b, 1 << 20);
		page_write(&p, &b);
		if (i == N_INDEX_STATUS) {
			CHECK(page_read(buf_bytes(&b), BYTES("a"), "index", &a, &p, NULL) == ERR_FORMAT);
			continue;
		}
		CHECK(page_read(buf_bytes(&b), BYTES("a"), "index", &a, &p, NULL) == OK && p.status == (enum index_status)i);
		CHECK(p.files[0].status == p.status);
		CHECK_BYTES(p.files[0].status_reason, BYTES("why"));
		p.status_reason = bytes_make(reason, sizeof reason);
		buf_clear(&b);
		page_write(&p, &b);
		CHECK(page_read(buf_bytes(&b), BYTES("a"), "index", &a, &p, NULL) == OK);
		CHECK_NUMBER(p.status_reason.size, PAGE_REASON_MAX);
	}
}

static void a_page_breaks_at_every_cut(void)
{
	CLEANUP(buf_done) struct buf b;
	struct index_file in[] = { file("a-1.tar.gz", "https://example.org/a-1.tar.gz"),
				   file("a-2.tar.gz", "https://example.org/a-2.tar.gz") };
	in[1].has_digest = true;
	write_page(in, 2, &b);
	for (size_t cut = 0; cut < b.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		struct index_project p = { .n_files = 77 };
		struct diag d = { 0 };
		unsigned char *copy = malloc(cut ? cut : 1);
		arena_init(&a);
		bytes_copy(copy, bytes_part(buf_bytes(&b), 0, cut));
		CHECK_NUMBER(page_read(bytes_make(copy, cut), BYTES("a"), "index", &a, &p, &d), ERR_FORMAT);
		CHECK(p.n_files == 77 && d.text[0]);
		free(copy);
	}
	CLEANUP(arena_done) struct arena a;
	struct index_project p;
	arena_init(&a);
	buf_add_byte(&b, 0);
	CHECK(page_read(buf_bytes(&b), BYTES("a"), "index", &a, &p, NULL) == ERR_FORMAT);
	CHECK(page_read(BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff"), BYTES("a"), "index", &a, &p, NULL) == ERR_FORMAT);
	/* A flag without its digest, and a digest of the wrong size. */
	CHECK(page_read(BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0"
			      "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			      "\0\0\0\0\0\0\0\0\0\0\0\0"),
			BYTES("a"), "index", &a, &p, NULL) == ERR_FORMAT);
}

static void files_that_do_not_belong_are_dropped(void)
{
	static const struct {
		const char *name, *url;
		bool index, local;
	} rows[] = {
		{ "a_b-1.0-py3-none-any.whl", "https://example.org/x", true, true },
		{ "A.B-1.0-py3-none-any.whl", "http://example.org/x", true, true },
		{ "a-b-1.0.tar.gz", "https://example.org/x", true, true },
		{ "a-b-1.0.zip", "https://example.org/x", true, true },
		{ "other-1.0-py3-none-any.whl", "https://example.org/x", false, false },
		{ "a-1.0-py3-none-any.whl", "https://example.org/x", false, false },
		{ "a_b_c-1.0.tar.gz", "https://example.org/x", false, false },
		{ "a_b-1.0.exe", "https://example.org/x", false, false },
		{ "a_b-1.0-py3-none-any.whl.metadata", "https://example.org/x", false, false },
		{ "a_b-1.0.tar.bz2", "https://example.org/x", false, false },
		{ "a_b-not.a.version-py3-none-any.whl", "https://example.org/x", false, false },
		{ "../a_b-1.0-py3-none-any.whl", "https://example.org/x", false, false },
		{ "", "https://example.org/x", false, false },
		{ "a_b-1.0-py3-none-any.whl", "file:///etc/passwd", false, true },
		{ "a_b-1.0-py3-none-any.whl", "file://host/etc/passwd", false, false },
		{ "a_b-1.0-py3-none-any.whl", "file:/etc/passwd", false, false },
		{ "a_b-1.0-py3-none-any.whl", "FILE:///etc/passwd", false, false },
		{ "a_b-1.0-py3-none-any.whl", "ftp://example.org/x", false, false },
		{ "a_b-1.0-py3-none-any.whl", "data:,x", false, false },
		{ "a_b-1.0-py3-none-any.whl", "/etc/passwd", false, false },
		{ "a_b-1.0-py3-none-any.whl", "", false, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf b;
		CLEANUP(arena_done) struct arena a;
		struct index_project p;
		struct index_file f = file(rows[i].name, rows[i].url);
		arena_init(&a);
		write_page(&f, 1, &b);
		CHECK_ROW(page_read(buf_bytes(&b), BYTES("a-b"), "index", &a, &p, NULL) == OK && p.n_files == rows[i].index,
			  rows[i].name);
		CHECK_ROW(page_read(buf_bytes(&b), BYTES("a-b"), "local", &a, &p, NULL) == OK && p.n_files == rows[i].local,
			  rows[i].url);
	}
}

static void files_are_sorted_by_version_then_name(void)
{
	static const char *const in[] = {
		"a-10.0.tar.gz",  "a-2.0.tar.gz",       "a-2.0-py3-none-any.whl", "a-2.0rc1.tar.gz",
		"a-1!0.1.tar.gz", "a-2.0.post1.tar.gz", "a-2.0.dev3.tar.gz",
	};
	static const char *const want[] = {
		"a-2.0.dev3.tar.gz",  "a-2.0rc1.tar.gz", "a-2.0-py3-none-any.whl", "a-2.0.tar.gz",
		"a-2.0.post1.tar.gz", "a-10.0.tar.gz",   "a-1!0.1.tar.gz",
	};
	CLEANUP(buf_done) struct buf b;
	CLEANUP(arena_done) struct arena a;
	struct index_project p;
	struct index_file files[COUNT(in)];
	arena_init(&a);
	for (size_t i = 0; i < COUNT(in); i++)
		files[i] = file(in[i], "https://example.org/x");
	write_page(files, COUNT(in), &b);
	CHECK(page_read(buf_bytes(&b), BYTES("a"), "index", &a, &p, NULL) == OK && p.n_files == COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		CHECK_BYTES(p.files[i].filename, bytes_of(want[i]));
}

/* ---- the verb ---- */

struct paged {
	struct arena arena;
	struct buf reply;
	struct diag d;
	enum status status;
	struct index_project page;
};

static void paged_done(struct paged *p)
{
	arena_done(&p->arena);
	buf_done(&p->reply);
}

static void read_text(const char *project, const char *base, const char *type, struct bytes text, struct paged *p)
{
	CLEANUP(fd_close) int fd = memory_file(text);
	CLEANUP(buf_done) struct buf ask;
	*p = (struct paged){ 0 };
	arena_init(&p->arena);
	buf_init(&p->reply, 1 << 20);
	buf_init(&ask, 4096);
	wire_put_string(&ask, project);
	wire_put_string(&ask, base);
	wire_put_string(&ask, type);
	struct verb_call c = { .request = buf_bytes(&ask), .fds = &fd, .n_fds = 1, .arena = &p->arena };
	p->status = page_verb(&c, &p->reply, &p->d);
	if (p->status == OK && page_read(buf_bytes(&p->reply), bytes_of(project), "index", &p->arena, &p->page, &p->d))
		test_fail(__FILE__, __LINE__, "the reply is malformed: %s", p->d.text);
}

#define BASE_URL "https://example.org/simple/a/"
#define JSON_TYPE "application/vnd.pypi.simple.v1+json"
#define ONE(more) \
	"{\"meta\":{\"api-version\":\"1.1\"},\"name\":\"a\",\"files\":[{\"filename\":\"a-1.0-py3-none-any.whl\"," \
	"\"url\":\"a-1.0-py3-none-any.whl\",\"hashes\":{\"sha256\":\"" DIGITS "\"}" more "}]}"

/* "url digest size requires-python yanked metadata time", as far as they are there. */
static void describe(const struct index_file *f, struct buf *out)
{
	char hex[SHA256_TEXT_SIZE];
	buf_printf(out, "%.*s", BYTES_ARG(f->url));
	if (f->has_digest) {
		sha256_text(&f->digest, hex);
		buf_printf(out, " %.4s", hex);
	}
	if (f->has_size)
		buf_printf(out, " size=%llu", (unsigned long long)f->size);
	if (f->requires_python.size)
		buf_printf(out, " python%.*s", BYTES_ARG(f->requires_python));
	if (f->yanked)
		buf_printf(out, " yanked(%.*s)", BYTES_ARG(f->yanked_reason));
	if (f->has_metadata_digest)
		sha256_text(&f->metadata_digest, hex);
	if (f->has_metadata)
		buf_printf(out, " metadata=%.4s", f->has_metadata_digest ? hex : "");
	if (f->has_upload_time)
		buf_printf(out, " at=%lld", (long long)f->upload_time);
}

#define URL_ONE "https://example.org/simple/a/a-1.0-py3-none-any.whl"

static void a_json_page_gives_its_files(void)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "1.0: the least", ONE(""), URL_ONE " ba78" },
		{ "1.1: size and time", ONE(",\"size\":12,\"upload-time\":\"2020-01-01T00:00:00.5Z\""),
		  URL_ONE " ba78 size=12 at=1577836800" },
		{ "a size of 0", ONE(",\"size\":0"), URL_ONE " ba78 size=0" },
		{ "a negative size is none", ONE(",\"size\":-1"), URL_ONE " ba78" },
		{ "a size in words is none", ONE(",\"size\":\"12\""), URL_ONE " ba78" },
		{ "a time that is none", ONE(",\"upload-time\":\"yesterday\""), URL_ONE " ba78" },
		{ "requires-python", ONE(",\"requires-python\":\">=3.8\""), URL_ONE " ba78 python>=3.8" },
		{ "requires-python null", ONE(",\"requires-python\":null"), URL_ONE " ba78" },
		{ "yanked true", ONE(",\"yanked\":true"), URL_ONE " ba78 yanked()" },
		{ "yanked with a reason", ONE(",\"yanked\":\"broken\""), URL_ONE " ba78 yanked(broken)" },
		{ "yanked false", ONE(",\"yanked\":false"), URL_ONE " ba78" },
		{ "core-metadata true", ONE(",\"core-metadata\":true"), URL_ONE " ba78 metadata=" },
		{ "core-metadata false", ONE(",\"core-metadata\":false"), URL_ONE " ba78" },
		{ "core-metadata with a digest", ONE(",\"core-metadata\":{\"sha256\":\"" OTHER "\"}"), URL_ONE " ba78 metadata=e3b0" },
		{ "core-metadata with another digest", ONE(",\"core-metadata\":{\"md5\":\"00\"}"), URL_ONE " ba78 metadata=" },
		{ "dist-info-metadata, the name before PEP 714", ONE(",\"dist-info-metadata\":{\"sha256\":\"" OTHER "\"}"),
		  URL_ONE " ba78 metadata=e3b0" },
		{ "both: the new name counts", ONE(",\"core-metadata\":false,\"dist-info-metadata\":{\"sha256\":\"" OTHER "\"}"),
		  URL_ONE " ba78" },
		{ "unknown keys", ONE(",\"gpg-sig\":true,\"provenance\":null,\"x\":{\"y\":[1,2]}"), URL_ONE " ba78" },
		{ "1.2 to 1.4: more around it",
		  "{\"meta\":{\"api-version\":\"1.4\",\"_last-serial\":1},\"name\":\"a\",\"versions\":[\"1.0\"],\"alternate-locations\":[],"
		  "\"project-status\":{\"status\":\"active\"},\"files\":[{\"filename\":\"a-1.0-py3-none-any.whl\",\"url\":\"/f/x.whl\",\"hashes\":{}}]}",
		  "https://example.org/f/x.whl" },
		{ "no meta",
		  "{\"files\":[{\"filename\":\"a-1.0.tar.gz\",\"url\":\"https://files.example.net/a-1.0.tar.gz\",\"hashes\":{\"md5\":\"00\"}}]}",
		  "https://files.example.net/a-1.0.tar.gz" },
		{ "a digest in the fragment",
		  "{\"files\":[{\"filename\":\"a-1.0.tar.gz\",\"url\":\"../a-1.0.tar.gz#sha256=" DIGITS "\",\"hashes\":{}}]}",
		  "https://example.org/simple/a-1.0.tar.gz ba78" },
		{ "capitals in a digest",
		  "{\"files\":[{\"filename\":\"a-1.0.tar.gz\",\"url\":\"x\",\"hashes\":{\"sha256\":"
		  "\"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD\"}}]}",
		  "https://example.org/simple/a/x ba78" },
		{ "a digest that is none",
		  "{\"files\":[{\"filename\":\"a-1.0.tar.gz\",\"url\":\"x\",\"hashes\":{\"sha256\":\"12\"}}]}",
		  "https://example.org/simple/a/x" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(paged_done) struct paged p;
		CLEANUP(buf_done) struct buf got;
		buf_init(&got, 4096);
		read_text("a", BASE_URL, JSON_TYPE, bytes_of(rows[i].text), &p);
		if (p.status)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, p.d.text);
		CHECK_ROW(p.page.n_files == 1, rows[i].name);
		describe(&p.page.files[0], &got);
		if (!bytes_equal(buf_bytes(&got), bytes_of(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, buf_string(&got));
	}
}

static void a_json_entry_that_cannot_be_used_is_passed_over(void)
{
	static const struct {
		const char *name, *entry;
	} rows[] = {
		{ "no name", "{\"url\":\"x\"}" },
		{ "no url", "{\"filename\":\"a-1.0.tar.gz\"}" },
		{ "a number", "1" },
		{ "null", "null" },
		{ "a url in a list", "{\"filename\":\"a-1.0.tar.gz\",\"url\":[]}" },
		{ "a file URL", "{\"filename\":\"a-1.0.tar.gz\",\"url\":\"file:///etc/passwd\"}" },
		{ "a URL with a user", "{\"filename\":\"a-1.0.tar.gz\",\"url\":\"https://me:secret@example.org/a-1.0.tar.gz\"}" },
		{ "another scheme", "{\"filename\":\"a-1.0.tar.gz\",\"url\":\"javascript:alert(1)\"}" },
		{ "another project", "{\"filename\":\"b-1.0.tar.gz\",\"url\":\"b-1.0.tar.gz\"}" },
		{ "an egg", "{\"filename\":\"a-1.0-py3.8.egg\",\"url\":\"x\"}" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(paged_done) struct paged p;
		CLEANUP(buf_done) struct buf text;
		buf_init(&text, 4096);
		buf_printf(&text, "{\"files\":[%s,{\"filename\":\"a-2.0.tar.gz\",\"url\":\"y\"}]}", rows[i].entry);
		read_text("a", BASE_URL, JSON_TYPE, buf_bytes(&text), &p);
		CHECK_ROW(p.status == OK && p.page.n_files == 1, rows[i].name);
		CHECK_ROW(bytes_equal(p.page.files[0].filename, BYTES("a-2.0.tar.gz")), rows[i].name);
	}
}

static void a_page_that_cannot_be_understood_is_refused(void)
{
	static const struct {
		const char *name, *type, *text, *says;
	} rows[] = {
		{ "version 2", JSON_TYPE, "{\"meta\":{\"api-version\":\"2.0\"},\"files\":[]}", "2.0" },
		{ "version 10", JSON_TYPE, "{\"meta\":{\"api-version\":\"10.0\"},\"files\":[]}", "10.0" },
		{ "no files", JSON_TYPE, "{\"meta\":{\"api-version\":\"1.0\"}}", "files" },
		{ "files of another kind", JSON_TYPE, "{\"files\":{}}", "files" },
		{ "a list", JSON_TYPE, "[]", "" },
		{ "nothing", JSON_TYPE, "", "" },
		{ "HTML called JSON", JSON_TYPE, "<html>", "" },
		{ "a key twice", JSON_TYPE, "{\"files\":[],\"files\":[]}", "" },
		{ "HTML of version 2", "text/html",
		  "<meta name=\"pypi:repository-version\" content=\"2.0\"><a href=\"x\">a-1.0.tar.gz</a>", "2.0" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(paged_done) struct paged p;
		read_text("a", BASE_URL, rows[i].type, bytes_of(rows[i].text), &p);
		CHECK_ROW(p.status == ERR_FORMAT && p.d.text[0] && strstr(p.d.text, rows[i].says), rows[i].name);
	}
}

static void a_quarantined_project_says_so(void)
{
	static const struct {
		const char *status;
		enum index_status want;
		const char *reason;
	} rows[] = {
		{ "{\"status\":\"quarantined\"}", INDEX_QUARANTINED, "" },
		{ "{\"status\":\"quarantined\",\"reason\":\"x\"}", INDEX_QUARANTINED, "x" },
		{ "\"quarantined\"", INDEX_QUARANTINED, "" },
		{ "{\"status\":\"archived\",\"reason\":\"see b\"}", INDEX_ARCHIVED, "see b" },
		{ "{\"reason\":7,\"status\":\"deprecated\"}", INDEX_DEPRECATED, "" },
		{ "{\"status\":\"Archived\"}", INDEX_ACTIVE, "" },
		{ "{\"status\":\"resting\"}", INDEX_ACTIVE, "" },
		{ "{\"status\":[\"quarantined\"]}", INDEX_ACTIVE, "" },
		{ "\"active\"", INDEX_ACTIVE, "" },
		{ "null", INDEX_ACTIVE, "" },
		{ "{}", INDEX_ACTIVE, "" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(paged_done) struct paged p;
		CLEANUP(buf_done) struct buf text;
		buf_init(&text, 4096);
		buf_printf(&text, "{\"project-status\":%s,\"files\":[]}", rows[i].status);
		read_text("a", BASE_URL, JSON_TYPE, buf_bytes(&text), &p);
		CHECK_ROW(p.status == OK && p.page.status == rows[i].want, rows[i].status);
		CHECK_BYTES(p.page.status_reason, bytes_of(rows[i].reason));
	}
	CLEANUP(paged_done) struct paged p;
	read_text("a", BASE_URL, "text/html",
		  BYTES("<meta name=pypi:project-status content=archived><meta name='pypi:project-status-reason' content='see &amp;'>"
			"<meta name=pypi:project-status content=quarantined>"),
		  &p);
	CHECK(p.status == OK && p.page.status == INDEX_ARCHIVED);
	CHECK_BYTES(p.page.status_reason, BYTES("see &"));
}

static void an_html_page_gives_its_files(void)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "the least", "<a href=\"a-1.0-py3-none-any.whl#sha256=" DIGITS "\">a-1.0-py3-none-any.whl</a>", URL_ONE " ba78" },
		{ "a digest of another kind", "<a href=\"a-1.0-py3-none-any.whl#md5=00\">x</a>", URL_ONE },
		{ "up", "<a href=\"../../f/a-1.0.tar.gz\">x</a>", "https://example.org/f/a-1.0.tar.gz" },
		{ "absolute", "<a href=\"https://files.example.net/a-1.0.tar.gz\">x</a>", "https://files.example.net/a-1.0.tar.gz" },
		{ "another host", "<a href=\"//files.example.net/a-1.0.tar.gz\">x</a>", "https://files.example.net/a-1.0.tar.gz" },
		{ "a base", "<base href=\"https://cdn.example.net/x/\"><a href=\"a-1.0.tar.gz\">x</a>",
		  "https://cdn.example.net/x/a-1.0.tar.gz" },
		{ "requires-python", "<a href=\"a-1.0.tar.gz\" data-requires-python=\"&gt;=3.8\">x</a>",
		  "https://example.org/simple/a/a-1.0.tar.gz python>=3.8" },
		{ "yanked without a reason", "<a href=\"a-1.0.tar.gz\" data-yanked>x</a>",
		  "https://example.org/simple/a/a-1.0.tar.gz yanked()" },
		{ "yanked with one", "<a data-yanked=\"bad\" href=\"a-1.0.tar.gz\">x</a>",
		  "https://example.org/simple/a/a-1.0.tar.gz yanked(bad)" },
		{ "core-metadata", "<a href=\"a-1.0-py3-none-any.whl\" data-core-metadata=\"sha256=" OTHER "\">x</a>",
		  URL_ONE " metadata=e3b0" },
		{ "core-metadata true", "<a href=\"a-1.0-py3-none-any.whl\" data-core-metadata=\"true\">x</a>", URL_ONE " metadata=" },
		{ "dist-info-metadata", "<a href=\"a-1.0-py3-none-any.whl\" data-dist-info-metadata=\"sha256=" OTHER "\">x</a>",
		  URL_ONE " metadata=e3b0" },
		{ "version 1.1 and other links",
		  "<meta name=\"pypi:repository-version\" content=\"1.1\"><a href=\"/\">home</a>"
		  "<a href=\"b-1.0.tar.gz\">b</a><a href=\"a-1.0.tar.gz\">x</a><a href=\"file:///a-1.0.tar.gz\">x</a>",
		  "https://example.org/simple/a/a-1.0.tar.gz" },
		{ "an escaped name", "<a href=\"a-1.0%2Blocal.tar.gz\">x</a>", "https://example.org/simple/a/a-1.0%2Blocal.tar.gz" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(paged_done) struct paged p;
		CLEANUP(buf_done) struct buf got;
		buf_init(&got, 4096);
		read_text("a", BASE_URL, "text/html; charset=utf-8", bytes_of(rows[i].text), &p);
		if (p.status)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, p.d.text);
		CHECK_ROW(p.page.n_files == 1, rows[i].name);
		describe(&p.page.files[0], &got);
		if (!bytes_equal(buf_bytes(&got), bytes_of(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, buf_string(&got));
	}
}

static void a_request_that_is_cut_is_refused(void)
{
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, 4096);
	wire_put_string(&ask, "a");
	wire_put_string(&ask, BASE_URL);
	wire_put_string(&ask, "text/html");
	for (size_t cut = 0; cut < ask.size; cut++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(fd_close) int fd = memory_file(BYTES("<a>"));
		CLEANUP(buf_done) struct buf reply;
		struct diag d = { 0 };
		arena_init(&a);
		buf_init(&reply, 4096);
		struct verb_call c = { .request = bytes_part(buf_bytes(&ask), 0, cut), .fds = &fd, .n_fds = 1, .arena = &a };
		CHECK(page_verb(&c, &reply, &d) == ERR_FORMAT && reply.size == 0);
	}
}

/* Sparse: what is over its limit is never mapped. One byte less is, and fails as what it is: zeros. */
static void an_input_over_its_limit_is_not_read(void)
{
	static const struct {
		const char *name;
		verb_function verb;
		uint64_t max;
	} rows[] = {
		{ "a METADATA of 4 MiB", metadata_verb, METADATA_SIZE_MAX },
		{ "a wheel of 64 GiB", wheel_metadata_verb, VERB_FILE_MAX },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(arena_done) struct arena a;
		CLEANUP(fd_close) int fd = memory_file(BYTES(""));
		CLEANUP(buf_done) struct buf ask;
		CLEANUP(buf_done) struct buf reply;
		struct diag d = { 0 };
		arena_init(&a);
		buf_init(&ask, 4096);
		buf_init(&reply, 4096);
		if (rows[i].verb == wheel_metadata_verb)
			wire_put_string(&ask, "a_b-1.0-py3-none-any.whl");
		struct verb_call c = { .request = buf_bytes(&ask), .fds = &fd, .n_fds = 1, .arena = &a };
		CHECK(ftruncate(fd, (off_t)rows[i].max) == 0);
		CHECK_ROW(rows[i].verb(&c, &reply, &d) == ERR_FORMAT && d.text[0], rows[i].name);
		CHECK(ftruncate(fd, (off_t)rows[i].max + 1) == 0);
		CHECK_ROW(rows[i].verb(&c, &reply, &d) == ERR_LIMIT, rows[i].name);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a page reads back", a_page_reads_back },
		{ "a page breaks at every cut", a_page_breaks_at_every_cut },
		{ "files that do not belong are dropped", files_that_do_not_belong_are_dropped },
		{ "files are sorted by version, then name", files_are_sorted_by_version_then_name },
		{ "a JSON page gives its files", a_json_page_gives_its_files },
		{ "a JSON entry that cannot be used is passed over", a_json_entry_that_cannot_be_used_is_passed_over },
		{ "a page that cannot be understood is refused", a_page_that_cannot_be_understood_is_refused },
		{ "a quarantined project says so", a_quarantined_project_says_so },
		{ "a record says what the project is, and only what can be", a_record_says_what_the_project_is },
		{ "an HTML page gives its files", an_html_page_gives_its_files },
		{ "a request that is cut is refused", a_request_that_is_cut_is_refused },
		{ "an input over its limit is not read", an_input_over_its_limit_is_not_read },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
