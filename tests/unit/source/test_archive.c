/* The verbs that read archives and projects, called as the parsing programs call them. */
#include <sys/wait.h>

#include "base/wire.h"
#include "format/snapshot.h"
#include "format/zip_write.h"
#include "harness.h"
#include "host/spawn.h"
#include "place.h"
#include "python/project.h"
#include "source/members.h"
#include "source/verbs.h"

struct answer {
	struct arena arena;
	struct buf reply, snapshot;
	struct diag d;
	enum status status;
};

static void answer_done(struct answer *x)
{
	arena_done(&x->arena);
	buf_done(&x->reply);
	buf_done(&x->snapshot);
}

static void call(verb_function verb, struct bytes archive, struct answer *x)
{
	static const struct source_limits limits = { .size = 1 << 20, .members = 100, .ratio = 200, .file = 1 << 20 };
	CLEANUP(fd_close) int in = memory_file(archive);
	CLEANUP(fd_close) int spool = memory_file(BYTES(""));
	CLEANUP(fd_close) int out = memory_file(BYTES(""));
	CLEANUP(buf_done) struct buf ask;
	CHECK(lseek(in, 0, SEEK_SET) == 0);
	*x = (struct answer){ 0 };
	arena_init(&x->arena);
	buf_init(&x->reply, 1 << 16);
	buf_init(&x->snapshot, 1 << 20);
	buf_init(&ask, 100);
	source_limits_write(&limits, &ask);
	struct verb_call c = { .request = buf_bytes(&ask), .fds = (const int[]){ in, spool, out }, .n_fds = 3, .arena = &x->arena };
	x->status = verb(&c, &x->reply, &x->d);
	memory_read(out, &x->snapshot);
}

static void check_entry(const struct answer *x, const char *path, char type, struct bytes content)
{
	struct snapshot_entry e;
	CHECK_ROW(snapshot_find(buf_bytes(&x->snapshot), bytes_of(path), &e, NULL) == OK, path);
	CHECK_ROW(e.type == type && bytes_equal(e.content, content), path);
}

static void write_zip(struct buf *out)
{
	CLEANUP(zip_writer_done) struct zip_writer w;
	zip_writer_init(&w, zip_sink_buf, out, 6, 1600000000);
	CHECK(zip_writer_add_directory(&w, BYTES("p-1/"), NULL) == OK);
	CHECK(zip_writer_add(&w, BYTES("p-1/setup.py"), 0644, BYTES("print()"), NULL) == OK);
	CHECK(zip_writer_add(&w, BYTES("p-1/sub/run"), 0755, BYTES("#!/bin/sh"), NULL) == OK);
	CHECK(zip_writer_finish(&w, NULL, NULL) == OK);
}

static void a_zip_sdist_becomes_a_snapshot(void)
{
	CLEANUP(buf_done) struct buf zip;
	CLEANUP(answer_done) struct answer x;
	buf_init(&zip, 1 << 16);
	write_zip(&zip);
	call(zip_source_verb, buf_bytes(&zip), &x);
	if (x.status)
		test_fail(__FILE__, __LINE__, "%s", x.d.text);
	check_entry(&x, "setup.py", 'f', BYTES("print()"));
	check_entry(&x, "sub/run", 'x', BYTES("#!/bin/sh"));
	struct wire w = wire_over(buf_bytes(&x.reply));
	(void)wire_get_u64(&w);
	CHECK_NUMBER(wire_get_u64(&w), 1600000000);
	CHECK_BYTES(wire_get_bytes(&w), BYTES("p-1"));
	CHECK(wire_end(&w, "reply", NULL) == OK);
}

static void a_zip_cut_anywhere_is_refused(void)
{
	CLEANUP(buf_done) struct buf zip;
	buf_init(&zip, 1 << 16);
	write_zip(&zip);
	for (size_t cut = 0; cut < zip.size; cut++) {
		CLEANUP(answer_done) struct answer x;
		call(zip_source_verb, bytes_part(buf_bytes(&zip), 0, cut), &x);
		CHECK_NUMBER(x.status, ERR_REFUSED);
		CHECK(x.d.code == ERR_REFUSED && x.d.text[0]);
	}
}

/* Made by the system's tar in a folder of our own. */
static bool make_tar(const struct place *p, const char *options, struct buf *out)
{
	pid_t pid = 0;
	char folder[128];
	(void)snprintf(folder, sizeof folder, "%s", p->path);
	const char *argv[] = { "tar", "-C", folder, options, "archive", "--owner=0", "--mtime=@1500000000", "p-1", NULL };
	struct spawn s = { .path = "/bin/tar", .argv = argv, .env = (const char *[]){ "PATH=/usr/bin:/bin", NULL } };
	/* tar's own -f is relative to where it was started */
	CHECK(chdir(p->path) == 0);
	CHECK(spawn_start(&s, &pid, NULL) == OK);
	return spawn_wait(pid) == 0 && place_read(p, "archive", out);
}

static void tars_of_every_compression_become_the_same_snapshot(void)
{
	static const char *const options[] = { "-cf", "-czf", "-cjf", "-cJf" };
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf first;
	if (access("/bin/tar", X_OK))
		test_skip("no tar");
	place_make(&p);
	buf_init(&first, 1 << 20);
	place_file(&p, "p-1/setup.py", BYTES("print()"), 0644);
	place_file(&p, "p-1/sub/run", BYTES("#!/bin/sh"), 0755);
	CHECK(symlinkat("setup.py", p.fd, "p-1/link") == 0);
	for (size_t i = 0; i < COUNT(options); i++) {
		CLEANUP(buf_done) struct buf tar;
		CLEANUP(answer_done) struct answer x;
		buf_init(&tar, 1 << 20);
		if (!make_tar(&p, options[i], &tar))
			continue;
		call(tar_source_verb, buf_bytes(&tar), &x);
		if (x.status)
			test_fail(__FILE__, __LINE__, "%s: %s", options[i], x.d.text);
		check_entry(&x, "setup.py", 'f', BYTES("print()"));
		check_entry(&x, "sub/run", 'x', BYTES("#!/bin/sh"));
		check_entry(&x, "link", 'l', BYTES("setup.py"));
		if (first.size)
			CHECK(bytes_equal(buf_bytes(&first), buf_bytes(&x.snapshot)));
		else
			buf_add(&first, buf_bytes(&x.snapshot));
	}
	CHECK(first.size && chdir("/") == 0);
}

static void a_tar_cut_short_is_refused(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(buf_done) struct buf tar;
	if (access("/bin/tar", X_OK))
		test_skip("no tar");
	place_make(&p);
	buf_init(&tar, 1 << 20);
	place_file(&p, "p-1/setup.py", BYTES("print('a line that is long enough to be cut')\n"), 0644);
	CHECK(make_tar(&p, "-czf", &tar));
	for (size_t cut = 0; cut < tar.size - 8; cut++) { /* the last 8 bytes are gzip's own checksum and size */
		CLEANUP(answer_done) struct answer x;
		call(tar_source_verb, bytes_part(buf_bytes(&tar), 0, cut), &x);
		if (x.status != ERR_REFUSED)
			test_fail(__FILE__, __LINE__, "cut at %zu of %zu: status %d", cut, tar.size, (int)x.status);
	}
	CHECK(chdir("/") == 0);
}

static void bytes_behind_a_compressed_tar_are_refused(void)
{
	static const struct {
		const char *name;
		struct bytes behind;
		enum status want;
	} rows[] = { { "nothing", LIT(""), OK }, { "zeros", LIT("\0\0\0"), OK }, { "words", LIT("#!/bin/sh\n"), ERR_REFUSED } };
	CLEANUP(place_done) struct place p;
	if (access("/bin/tar", X_OK))
		test_skip("no tar");
	place_make(&p);
	place_file(&p, "p-1/setup.py", BYTES("print()"), 0644);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf tar;
		CLEANUP(answer_done) struct answer x;
		buf_init(&tar, 1 << 20);
		CHECK(make_tar(&p, "-czf", &tar));
		buf_add(&tar, rows[i].behind);
		call(tar_source_verb, buf_bytes(&tar), &x);
		CHECK_ROW(x.status == rows[i].want, rows[i].name);
	}
	CHECK(chdir("/") == 0);
}

static void what_is_no_archive_is_refused(void)
{
	static const struct {
		const char *name;
		struct bytes in;
	} rows[] = {
		{ "nothing", LIT("") },
		{ "text", LIT("this is no archive at all, whatever its name says\n") },
		{ "a gzip of nothing", LIT("\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0") },
		{ "a shell script", LIT("#!/bin/sh\nexit 0\n") },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(answer_done) struct answer tar;
		CLEANUP(answer_done) struct answer zip;
		call(tar_source_verb, rows[i].in, &tar);
		call(zip_source_verb, rows[i].in, &zip);
		CHECK_ROW(zip.status == ERR_REFUSED, rows[i].name);
		CHECK_ROW(tar.status == ERR_REFUSED, rows[i].name);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a zip sdist becomes a snapshot", a_zip_sdist_becomes_a_snapshot },
		{ "a zip cut anywhere is refused", a_zip_cut_anywhere_is_refused },
		{ "tars of every compression become the same snapshot", tars_of_every_compression_become_the_same_snapshot },
		{ "a tar cut short is refused", a_tar_cut_short_is_refused },
		{ "bytes behind a compressed tar are refused", bytes_behind_a_compressed_tar_are_refused },
		{ "what is no archive is refused", what_is_no_archive_is_refused },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
