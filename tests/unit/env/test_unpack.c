/* The "wheel-unpack" verb, called as hwb-parse calls it. */
#include "base/wire.h"
#include "env/verbs.h"
#include "format/snapshot.h"
#include "harness.h"
#include "place.h"
#include "python/metadata.h"
#include "wheel_make.h"

#define SITE "lib/python3.11/site-packages/"

struct unpacked {
	struct arena arena;
	struct buf snapshot, reply;
	struct diag d;
	enum status status;
};

static void unpacked_done(struct unpacked *u)
{
	arena_done(&u->arena);
	buf_done(&u->snapshot);
	buf_done(&u->reply);
}

static void unpack_bytes(const char *file_name, struct bytes wheel, struct unpacked *u)
{
	CLEANUP(fd_close) int in = memory_file(wheel);
	CLEANUP(fd_close) int out = memory_file(BYTES(""));
	CLEANUP(buf_done) struct buf ask;
	*u = (struct unpacked){ 0 };
	arena_init(&u->arena);
	buf_init(&u->snapshot, 1 << 20);
	buf_init(&u->reply, 1 << 20);
	buf_init(&ask, 4096);
	wire_put_string(&ask, file_name);
	wire_put_string(&ask, "lib/python3.11/site-packages");
	wire_put_string(&ask, "3.11");
	struct verb_call c = { .request = buf_bytes(&ask), .fds = (const int[]){ in, out }, .n_fds = 2, .arena = &u->arena };
	u->status = wheel_unpack_verb(&c, &u->reply, &u->d);
	memory_read(out, &u->snapshot);
}

static void unpack(const struct made_wheel *w, struct unpacked *u)
{
	CLEANUP(buf_done) struct buf wheel;
	buf_init(&wheel, 1 << 20);
	wheel_make(w, &wheel);
	unpack_bytes(MADE_FILE, buf_bytes(&wheel), u);
}

static char entry_at(const struct unpacked *u, const char *path, struct bytes *ret)
{
	struct snapshot_entry e;
	if (snapshot_find(buf_bytes(&u->snapshot), bytes_of(path), &e, NULL))
		return 0;
	*ret = e.content;
	return e.type;
}

/* One member beside METADATA and WHEEL, and where it ends. */
static void each_member_has_its_place(void)
{
	static const struct {
		const char *name;
		struct made_member member;
		const char *path;
		char type;
		const char *content;
	} rows[] = {
		{ "a module", { .name = "pkg/a.py", .content = "x = 1" }, SITE "pkg/a.py", 'f', "x = 1" },
		{ "an executable module", { .name = "pkg/a.sh", .content = "x", .mode = 0100755 }, SITE "pkg/a.sh", 'x', "x" },
		{ "purelib", { .name = "a_b-1.0.data/purelib/p.py", .content = "x" }, SITE "p.py", 'f', "x" },
		{ "platlib", { .name = "a_b-1.0.data/platlib/q/p.so", .content = "x" }, SITE "q/p.so", 'f', "x" },
		{ "headers", { .name = "a_b-1.0.data/headers/p.h", .content = "x" }, "include/site/python3.11/a_b/p.h", 'f', "x" },
		{ "data", { .name = "a_b-1.0.data/data/share/man/p.1", .content = "x" }, "share/man/p.1", 'f', "x" },
		{ "a script", { .name = "a_b-1.0.data/scripts/run", .content = "#!/bin/sh\n" }, "bin/run", 'x', "#!/bin/sh\n" },
		{ "a script of ours",
		  { .name = "a_b-1.0.data/scripts/run", .content = "#!python\nimport x\n" },
		  "bin/run",
		  'x',
		  "#!/env/bin/python\nimport x\n" },
		{ "a script with a window",
		  { .name = "a_b-1.0.data/scripts/run", .content = "#!pythonw -u\nimport x\n" },
		  "bin/run",
		  'x',
		  "#!/env/bin/python -u\nimport x\n" },
		{ "a script of nothing but its first line",
		  { .name = "a_b-1.0.data/scripts/run", .content = "#!python" },
		  "bin/run",
		  'x',
		  "#!/env/bin/python" },
		{ "an empty script", { .name = "a_b-1.0.data/scripts/run", .content = "" }, "bin/run", 'x', "" },
		{ "compiled code is dropped",
		  { .name = "pkg/__pycache__/a.cpython-311.pyc", .content = "x" },
		  SITE "pkg/__pycache__",
		  0,
		  "" },
		{ "also outside of its folder", { .name = "pkg/a.pyc", .content = "x" }, SITE "pkg/a.pyc", 0, "" },
		{ "also in .data", { .name = "a_b-1.0.data/purelib/a.pyo", .content = "x" }, SITE "a.pyo", 0, "" },
		{ "a folder whose name only ends like that stays",
		  { .name = "my__pycache__/a.py", .content = "x" },
		  SITE "my__pycache__/a.py",
		  'f',
		  "x" },
		{ "METADATA",
		  { .name = "pkg/x", .content = "" },
		  SITE MADE_INFO "METADATA",
		  'f',
		  "Metadata-Version: 2.1\nName: A.b\nVersion: 1.0\nRequires-Dist: c>=1\n" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(unpacked_done) struct unpacked u;
		struct made_wheel w = { .members = { rows[i].member, MADE_METADATA, MADE_WHEEL }, .deflated = i % 2 };
		struct bytes content = { NULL, 0 };
		unpack(&w, &u);
		if (u.status)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, u.d.text);
		CHECK_ROW(entry_at(&u, rows[i].path, &content) == rows[i].type, rows[i].name);
		CHECK_ROW(bytes_equal(content, bytes_of(rows[i].content)), rows[i].name);
	}
}

static void the_reply_is_its_metadata(void)
{
	CLEANUP(unpacked_done) struct unpacked u;
	struct made_wheel w = { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a.py", .content = "" } } };
	struct metadata m;
	unpack(&w, &u);
	CHECK(u.status == OK && metadata_read(buf_bytes(&u.reply), &u.arena, &m, NULL) == OK);
	CHECK_BYTES(m.name, BYTES("a-b"));
	CHECK(m.n_requires == 1);
}

static const struct {
	const char *name;
	struct made_wheel wheel;
	enum status want;
	const char *says;
} refused[] = {
	{ "a wrong digest",
	  { .members = { MADE_METADATA,
			 MADE_WHEEL,
			 { .name = "a.py", .content = "x", .record = "a.py,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,1" } } },
	  ERR_HASH,
	  "R03: 'a.py'" },
	{ "a wrong size",
	  { .members = { MADE_METADATA,
			 MADE_WHEEL,
			 { .name = "a.py", .content = "", .record = "a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,1" } } },
	  ERR_HASH,
	  "R04: 'a.py'" },
	{ "a file that RECORD does not name",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a.py", .content = "x", .record = "" } } },
	  ERR_HASH,
	  "R02: 'a.py'" },
	{ "a file that is only in RECORD",
	  { .members = { MADE_METADATA, MADE_WHEEL }, .record_more = "b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n" },
	  ERR_HASH,
	  "R02: 'b.py'" },
	{ "a compiled file that RECORD does not name",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a.pyc", .content = "x", .record = "" } } },
	  ERR_HASH,
	  "R02: 'a.pyc'" },
	{ "a link",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "link", .content = "/etc", .mode = 0120777 } } },
	  ERR_HASH,
	  "Z18" },
	{ "setuid", { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a", .content = "x", .mode = 0104755 } } }, ERR_HASH, "Z19" },
	{ "a lie about content",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a", .content = "x", .crc_add = 1 } } },
	  ERR_FORMAT,
	  "a" },
	{ "no RECORD", { .members = { MADE_METADATA, MADE_WHEEL }, .record_name = "" }, ERR_FORMAT, "RECORD" },
	{ "no METADATA", { .members = { MADE_WHEEL } }, ERR_FORMAT, "METADATA" },
	{ "no .dist-info", { .members = { { .name = "a.py", .content = "x" } }, .record_name = "RECORD" }, ERR_FORMAT, ".dist-info" },
	{ "the .dist-info of another",
	  { .members = { { .name = "c-1.0.dist-info/METADATA", .content = "x" } }, .record_name = "c-1.0.dist-info/RECORD" },
	  ERR_FORMAT,
	  "c-1.0.dist-info" },
	{ "METADATA of another project",
	  { .members = { { .name = MADE_INFO "METADATA", .content = "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n" },
			 MADE_WHEEL } },
	  ERR_FORMAT,
	  "METADATA is of 'evil 1.0'" },
	{ "METADATA of another version",
	  { .members = { { .name = MADE_INFO "METADATA", .content = "Metadata-Version: 2.1\nName: a-b\nVersion: 1.1\n" }, MADE_WHEEL } },
	  ERR_FORMAT,
	  "METADATA is of 'a-b 1.1'" },
	{ "a .data key that is none",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a_b-1.0.data/stdlib/os.py", .content = "x" } } },
	  ERR_FORMAT,
	  "'stdlib'" },
	{ "a file directly in .data",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a_b-1.0.data/x", .content = "x" } } },
	  ERR_FORMAT,
	  "a_b-1.0.data/x" },
	{ "two ways to one path",
	  { .members = { MADE_METADATA,
			 MADE_WHEEL,
			 { .name = "p.py", .content = "1" },
			 { .name = "a_b-1.0.data/purelib/p.py", .content = "2" } } },
	  ERR_FORMAT,
	  "'" SITE "p.py' twice" },
	{ "by data too",
	  { .members = { MADE_METADATA,
			 MADE_WHEEL,
			 { .name = "p.py", .content = "1" },
			 { .name = "a_b-1.0.data/data/" SITE "p.py", .content = "2" } } },
	  ERR_FORMAT,
	  "'" SITE "p.py' twice" },
	{ "a file and a directory",
	  { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a_b-1.0.data/data/lib/python3.11", .content = "1" } } },
	  ERR_FORMAT,
	  "twice" },
	{ "a script and an entry point",
	  { .members = { MADE_METADATA,
			 MADE_WHEEL,
			 { .name = "a_b-1.0.data/scripts/run", .content = "x" },
			 { .name = MADE_INFO "entry_points.txt", .content = "[console_scripts]\nrun = a:b\n" } } },
	  ERR_FORMAT,
	  "'bin/run' twice" },
};

static void what_is_not_as_it_says_is_refused(void)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		CLEANUP(unpacked_done) struct unpacked u;
		unpack(&refused[i].wheel, &u);
		if (u.status != refused[i].want || !strstr(u.d.text, refused[i].says))
			test_fail(__FILE__, __LINE__, "%s: status %d: %s", refused[i].name, (int)u.status, u.d.text);
	}
}

static void entry_points_become_scripts_or_are_refused(void)
{
	static const struct {
		const char *item;
		const char *want;
	} rows[] = {
		{ "run = pkg.mod:main", "from pkg.mod import main\nif __name__ == \"__main__\":\n    sys.exit(main())\n" },
		{ "run = pkg:Class.main", "from pkg import Class\nif __name__ == \"__main__\":\n    sys.exit(Class.main())\n" },
		{ "run=pkg:main [extra,other]", "from pkg import main\n" },
		{ "run =  pkg : main", "from pkg import main\n" },
		{ "run = _p1._2:_x", "from _p1._2 import _x\n" },
		{ "run = pkg", NULL },
		{ "run = pkg:", NULL },
		{ "run = :main", NULL },
		{ "run =", NULL },
		{ "run = pkg:main()", NULL },
		{ "run = pkg:main\n  import os", NULL },
		{ "run = os;evil:main", NULL },
		{ "run = pkg:a b", NULL },
		{ "run = pkg:a..b", NULL },
		{ "run = .pkg:a", NULL },
		{ "run = 1pkg:a", NULL },
		{ "run = p\xc3\xa9:a", NULL },
		{ "run = pkg:a:b", NULL },
		{ "run = pkg:a#b", NULL },
		{ "run = pkg:main)\n  )", NULL },
		{ "../run = pkg:main", NULL },
		{ ".. = pkg:main", NULL },
		{ ". = pkg:main", NULL },
		{ "a/b = pkg:main", NULL },
		{ "a b = pkg:main", NULL },
		{ "r\xc3\xa9 = pkg:main", NULL },
		{ "run;x = pkg:main", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(unpacked_done) struct unpacked u;
		char text[512];
		struct bytes script = { NULL, 0 };
		(void)snprintf(text, sizeof text, "[other]\nx = what;ever\n[%s]\n%s\n", i % 2 ? "gui_scripts" : "console_scripts",
			       rows[i].item);
		struct made_wheel w = {
			.members = { MADE_METADATA, MADE_WHEEL, { .name = MADE_INFO "entry_points.txt", .content = text } }
		};
		unpack(&w, &u);
		if (!rows[i].want) {
			CHECK_ROW(u.status == ERR_FORMAT && strstr(u.d.text, "entry_points.txt"), rows[i].item);
			continue;
		}
		CHECK_ROW(u.status == OK && entry_at(&u, "bin/run", &script) == 'x', rows[i].item);
		CHECK_ROW(bytes_starts(script, BYTES("#!/env/bin/python\nimport sys\n")), rows[i].item);
		CHECK_ROW(bytes_search(script, bytes_of(rows[i].want)) < script.size, rows[i].item);
	}
}

static void a_wheel_cut_anywhere_is_refused(void)
{
	CLEANUP(buf_done) struct buf wheel;
	struct made_wheel w = { .members = { MADE_METADATA, MADE_WHEEL, { .name = "a.py", .content = "x" } }, .deflated = true };
	buf_init(&wheel, 1 << 20);
	wheel_make(&w, &wheel);
	for (size_t cut = 0; cut < wheel.size; cut++) {
		CLEANUP(unpacked_done) struct unpacked u;
		unpack_bytes(MADE_FILE, bytes_part(buf_bytes(&wheel), 0, cut), &u);
		CHECK(u.status == ERR_FORMAT && u.d.text[0] && u.reply.size == 0);
	}
	CLEANUP(unpacked_done) struct unpacked u;
	unpack_bytes("a_b-2.0-py3-none-any.whl", buf_bytes(&wheel), &u);
	CHECK(u.status == ERR_FORMAT);
	CLEANUP(unpacked_done) struct unpacked nameless;
	unpack_bytes("wheel.zip", buf_bytes(&wheel), &nameless);
	CHECK(nameless.status == ERR_FORMAT);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "each member has its place", each_member_has_its_place },
		{ "the reply is its METADATA", the_reply_is_its_metadata },
		{ "what is not as it says is refused", what_is_not_as_it_says_is_refused },
		{ "entry points become scripts or are refused", entry_points_become_scripts_or_are_refused },
		{ "a wheel cut anywhere is refused", a_wheel_cut_anywhere_is_refused },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
