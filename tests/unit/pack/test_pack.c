/* The "pack" verb, called as hwb-parse calls it. */
#include "base/wire.h"
#include "format/zip.h"
#include "harness.h"
#include "pack/verbs.h"
#include "place.h"
#include "wheel_make.h"

struct packed {
	struct arena arena;
	struct buf wheel, reply;
	struct diag d;
	enum status status;
};

static void packed_done(struct packed *p)
{
	arena_done(&p->arena);
	buf_done(&p->wheel);
	buf_done(&p->reply);
}

/* What is put in; names NULL: nothing. */
static struct {
	const char *name, *content;
} embedded;

static void pack_bytes(const char *file_name, struct bytes wheel, int64_t epoch, uint64_t members, struct packed *p)
{
	CLEANUP(fd_close) int in = memory_file(wheel);
	CLEANUP(fd_close) int out = memory_file(BYTES(""));
	CLEANUP(buf_done) struct buf ask;
	*p = (struct packed){ 0 };
	arena_init(&p->arena);
	buf_init(&p->wheel, 1 << 20);
	buf_init(&p->reply, 4096);
	buf_init(&ask, 4096);
	wire_put_string(&ask, file_name);
	wire_put_u64(&ask, (uint64_t)epoch);
	wire_put_u64(&ask, members);
	wire_put_u64(&ask, 1 << 20);
	wire_put_string(&ask, embedded.name);
	wire_put_string(&ask, embedded.content);
	struct verb_call c = { .request = buf_bytes(&ask), .fds = (const int[]){ in, out }, .n_fds = 2, .arena = &p->arena };
	p->status = pack_verb(&c, &p->reply, &p->d);
	memory_read(out, &p->wheel);
}

static void pack(const struct made_wheel *w, int64_t epoch, struct packed *p)
{
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(w, &wheel);
	pack_bytes(MADE_FILE, buf_bytes(&wheel), epoch, 100, p);
}

#define TEXT "a line that repeats, a line that repeats, a line that repeats, a line that repeats\n"

static const struct made_wheel plain = {
	.members = {
		MADE_METADATA, MADE_WHEEL, { .name = "pkg/__init__.py", .content = TEXT }, { .name = "pkg/z.py", .content = "" },
		{ .name = "a_b-1.0.data/scripts/run", .content = "#!python\n", .mode = 0100755 }, { .name = "Zoo.py", .content = "x" },
	},
};

static void the_archive_is_the_same_whoever_wrote_it(void)
{
	static const struct {
		const char *name;
		bool reversed, deflated;
		uint32_t dos_time;
		bool folder;
	} rows[] = {
		{ "another order", true, false, 0, false },          { "packed", false, true, 0, false },
		{ "another time", false, false, 0x5a215bcd, false }, { "with its folder", false, false, 0, true },
		{ "all of that", true, true, 0x5a215bcd, true },
	};
	CLEANUP(packed_done) struct packed first;
	pack(&plain, 1700000000, &first);
	if (first.status)
		test_fail(__FILE__, __LINE__, "%s", first.d.text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(packed_done) struct packed p;
		struct made_wheel w = plain;
		/* RECORD is kept as it is, so it has to list the same in the same order. */
		w.reversed = rows[i].reversed;
		w.deflated = rows[i].deflated;
		w.dos_time = rows[i].dos_time;
		if (rows[i].folder)
			w.members[6] = (struct made_member){ .name = "pkg/", .content = "", .mode = 040755 };
		pack(&w, 1700000000, &p);
		CHECK_ROW(p.status == OK && bytes_equal(buf_bytes(&p.wheel), buf_bytes(&first.wheel)), rows[i].name);
	}
	CLEANUP(packed_done) struct packed later;
	pack(&plain, 1700000002, &later);
	CHECK(later.status == OK && !bytes_equal(buf_bytes(&later.wheel), buf_bytes(&first.wheel)));
	CLEANUP(packed_done) struct packed again;
	pack_bytes(MADE_FILE, buf_bytes(&first.wheel), 1700000000, 100, &again);
	CHECK(again.status == OK && bytes_equal(buf_bytes(&again.wheel), buf_bytes(&first.wheel)));
}

static void modes_order_times_and_flags_are_normal(void)
{
	static const struct {
		const char *name;
		uint32_t mode;
	} want[] = {
		{ "Zoo.py", 0100644 },        { "a_b-1.0.data/scripts/run", 0100755 }, { "pkg/__init__.py", 0100644 },
		{ "pkg/z.py", 0100644 },      { MADE_INFO "METADATA", 0100644 },       { MADE_INFO "WHEEL", 0100755 },
		{ MADE_INFO "zoo", 0100644 }, { MADE_INFO "RECORD", 0100644 },
	};
	CLEANUP(packed_done) struct packed p;
	struct zip_limits limits = zip_limits_default();
	struct zip zip;
	struct made_wheel w = plain;
	w.members[0].mode = 0100600;
	w.members[1].mode = 0100601; /* whoever may run it: it runs */
	w.members[2].mode = 0100000;
	w.members[3].mode = 0666; /* without a type */
	w.members[4].mode = 0100777;
	w.members[6] = (struct made_member){ .name = MADE_INFO "zoo", .content = TEXT };
	pack(&w, 1700000000, &p);
	if (p.status)
		test_fail(__FILE__, __LINE__, "%s", p.d.text);
	CHECK(zip_open(buf_bytes(&p.wheel), &limits, &p.arena, &zip, &p.d) == OK);
	CHECK_NUMBER(zip.n_entries, COUNT(want));
	CHECK(zip.in_file_order && zip.comment.size == 0);
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct zip_entry *e = &zip.entries[i];
		CHECK_BYTES(e->name, bytes_of(want[i].name));
		CHECK_ROW(e->unix_mode == want[i].mode && e->dos_time == zip.entries[0].dos_time && e->local_dos_time == e->dos_time,
			  want[i].name);
		CHECK_ROW((e->flags & 8) == 0 && e->extra.size == 0 && e->local_extra.size == 0 && e->comment.size == 0,
			  want[i].name);
	}
	CHECK(zip_find(&zip, BYTES("pkg/__init__.py"))->method == 8);
	struct wire reply = wire_over(buf_bytes(&p.reply));
	struct bytes compressor = wire_get_bytes(&reply);
	CHECK(bytes_starts(compressor, BYTES("libdeflate ")) && bytes_ends(compressor, BYTES(" level 6")));
	CHECK(wire_end(&reply, "reply", NULL) == OK);
}

static void a_wheel_that_is_not_right_is_refused_by_its_rule(void)
{
	static const struct {
		const char *name;
		struct made_wheel wheel;
		const char *id, *says;
	} rows[] = {
		{ "a wrong digest",
		  { .members = { MADE_METADATA,
				 MADE_WHEEL,
				 { .name = "a.py",
				   .content = "x",
				   .record = "a.py,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,1" } } },
		  "R03",
		  "'a.py'" },
		{ "not in RECORD",
		  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a.py", .content = "x", .record = "" } } },
		  "R02",
		  "'a.py'" },
		{ "only in RECORD",
		  { .members = { MADE_METADATA, MADE_WHEEL },
		    .record_more = "b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n" },
		  "R02",
		  "'b.py'" },
		{ "no RECORD", { .members = { MADE_METADATA, MADE_WHEEL }, .record_name = "" }, "R01", "RECORD" },
		{ "md5",
		  { .members = { MADE_METADATA,
				 MADE_WHEEL,
				 { .name = "a.py", .content = "", .record = "a.py,md5=1B2M2Y8AsgTpgAmY7PhCfg,0" } } },
		  "R03",
		  "md5" },
		{ "a link",
		  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a", .content = "/etc", .mode = 0120777 } } },
		  "Z18",
		  "'a'" },
		{ "setgid", { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a", .content = "x", .mode = 0102755 } } }, "Z19", "'a'" },
		{ "a lie about content",
		  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a", .content = "x", .crc_add = 1 } } },
		  "Z13",
		  "'a'" },
		{ "no .dist-info", { .members = { { .name = "a.py", .content = "x" } }, .record_name = "RECORD" }, "I02", ".dist-info" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(packed_done) struct packed p;
		pack(&rows[i].wheel, 1700000000, &p);
		CHECK_ROW(p.status == ERR_ARTEFACT && p.d.code == ERR_ARTEFACT && p.reply.size == 0, rows[i].name);
		if (!strstr(p.d.text, rows[i].id) || !strstr(p.d.text, rows[i].says) || !strstr(p.d.text, "'" MADE_FILE "'"))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, p.d.text);
	}
}

static void a_wheel_cut_anywhere_is_refused(void)
{
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(&plain, &wheel);
	for (size_t cut = 0; cut < wheel.size; cut++) {
		CLEANUP(packed_done) struct packed p;
		pack_bytes(MADE_FILE, bytes_part(buf_bytes(&wheel), 0, cut), 0, 100, &p);
		CHECK(p.status == ERR_ARTEFACT && strstr(p.d.text, "Z02") && p.wheel.size == 0);
	}
	CLEANUP(packed_done) struct packed named;
	pack_bytes("a_b.whl", buf_bytes(&wheel), 0, 100, &named);
	CHECK(named.status == ERR_ARTEFACT && strstr(named.d.text, "I01"));
	CLEANUP(packed_done) struct packed other;
	pack_bytes("other-1.0-py3-none-any.whl", buf_bytes(&wheel), 0, 100, &other);
	CHECK(other.status == ERR_ARTEFACT && strstr(other.d.text, "I02"));
}

static void the_limit_of_members_holds_exactly(void)
{
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(&plain, &wheel);
	CLEANUP(packed_done) struct packed seven;
	CLEANUP(packed_done) struct packed six;
	pack_bytes(MADE_FILE, buf_bytes(&wheel), 0, 7, &seven);
	pack_bytes(MADE_FILE, buf_bytes(&wheel), 0, 6, &six);
	CHECK(seven.status == OK && six.status == ERR_ARTEFACT);
}

/* A name that is no UTF-8 cannot be in RECORD, which is; refused as what it is: the artefact's fault. */
static void a_name_that_is_no_utf8_is_refused(void)
{
	CLEANUP(packed_done) struct packed p;
	struct made_wheel w = { .members = { MADE_METADATA, MADE_WHEEL, { .name = "caf\xe9.py", .content = "x" } } };
	pack(&w, 0, &p);
	CHECK(p.status == ERR_ARTEFACT && p.wheel.size == 0);
	/* RECORD.jws needs no row, so that its name is the one way past RECORD. */
	CLEANUP(packed_done) struct packed jws;
	struct made_wheel signature = {
		.members = { MADE_METADATA, MADE_WHEEL, { .name = "\xe9.dist-info/RECORD.jws", .content = "x", .record = "" } }
	};
	pack(&signature, 0, &jws);
	CHECK(jws.status == ERR_ARTEFACT);
}

static struct bytes content_of(struct packed *p, const char *name)
{
	CLEANUP(buf_done) struct buf content;
	struct zip_limits limits = zip_limits_default();
	struct zip zip;
	buf_init(&content, 1 << 20);
	CHECK(zip_open(buf_bytes(&p->wheel), &limits, &p->arena, &zip, NULL) == OK);
	CHECK_ROW(zip_find(&zip, bytes_of(name)), name);
	CHECK(zip_read(&zip, zip_find(&zip, bytes_of(name)), &content, NULL) == OK);
	return arena_copy(&p->arena, buf_bytes(&content));
}

#define EMBEDDED MADE_INFO "sboms/x.json"

/* RECORD but for that row is as it was, whatever its line ends; one of that name is replaced; packed once more it is right. */
static void what_is_embedded_has_a_row(void)
{
#define X_DIGEST "sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE,1"
	static const struct {
		const char *name, *first, *last, *end;
	} rows[] = {
		{ "lines as usual", "pkg.py," X_DIGEST "\n", MADE_INFO "RECORD,,\n", "\n" },
		{ "no end of the last line", "pkg.py," X_DIGEST "\n", MADE_INFO "RECORD,,", "\n" },
		{ "CRLF", "pkg.py," X_DIGEST "\r\n", MADE_INFO "RECORD,,\r\n", "\r\n" },
		{ "quotes", "\"pkg.py\"," X_DIGEST "\n", MADE_INFO "RECORD,,\n", "\n" },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		for (int is_there = 0; is_there < 2; is_there++) {
			char record[2048];
			CLEANUP(packed_done) struct packed p, again;
			struct made_wheel w = { .members = { { .name = "pkg.py", .content = "x" },
							     { .name = is_there ? EMBEDDED : NULL, .content = "x" } } };
			(void)snprintf(record, sizeof record, "%s%s%s", rows[i].first, is_there ? EMBEDDED "," X_DIGEST "\n" : "",
				       rows[i].last);
			w.own_record = record;
			embedded.name = "sboms/x.json";
			embedded.content = "{}";
			pack(&w, 0, &p);
			if (p.status)
				test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, p.d.text);
			CHECK_BYTES(content_of(&p, EMBEDDED), BYTES("{}"));
			(void)snprintf(record, sizeof record, "%s%s", rows[i].first, rows[i].last);
			struct bytes kept = bytes_trim(bytes_of(record)), now = content_of(&p, MADE_INFO "RECORD");
			CHECK_ROW(bytes_starts(now, kept), rows[i].name);
			CHECK_BYTES(bytes_from(now, kept.size),
				    bytes_of(arena_printf(&p.arena, "%s%s,sha256=RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o,2%s",
							  rows[i].end, EMBEDDED, rows[i].end)));
			embedded.name = NULL;
			embedded.content = NULL;
			pack_bytes(MADE_FILE, buf_bytes(&p.wheel), 0, 100, &again);
			CHECK_ROW(again.status == OK && bytes_equal(buf_bytes(&again.wheel), buf_bytes(&p.wheel)), rows[i].name);
		}
}

static void a_signed_record_is_not_changed(void)
{
	static const char *const names[] = { MADE_INFO "RECORD.jws", MADE_INFO "RECORD.p7s" };
	for (size_t i = 0; i < COUNT(names); i++) {
		CLEANUP(packed_done) struct packed p, plainly;
		struct made_wheel w = { .members = { MADE_METADATA, MADE_WHEEL, { .name = names[i], .content = "x", .record = "" } } };
		embedded.name = NULL;
		embedded.content = NULL;
		pack(&w, 0, &plainly);
		embedded.name = "sboms/x.json";
		embedded.content = "{}";
		pack(&w, 0, &p);
		CHECK_ROW(plainly.status == OK && p.status == ERR_ARTEFACT && p.wheel.size == 0, names[i]);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "the archive is the same whoever wrote it", the_archive_is_the_same_whoever_wrote_it },
		{ "modes, order, times and flags are normal", modes_order_times_and_flags_are_normal },
		{ "a wheel that is not right is refused by its rule", a_wheel_that_is_not_right_is_refused_by_its_rule },
		{ "a wheel cut anywhere is refused", a_wheel_cut_anywhere_is_refused },
		{ "the limit of members holds exactly", the_limit_of_members_holds_exactly },
		{ "a name that is no UTF-8 is refused", a_name_that_is_no_utf8_is_refused },
		{ "what is embedded has a row of RECORD", what_is_embedded_has_a_row },
		{ "a signed RECORD is not changed", a_signed_record_is_not_changed },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
