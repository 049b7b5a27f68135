/* The "check" verb, called as hwb-parse calls it: what is right, and every finding of the table by a wheel that deserves it. */
#include "base/wire.h"
#include "finding/finding.h"
#include "check/verbs.h"
#include "format/snapshot.h"
#include "harness.h"
#include "place.h"
#include "wheel_make.h"

struct asked {
	const char *file_name, *want_name, *want_version, *pkg_info;
	const char *source; /* content of the one file of a source, a.py; NULL: no source */
};

struct checked {
	struct arena arena;
	struct buf reply;
	struct diag d;
	enum status status;
	struct finding_list findings;
	struct bytes name, version, tags;
	uint32_t n_members;
	uint64_t unpacked_size;
};

static void checked_done(struct checked *c)
{
	arena_done(&c->arena);
	buf_done(&c->reply);
}

/* A snapshot with a.py in it; lives until the next call. */
static struct bytes snapshot_of(const char *content)
{
	static struct buf b;
	buf_done(&b);
	buf_init(&b, 1 << 16);
	snapshot_put_start(&b);
	snapshot_put_header(&b, 'f', BYTES("a.py"), strlen(content));
	buf_add_string(&b, content);
	snapshot_put_end(&b);
	return buf_bytes(&b);
}

static void check_bytes(const struct asked *q, struct bytes wheel, struct checked *c)
{
	CLEANUP(fd_close) int fd = memory_file(wheel);
	CLEANUP(fd_close) int source = memory_file(q->source ? snapshot_of(q->source) : wheel);
	CLEANUP(buf_done) struct buf ask;
	*c = (struct checked){ 0 };
	arena_init(&c->arena);
	buf_init(&c->reply, 1 << 20);
	buf_init(&ask, 65536);
	wire_put_string(&ask, q->file_name ? q->file_name : MADE_FILE);
	wire_put_string(&ask, q->want_name);
	wire_put_string(&ask, q->want_version);
	wire_put_string(&ask, q->pkg_info);
	wire_put_u64(&ask, 100);
	wire_put_u64(&ask, 1 << 20);
	wire_put_u32(&ask, q->source != NULL);
	struct verb_call call = { .request = buf_bytes(&ask), .fds = (int[]){ fd, -1, source }, .n_fds = 3, .arena = &c->arena };
	c->status = check_verb(&call, &c->reply, &c->d);
	if (c->status)
		return;
	struct wire w = wire_over(buf_bytes(&c->reply));
	c->findings.arena = &c->arena;
	CHECK(finding_list_read(&w, &c->findings, NULL) == OK);
	c->name = wire_get_bytes(&w);
	c->version = wire_get_bytes(&w);
	c->tags = wire_get_bytes(&w);
	c->n_members = wire_get_u32(&w);
	c->unpacked_size = wire_get_u64(&w);
	CHECK(wire_end(&w, "reply", NULL) == OK);
}

static void check(const struct asked *q, const struct made_wheel *w, struct checked *c)
{
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(w, &wheel);
	check_bytes(q, buf_bytes(&wheel), c);
}

static const struct made_wheel plain = { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a.py", .content = "x" } } };

#define PROMISE "Metadata-Version: 2.2\nName: a-b\nVersion: 1.0\n"

/* As poetry-core and pdm-backend write it: the tags of the file name, not one by one. */
static void tags_may_stay_compressed(void)
{
	static const char *const texts[] = {
		"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2.py3-none-any\n",
		"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3.py2-none-any\nTag: py3-none-any\n",
		"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		CLEANUP(checked_done) struct checked c;
		struct asked q = { .file_name = "a_b-1.0-py2.py3-none-any.whl" };
		struct made_wheel w = { .members = { MADE_METADATA,
						     { .name = MADE_INFO "WHEEL", .content = texts[i] },
						     { .name = "a.py", .content = "x" } } };
		check(&q, &w, &c);
		CHECK_ROW(c.status == OK && c.findings.n_items == 0, texts[i]);
	}
}

static void a_right_wheel_has_no_findings(void)
{
	static const struct {
		const char *name;
		struct asked q;
		bool deflated;
	} rows[] = {
		{ "nothing known", { 0 }, false },
		{ "packed", { 0 }, true },
		{ "as it was wanted", { .want_name = "A_B", .want_version = "1" }, false },
		{ "as the sdist promised", { .pkg_info = PROMISE "Requires-Dist: c >= 1\n" }, false },
		{ "the sdist left it open", { .pkg_info = PROMISE "Dynamic: Requires-Dist\n" }, false },
		{ "an sdist of old promised nothing",
		  { .pkg_info = "Metadata-Version: 2.1\nName: a-b\nVersion: 0.9\nRequires-Python: >=3\n" },
		  false },
		{ "an unreadable promise is none", { .pkg_info = "no headers" }, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(checked_done) struct checked c;
		struct made_wheel w = plain;
		w.deflated = rows[i].deflated;
		check(&rows[i].q, &w, &c);
		CHECK_ROW(c.status == OK, rows[i].name);
		if (c.findings.n_items)
			test_fail(__FILE__, __LINE__, "%s: %s %.*s", rows[i].name, c.findings.items[0].id,
				  BYTES_ARG(c.findings.items[0].message));
		CHECK_BYTES(c.name, BYTES("A.b"));
		CHECK_BYTES(c.version, BYTES("1.0"));
		CHECK_BYTES(c.tags, BYTES("py3-none-any"));
		CHECK_NUMBER(c.n_members, 4);
		CHECK(c.unpacked_size > 100);
	}
}

#define WHEEL_TEXT(text) \
	{ \
		.members = { MADE_METADATA, { .name = MADE_INFO "WHEEL", .content = text } } \
	}
#define METADATA_TEXT(text) \
	{ \
		.members = { { .name = MADE_INFO "METADATA", .content = text }, MADE_WHEEL } \
	}
#define ONE(...) \
	{ \
		.members = { MADE_METADATA, MADE_WHEEL, __VA_ARGS__ } \
	}
#define EMPTY_DIGEST "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

/* says: in the message; path: where it is, NULL for anywhere. */
static const struct bad {
	const char *name, *id, *path, *says;
	struct asked q;
	struct made_wheel wheel;
} bad[] = {
	{ "a file name that is none", "I01", "a_b.whl", "", { .file_name = "a_b.whl" }, ONE({ 0 }) },
	{ "a name of another kind", "I01", "a_b-1.0.tar.gz", "", { .file_name = "a_b-1.0.tar.gz" }, ONE({ 0 }) },
	{ "no .dist-info", "I02", NULL, ".dist-info", { 0 }, { .members = { { .name = "a.py", .content = "x" } }, .record_name = "RECORD" } },
	{ "two .dist-info", "I02", NULL, "two folders", { 0 }, ONE({ .name = "A.b-1.0.dist-info/x", .content = "x" }) },
	{ "another's .dist-info", "I02", NULL, "c-1.0.dist-info", { 0 }, ONE({ .name = "c-1.0.dist-info/x", .content = "x" }) },
	{ "another's .data", "I02", NULL, "c-1.0.data", { 0 }, ONE({ .name = "c-1.0.data/x/y", .content = "x" }) },
	{ "the file of another version", "I02", NULL, "", { .file_name = "a_b-2.0-py3-none-any.whl" }, ONE({ 0 }) },
	{ "no METADATA", "I03", "METADATA", "missing", { 0 }, { .members = { MADE_WHEEL } } },
	{ "METADATA of another", "I03", "METADATA", "'c'", { 0 }, METADATA_TEXT("Metadata-Version: 2.1\nName: c\nVersion: 1.0\n") },
	{ "METADATA of another version",
	  "I03",
	  "METADATA",
	  "'1.0.post1'",
	  { 0 },
	  METADATA_TEXT("Metadata-Version: 2.1\nName: a-b\nVersion: 1.0.post1\n") },
	{ "METADATA that cannot be read", "I07", "METADATA", "", { 0 }, METADATA_TEXT("nothing\n") },
	{ "a tag more",
	  "I04",
	  "WHEEL",
	  "'cp311-none-any'",
	  { 0 },
	  WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: cp311-none-any\n") },
	{ "another tag",
	  "I04",
	  "WHEEL",
	  "'py2-none-any'",
	  { 0 },
	  WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2-none-any\n") },
	{ "no tag", "I04", "WHEEL", "names 0 of the 1", { 0 }, WHEEL_TEXT("Wheel-Version: 1.0\n") },
	{ "half a tag", "I04", "WHEEL", "'py3-none'", { 0 }, WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none\n") },
	{ "a tag less than the name",
	  "I04",
	  "WHEEL",
	  "names 1 of the 2",
	  { .file_name = "a_b-1.0-py2.py3-none-any.whl" },
	  WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n") },
	{ "a compressed tag that repeats itself",
	  "I04",
	  "WHEEL",
	  "'py3.py3-none-any'",
	  { 0 },
	  WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3.py3-none-any\n") },
	{ "a compressed tag with one that the name lacks",
	  "I04",
	  "WHEEL",
	  "'py2.cp3-none-any'",
	  { .file_name = "a_b-1.0-py2.py3-none-any.whl" },
	  WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py2.cp3-none-any\n") },
	{ "a tag twice and another missing",
	  "I04",
	  "WHEEL",
	  "",
	  { .file_name = "a_b-1.0-py2.py3-none-any.whl" },
	  WHEEL_TEXT("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: py3-none-any\n") },
	{ "no WHEEL", "I05", "WHEEL", "missing", { 0 }, { .members = { MADE_METADATA } } },
	{ "no Wheel-Version", "I05", "WHEEL", "no Wheel-Version", { 0 }, WHEEL_TEXT("Tag: py3-none-any\n") },
	{ "Wheel-Version 2", "I05", "WHEEL", "'2.0'", { 0 }, WHEEL_TEXT("Wheel-Version: 2.0\nTag: py3-none-any\n") },
	{ "Wheel-Version 10", "I05", "WHEEL", "'10.0'", { 0 }, WHEEL_TEXT("Wheel-Version: 10.0\nTag: py3-none-any\n") },
	{ "another project than was built", "I08", MADE_FILE, "'c'", { .want_name = "c" }, ONE({ 0 }) },
	{ "another version than was built", "I08", MADE_FILE, "'1.1'", { .want_version = "1.1" }, ONE({ 0 }) },
	{ "another version than the sdist's",
	  "M04",
	  "METADATA",
	  "'1.1'",
	  { .pkg_info = "Metadata-Version: 2.2\nName: a-b\nVersion: 1.1\nDynamic: Requires-Dist\n" },
	  ONE({ 0 }) },
	{ "another Requires-Python",
	  "M04",
	  "METADATA",
	  "Requires-Python",
	  { .pkg_info = PROMISE "Requires-Python: >=3.9\nRequires-Dist: c>=1\n" },
	  ONE({ 0 }) },
	{ "another number of requirements", "M04", "METADATA", "Requires-Dist", { .pkg_info = PROMISE }, ONE({ 0 }) },
	{ "other requirements, as many", "M04", "METADATA", "Requires-Dist", { .pkg_info = PROMISE "Requires-Dist: d>=1\n" }, ONE({ 0 }) },
	{ "no RECORD", "R01", NULL, "RECORD", { 0 }, { .members = { MADE_METADATA, MADE_WHEEL }, .record_name = "" } },
	{ "RECORD with md5",
	  "R03",
	  NULL,
	  "md5",
	  { 0 },
	  ONE({ .name = "b.py", .content = "", .record = "b.py,md5=1B2M2Y8AsgTpgAmY7PhCfg,0" }) },
	{ "a row without a digest", "R03", NULL, "'b.py'", { 0 }, ONE({ .name = "b.py", .content = "", .record = "b.py,," }) },
	{ "a row with a way out",
	  "R01",
	  NULL,
	  "'../b.py'",
	  { 0 },
	  ONE({ .name = "b.py", .content = "", .record = "../b.py," EMPTY_DIGEST ",0" }) },
	{ "a row twice",
	  "R01",
	  NULL,
	  "'b.py'",
	  { 0 },
	  ONE({ .name = "b.py", .content = "", .record = "b.py," EMPTY_DIGEST ",0\nb.py," EMPTY_DIGEST ",0" }) },
	{ "RECORD that is no CSV", "R01", NULL, "", { 0 }, { .members = { MADE_METADATA, MADE_WHEEL }, .own_record = "\"never closed\n" } },
	{ "a file that RECORD does not name", "R02", "b.py", "not in RECORD", { 0 }, ONE({ .name = "b.py", .content = "x", .record = "" }) },
	{ "a row without a file",
	  "R02",
	  "b.py",
	  "not in the wheel",
	  { 0 },
	  { .members = { MADE_METADATA, MADE_WHEEL }, .record_more = "b.py," EMPTY_DIGEST ",0\n" } },
	{ "RECORD does not name itself",
	  "R02",
	  MADE_INFO "RECORD",
	  "",
	  { 0 },
	  { .members = { { .name = MADE_INFO "METADATA", .content = "" }, { .name = MADE_INFO "WHEEL", .content = "" } },
	    .own_record = MADE_INFO "METADATA," EMPTY_DIGEST ",0\n" MADE_INFO "WHEEL," EMPTY_DIGEST ",0\n" } },
	{ "another digest", "R03", "b.py", "digest", { 0 }, ONE({ .name = "b.py", .content = "x", .record = "b.py," EMPTY_DIGEST ",1" }) },
	{ "another sha512",
	  "R03",
	  "b.py",
	  "digest",
	  { 0 },
	  ONE({ .name = "b.py",
		.content = "x",
		.record = "b.py,sha512="
			  "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg,1" }) },
	{ "another size", "R04", "b.py", "size", { 0 }, ONE({ .name = "b.py", .content = "", .record = "b.py," EMPTY_DIGEST ",1" }) },
	{ "no size", "R04", "b.py", "no size", { 0 }, ONE({ .name = "b.py", .content = "", .record = "b.py," EMPTY_DIGEST "," }) },
	{ "a file there twice", "Z08", MADE_FILE, "", { 0 }, ONE({ .name = "b.py", .content = "x" }, { .name = "b.py", .content = "y" }) },
	{ "only case differs", "Z08", MADE_FILE, "", { 0 }, ONE({ .name = "b.py", .content = "x" }, { .name = "B.py", .content = "y" }) },
	{ "a way out", "Z16", MADE_FILE, "..", { 0 }, ONE({ .name = "../b.py", .content = "x" }) },
	{ "a lie about content", "Z13", "b.py", "", { 0 }, ONE({ .name = "b.py", .content = "x", .crc_add = 1 }) },
	{ "a control character in a name",
	  "Z15",
	  "b\x1b[2J.py",
	  "control character",
	  { 0 },
	  ONE({ .name = "b\x1b[2J.py", .content = "x", .record = "" }) },
	{ "a name that is no UTF-8", "Z15", "caf\xe9.py", "UTF-8", { 0 }, ONE({ .name = "caf\xe9.py", .content = "x", .record = "" }) },
	{ "a link", "Z18", "b.py", "symbolic link", { 0 }, ONE({ .name = "b.py", .content = "/etc/passwd", .mode = 0120777 }) },
	{ "a pipe", "Z18", "b.py", "neither", { 0 }, ONE({ .name = "b.py", .content = "", .mode = 010644 }) },
	{ "a device", "Z18", "b.py", "neither", { 0 }, ONE({ .name = "b.py", .content = "", .mode = 020644 }) },
	{ "setuid", "Z19", "b.py", "setuid", { 0 }, ONE({ .name = "b.py", .content = "", .mode = 0104755 }) },
	{ "sticky", "Z19", "b.py", "sticky", { 0 }, ONE({ .name = "b.py", .content = "", .mode = 0101755 }) },
};

static const struct finding *find(const struct checked *c, const char *id, const char *path, const char *says)
{
	for (size_t i = 0; i < c->findings.n_items; i++) {
		const struct finding *f = &c->findings.items[i];
		if (strcmp(f->id, id) == 0 && (!path || bytes_equal(f->path, bytes_of(path))) &&
		    bytes_search(f->message, bytes_of(says)) < f->message.size + !says[0])
			return f;
	}
	return NULL;
}

static void each_bad_wheel_has_its_finding(void)
{
	size_t missed = 0;
	for (size_t i = 0; i < COUNT(bad); i++) {
		CLEANUP(checked_done) struct checked c;
		check(&bad[i].q, &bad[i].wheel, &c);
		CHECK_ROW(c.status == OK, bad[i].name);
		if (find(&c, bad[i].id, bad[i].path, bad[i].says) && finding_worst(&c.findings) == SEVERITY_ERROR)
			continue;
		missed++;
		(void)printf("# %s: no %s among %zu findings, the first is %s %.*s\n", bad[i].name, bad[i].id, c.findings.n_items,
			     c.findings.n_items ? c.findings.items[0].id : "none",
			     BYTES_ARG(c.findings.n_items ? c.findings.items[0].message : BYTES("")));
	}
	CHECK_NUMBER(missed, 0);
}

static void modules_are_compared_with_the_source(void)
{
	static const struct {
		const char *source;
		size_t n;
	} rows[] = { { NULL, 0 }, { "x", 0 }, { "y", 1 }, { "", 1 } };
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(checked_done) struct checked c;
		check(&(struct asked){ .source = rows[i].source }, &plain, &c);
		CHECK(c.status == OK);
		CHECK_NUMBER(c.findings.n_items, rows[i].n);
		CHECK(!rows[i].n || find(&c, "S16", "a.py", ""));
	}
}

static void several_faults_are_all_reported(void)
{
	CLEANUP(checked_done) struct checked c;
	struct made_wheel w = { .members = {
					{ .name = MADE_INFO "METADATA", .content = "Metadata-Version: 2.1\nName: c\nVersion: 2\n" },
					{ .name = "one.py", .content = "x", .record = "" },
					{ .name = "two.py", .content = "x", .record = "" },
					{ .name = "three", .content = "x", .mode = 0104755 } } };
	check(&(struct asked){ .want_name = "d" }, &w, &c);
	CHECK(find(&c, "R02", "one.py", "") && find(&c, "R02", "two.py", "") && find(&c, "Z19", "three", "") &&
	      find(&c, "I03", NULL, "'c'"));
	CHECK(find(&c, "I03", NULL, "version '2'") && find(&c, "I08", NULL, "'d'") && find(&c, "I05", NULL, "missing"));
	CHECK(find(&c, "Z20", "three", "") && find(&c, "S08", "three", "") && find(&c, "S17", NULL, ""));
	CHECK_NUMBER(c.findings.n_items, 10);
}

static void a_wheel_cut_or_prolonged_is_refused(void)
{
	CLEANUP(buf_done) struct buf wheel;
	struct asked q = { 0 };
	buf_init(&wheel, 1 << 20);
	wheel_make(&plain, &wheel);
	for (size_t cut = 0; cut < wheel.size; cut++) {
		CLEANUP(checked_done) struct checked c;
		check_bytes(&q, bytes_part(buf_bytes(&wheel), 0, cut), &c);
		CHECK(c.status == OK && find(&c, "Z02", NULL, ""));
	}
	CLEANUP(checked_done) struct checked longer;
	buf_add_byte(&wheel, 'x');
	check_bytes(&q, buf_bytes(&wheel), &longer);
	CHECK(longer.status == OK && find(&longer, "Z03", NULL, ""));
}

/* Any one byte: reported, or of no meaning (times, versions, modes), but never the end of the program. */
static void a_byte_changed_in_content_or_record_is_always_found(void)
{
	CLEANUP(buf_done) struct buf wheel;
	struct asked q = { 0 };
	buf_init(&wheel, 1 << 20);
	wheel_make(&plain, &wheel);
	size_t content = bytes_search(buf_bytes(&wheel), BYTES("Metadata-Version"));
	size_t record = bytes_search(buf_bytes(&wheel), BYTES("a.py,sha256="));
	for (size_t at = 0; at < wheel.size; at++) {
		CLEANUP(checked_done) struct checked c;
		bool must = (at >= content && at < content + 40) || (at >= record && at < record + 50);
		wheel.data[at] ^= 1;
		check_bytes(&q, buf_bytes(&wheel), &c);
		wheel.data[at] ^= 1;
		CHECK(c.status == OK);
		if (must && c.findings.n_items == 0)
			test_fail(__FILE__, __LINE__, "byte %zu changed and nothing was found", at);
	}
}

static void an_archive_is_listed(void)
{
	CLEANUP(buf_done) struct buf wheel;
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(arena_done) struct arena a;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&wheel, 1 << 20);
	buf_init(&reply, 1 << 20);
	wheel_make(&plain, &wheel);
	CLEANUP(fd_close) int fd = memory_file(buf_bytes(&wheel));
	struct verb_call c = { .fds = &fd, .n_fds = 1, .arena = &a };
	CHECK(zip_list_verb(&c, &reply, &d) == OK);
	size_t lines = 0;
	for (struct bytes rest = buf_bytes(&reply); rest.size; lines++)
		(void)bytes_cut(&rest, '\n');
	CHECK_NUMBER(lines, 4);
	CHECK(bytes_search(buf_bytes(&reply), BYTES("{\"name\":\"a.py\",\"method\":0,\"size\":1,")) < reply.size);
	CLEANUP(fd_close) int empty = memory_file(BYTES(""));
	c.fds = &empty;
	CHECK(zip_list_verb(&c, &reply, &d) == ERR_FORMAT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "tags may stay compressed", tags_may_stay_compressed },
		{ "a right wheel has no findings", a_right_wheel_has_no_findings },
		{ "each bad wheel has its finding", each_bad_wheel_has_its_finding },
		{ "modules are compared with the source", modules_are_compared_with_the_source },
		{ "several faults are all reported", several_faults_are_all_reported },
		{ "a wheel cut or prolonged is refused", a_wheel_cut_or_prolonged_is_refused },
		{ "a byte changed in content or RECORD is always found", a_byte_changed_in_content_or_record_is_always_found },
		{ "an archive is listed", an_archive_is_listed },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
