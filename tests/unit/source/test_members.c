#include "source/members.h"

#include "base/wire.h"
#include "format/snapshot.h"
#include "harness.h"
#include "place.h"

struct given {
	const char *path;
	char type;
	uint32_t mode;
	const char *text; /* content of a file, target of a link */
	int size_add; /* how the header lies about the content */
};

enum { MEMBERS_MAX = 8 };

struct outcome {
	struct arena arena;
	struct buf snapshot, reply;
	struct diag d;
	enum status status;
	uint64_t n, newest;
	struct bytes top;
};

static void outcome_done(struct outcome *o)
{
	arena_done(&o->arena);
	buf_done(&o->snapshot);
	buf_done(&o->reply);
}

static enum status add(struct member_set *set, const struct given *g, struct diag *d)
{
	bool wants = false;
	struct bytes text = bytes_of(g->text);
	struct member m = { .path = bytes_of(g->path), .type = g->type, .mode = g->mode, .mtime = 1000 };
	if (g->type == 'l' || g->type == 'h')
		m.target = text;
	if (g->type == 'f')
		m.size = text.size + (uint64_t)(int64_t)g->size_add;
	enum status s = members_add(set, &m, &wants, d);
	/* In two pieces, as a reader brings them. */
	if (s == OK && wants)
		s = members_content(set, bytes_part(text, 0, text.size / 2), d);
	return s == OK && wants ? members_content(set, bytes_from(text, text.size / 2), d) : s;
}

static void unpack(const struct given *given, size_t n, const struct source_limits *limits, struct outcome *o)
{
	CLEANUP(fd_close) int spool = memory_file(BYTES(""));
	CLEANUP(fd_close) int out = memory_file(BYTES(""));
	*o = (struct outcome){ 0 };
	arena_init(&o->arena);
	buf_init(&o->snapshot, 1 << 20);
	buf_init(&o->reply, 1 << 16);
	struct member_set set = { .arena = &o->arena, .limits = *limits, .packed_size = 1000, .spool_fd = spool };
	for (size_t i = 0; i < n && given[i].path && o->status == OK; i++)
		o->status = add(&set, &given[i], &o->d);
	if (o->status == OK)
		o->status = members_write(&set, out, &o->reply, &o->d);
	if (o->status)
		return;
	memory_read(out, &o->snapshot);
	struct wire w = wire_over(buf_bytes(&o->reply));
	o->n = wire_get_u64(&w);
	o->newest = wire_get_u64(&w);
	o->top = wire_get_bytes(&w);
	CHECK(wire_end(&w, "reply", NULL) == OK);
}

static const struct source_limits wide = { .size = 1 << 20, .members = 100, .ratio = 200, .file = 1 << 20 };

/* "d pkg;f pkg/a=text;l b=target;" in the order of the snapshot, which the reader checks on the way. */
static void list(const struct outcome *o, struct buf *out)
{
	struct snapshot_reader r;
	struct snapshot_entry e;
	struct diag d = { 0 };
	enum status s = snapshot_open(buf_bytes(&o->snapshot), &r, &d);
	while (s == OK && (s = snapshot_next(&r, &e, &d)) == OK) {
		buf_printf(out, "%c %.*s", e.type, BYTES_ARG(e.path));
		if (e.type != 'd')
			buf_printf(out, "=%.*s", BYTES_ARG(e.content));
		buf_add_byte(out, ';');
	}
	if (s != ERR_ABSENT)
		test_fail(__FILE__, __LINE__, "what was written is no snapshot: %s", d.text);
}

static void members_become_a_snapshot(void)
{
	static const struct {
		const char *name;
		struct given members[MEMBERS_MAX];
		const char *want, *top;
	} rows[] = {
		{ "nothing", { { 0 } }, "", "" },
		{ "an sdist: its one top directory is taken off",
		  { { "p-1/", 'd', 0755, NULL, 0 }, { "p-1/setup.py", 'f', 0644, "print()", 0 }, { "p-1/PKG-INFO", 'f', 0644, "x", 0 } },
		  "f PKG-INFO=x;f setup.py=print();",
		  "p-1" },
		{ "parents that were not named", { { "p-1/a/b/c.py", 'f', 0644, "x", 0 } }, "d a;d a/b;f a/b/c.py=x;", "p-1" },
		{ "two tops are kept", { { "b/x", 'f', 0644, "1", 0 }, { "a/y", 'f', 0644, "2", 0 } }, "d a;f a/y=2;d b;f b/x=1;", "" },
		{ "a file at the top keeps the directory",
		  { { "p-1/x", 'f', 0644, "1", 0 }, { "README", 'f', 0644, "2", 0 } },
		  "f README=2;d p-1;f p-1/x=1;",
		  "" },
		{ "a single file", { { "setup.py", 'f', 0644, "x", 0 } }, "f setup.py=x;", "" },
		{ "dots and double slashes are cleaned",
		  { { "./p-1//./a/", 'd', 0755, NULL, 0 }, { "./p-1/.//a//b", 'f', 0644, "x", 0 } },
		  "d a;f a/b=x;",
		  "p-1" },
		{ "the archive's own root", { { "./", 'd', 0755, NULL, 0 }, { "./p/x", 'f', 0644, "x", 0 } }, "f x=x;", "p" },
		{ "only the owner's bit makes it executable",
		  { { "p/a", 'f', 0755, "1", 0 }, { "p/b", 'f', 0655, "2", 0 }, { "p/c", 'f', 0100, "3", 0 } },
		  "x a=1;f b=2;x c=3;",
		  "p" },
		{ "links inside",
		  { { "p/a/link", 'l', 0777, "../b", 0 }, { "p/b", 'f', 0644, "x", 0 } },
		  "d a;l a/link=../b;f b=x;",
		  "p" },
		{ "a file twice with the same bytes", { { "p/x", 'f', 0644, "1", 0 }, { "./p/x", 'f', 0644, "1", 0 } }, "f x=1;", "p" },
		{ "a directory named twice",
		  { { "p/a", 'd', 0755, NULL, 0 }, { "p/a/", 'd', 0700, NULL, 0 }, { "p/a/x", 'f', 0644, "", 0 } },
		  "d a;f a/x=;",
		  "p" },
		{ "a sticky directory", { { "p/a", 'd', 01777, NULL, 0 }, { "p/b", 'd', 02755, NULL, 0 } }, "d a;d b;", "p" },
		{ "sorted by bytes",
		  { { "p/a/x", 'f', 0644, "1", 0 }, { "p/a.b", 'f', 0644, "2", 0 }, { "p/a-b", 'f', 0644, "3", 0 } },
		  "d a;f a-b=3;f a.b=2;f a/x=1;",
		  "p" },
		{ "names of more than ASCII", { { "p/\xc3\xa9", 'f', 0644, "x", 0 } }, "f \xc3\xa9=x;", "p" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(outcome_done) struct outcome o;
		CLEANUP(buf_done) struct buf got;
		buf_init(&got, 1 << 16);
		unpack(rows[i].members, MEMBERS_MAX, &wide, &o);
		if (o.status)
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, o.d.text);
		list(&o, &got);
		if (!bytes_equal(buf_bytes(&got), bytes_of(rows[i].want)))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, buf_string(&got));
		CHECK_ROW(bytes_equal(o.top, bytes_of(rows[i].top)), rows[i].name);
	}
}

static void each_rule_refuses_by_name(void)
{
	static const struct {
		const char *name;
		struct given members[MEMBERS_MAX];
		const char *path, *says;
	} rows[] = {
		{ "absolute", { { "/etc/passwd", 'f', 0644, "x", 0 } }, "'/etc/passwd'", "absolute" },
		{ "up", { { "p/../../x", 'f', 0644, "x", 0 } }, "'p/../../x'", "'..'" },
		{ "up and back", { { "p/../p/x", 'f', 0644, "x", 0 } }, "'p/../p/x'", "'..'" },
		{ "only up", { { "..", 'd', 0755, NULL, 0 } }, "'..'", "'..'" },
		{ "a hard link", { { "p/x", 'h', 0644, "/etc/passwd", 0 } }, "'p/x'", "hard link" },
		{ "a device", { { "p/x", '?', 0644, NULL, 0 } }, "'p/x'", "device" },
		{ "setuid", { { "p/x", 'f', 04755, "x", 0 } }, "'p/x'", "setuid" },
		{ "setgid", { { "p/x", 'f', 02755, "x", 0 } }, "'p/x'", "setuid" },
		{ "a link out", { { "p/x", 'l', 0777, "../../etc/passwd", 0 } }, "'p/x'", "link out of the tree" },
		{ "an absolute link", { { "p/x", 'l', 0777, "/etc/passwd", 0 } }, "'p/x'", "link out of the tree" },
		{ "an empty link", { { "p/x", 'l', 0777, "", 0 } }, "'p/x'", "link out of the tree" },
		{ "a link that leads out once the top is gone", { { "p/x", 'l', 0777, "../etc", 0 } }, "'p/x'", "link out of the tree" },
		{ "a link at the top to beside it",
		  { { "p/x", 'f', 0644, "1", 0 }, { "p/y", 'l', 0777, "../p/x", 0 } },
		  "'p/y'",
		  "link out" },
		{ "more content than said", { { "p/x", 'f', 0644, "text", -1 } }, "'p/x'", "more content" },
		{ "less content than said", { { "p/x", 'f', 0644, "text", 1 } }, "'p/x'", "less content" },
		{ "less content than said, not the last",
		  { { "p/x", 'f', 0644, "te", 1 }, { "p/y", 'd', 0755, NULL, 0 } },
		  "'p/x'",
		  "less content" },
		{ "twice", { { "p/x", 'f', 0644, "1", 0 }, { "./p/x", 'f', 0644, "2", 0 } }, "'p/x'", "twice" },
		{ "a file and a directory",
		  { { "p/x", 'f', 0644, "1", 0 }, { "p/x/y", 'f', 0644, "2", 0 } },
		  "'p/x'",
		  "file and a directory" },
		{ "a link and a directory",
		  { { "p/x", 'l', 0777, "y", 0 }, { "p/x/y", 'f', 0644, "2", 0 } },
		  "'p/x'",
		  "file and a directory" },
		{ "a link and a file", { { "p/x", 'l', 0777, "y", 0 }, { "p/x", 'f', 0644, "2", 0 } }, "'p/x'", "twice" },
		{ "only case differs",
		  { { "p/Read.me", 'f', 0644, "1", 0 }, { "p/READ.ME", 'f', 0644, "2", 0 } },
		  "'p/READ.ME'",
		  "one file on some systems" },
		{ "only the case of a parent differs",
		  { { "p/A/x", 'f', 0644, "1", 0 }, { "p/a/y", 'f', 0644, "2", 0 } },
		  "'p/A'",
		  "one file on some systems" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(outcome_done) struct outcome o;
		unpack(rows[i].members, MEMBERS_MAX, &wide, &o);
		CHECK_ROW(o.status == ERR_REFUSED && o.d.code == ERR_REFUSED, rows[i].name);
		if (!strstr(o.d.text, rows[i].path) || !strstr(o.d.text, rows[i].says))
			test_fail(__FILE__, __LINE__, "%s: %s", rows[i].name, o.d.text);
	}
}

/* Less in the middle: the later member's bytes must not fill the gap of the earlier one. */
static void content_of_one_member_never_becomes_that_of_another(void)
{
	static const struct given members[] = { { "p/a", 'f', 0644, "short", 3 }, { "p/b", 'f', 0644, "the next one", 0 } };
	CLEANUP(outcome_done) struct outcome o;
	unpack(members, COUNT(members), &wide, &o);
	if (o.status == OK) {
		CLEANUP(buf_done) struct buf got;
		buf_init(&got, 1 << 16);
		list(&o, &got);
		test_fail(__FILE__, __LINE__, "taken as %s", buf_string(&got));
	}
	CHECK(o.status == ERR_REFUSED && strstr(o.d.text, "'p/a'") && strstr(o.d.text, "less content"));
}

static void names_that_a_snapshot_cannot_hold_are_refused(void)
{
	static const struct {
		const char *name;
		size_t part, parts;
		enum status want;
	} rows[] = {
		{ "a component of 255 bytes", 255, 1, OK },
		{ "a component of 256 bytes", 256, 1, ERR_REFUSED },
		{ "a path of 4,095 bytes", 63, 64, OK },
		{ "a path of 4,159 bytes", 63, 65, ERR_REFUSED },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[8192] = "";
		CLEANUP(outcome_done) struct outcome o;
		for (size_t k = 0; k < rows[i].parts; k++) {
			size_t n = strlen(path);
			if (k)
				path[n++] = '/';
			memset(path + n, 'n', rows[i].part);
			path[n + rows[i].part] = '\0';
		}
		unpack(&(struct given){ path, 'f', 0644, "x", 0 }, 1, &wide, &o);
		CHECK_ROW(o.status == rows[i].want, rows[i].name);
	}
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct member_set set = { .arena = &a, .limits = wide, .spool_fd = -1 };
	struct diag d = { 0 };
	bool wants;
	CHECK(members_add(&set, &(struct member){ .path = BYTES("p/a\0b"), .type = 'f' }, &wants, &d) == ERR_REFUSED);
	CHECK(members_add(&set, &(struct member){ .path = BYTES("p/a"), .type = 'l', .target = BYTES("b\0c") }, &wants, &d) ==
	      ERR_REFUSED);
}

static void each_limit_holds_exactly(void)
{
	static const struct given members[] = { { "p/a", 'f', 0644, "0123456789", 0 },
						{ "p/b", 'f', 0644, "01234567890123456789", 0 } };
	static const struct {
		const char *name;
		struct source_limits limits;
		enum status want;
		const char *says;
	} rows[] = {
		{ "all exactly", { 30, 2, 0, 20 }, OK, "" },
		{ "a byte less", { 29, 2, 0, 20 }, ERR_REFUSED, "source-size" },
		{ "a member less", { 30, 1, 0, 20 }, ERR_REFUSED, "more than 1 members" },
		{ "a smaller file", { 30, 2, 0, 19 }, ERR_REFUSED, "source-file" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(outcome_done) struct outcome o;
		unpack(members, COUNT(members), &rows[i].limits, &o);
		CHECK_ROW(o.status == rows[i].want && strstr(o.d.text, rows[i].says), rows[i].name);
	}
	/* The ratio counts from one MiB on; these sizes are only said, which is enough to be refused. */
	static const struct {
		uint64_t size;
		enum status want;
	} ratios[] = {
		{ 1 << 20, OK },
		{ (1 << 20) + 1, ERR_REFUSED },
		{ UINT64_MAX, ERR_REFUSED },
	};
	for (size_t i = 0; i < COUNT(ratios); i++) {
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		struct member_set set = {
			.arena = &a, .limits = { UINT64_MAX, 10, 100, UINT64_MAX }, .packed_size = 10000, .spool_fd = -1
		};
		bool wants;
		CHECK_NUMBER(members_add(&set, &(struct member){ .path = BYTES("x"), .type = 'f', .size = ratios[i].size }, &wants,
					 NULL),
			     ratios[i].want);
	}
}

/* Sizes that add up to more than 64 bits must not start again at 0. */
static void sizes_do_not_wrap(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct member_set set = { .arena = &a, .limits = { .size = 1 << 20, .members = 10, .file = 1 << 20 }, .spool_fd = -1 };
	bool wants;
	struct diag d = { 0 };
	CHECK(members_add(&set, &(struct member){ .path = BYTES("a"), .type = 'f', .size = 1 << 20 }, &wants, &d) == OK);
	CHECK(members_add(&set, &(struct member){ .path = BYTES("b"), .type = 'f', .size = UINT64_MAX - (1 << 20) + 2 }, &wants,
			  &d) == ERR_REFUSED);
	CHECK(members_add(&set, &(struct member){ .path = BYTES("c"), .type = 'f', .size = 1 }, &wants, &d) == ERR_REFUSED);
}

static void the_newest_file_gives_the_time(void)
{
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	struct member_set set = { .arena = &a, .limits = wide, .spool_fd = -1 };
	bool wants;
	CHECK(members_add(&set, &(struct member){ .path = BYTES("a"), .type = 'f', .mtime = 50 }, &wants, NULL) == OK && !wants);
	CHECK(members_add(&set, &(struct member){ .path = BYTES("b"), .type = 'd', .mtime = 90 }, &wants, NULL) == OK && !wants);
	CHECK(members_add(&set, &(struct member){ .path = BYTES("c"), .type = 'f', .mtime = -9 }, &wants, NULL) == OK && !wants);
	CHECK_NUMBER(set.newest, 50);
}

/* Every level may cost a parent that the archive never named. */
static void a_path_too_deep_is_refused(void)
{
	for (int depth = SNAPSHOT_DEPTH_MAX - 1; depth <= SNAPSHOT_DEPTH_MAX + 1; depth++) {
		CLEANUP(outcome_done) struct outcome o;
		char path[2 * SNAPSHOT_DEPTH_MAX + 16] = "a";
		for (int i = 1; i < depth; i++)
			memcpy(path + 2 * i - 1, "/a", 3);
		unpack(&(struct given){ path, 'f', 0644, "x", 0 }, 1, &wide, &o);
		CHECK_NUMBER(o.status, depth <= SNAPSHOT_DEPTH_MAX ? OK : ERR_REFUSED);
	}
}

static void limits_travel(void)
{
	CLEANUP(buf_done) struct buf b;
	struct source_limits in = { 1, 2, 3, UINT64_MAX }, out;
	buf_init(&b, 100);
	source_limits_write(&in, &b);
	struct wire w = wire_over(buf_bytes(&b));
	out = source_limits_read(&w);
	CHECK(wire_end(&w, "limits", NULL) == OK);
	CHECK(out.size == 1 && out.members == 2 && out.ratio == 3 && out.file == UINT64_MAX);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "members become a snapshot", members_become_a_snapshot },
		{ "each rule refuses by name", each_rule_refuses_by_name },
		{ "content of one member never becomes that of another", content_of_one_member_never_becomes_that_of_another },
		{ "names that a snapshot cannot hold are refused", names_that_a_snapshot_cannot_hold_are_refused },
		{ "each limit holds exactly", each_limit_holds_exactly },
		{ "sizes do not wrap", sizes_do_not_wrap },
		{ "the newest file gives the time", the_newest_file_gives_the_time },
		{ "a path too deep is refused", a_path_too_deep_is_refused },
		{ "limits travel", limits_travel },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
