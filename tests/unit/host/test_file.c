#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "harness.h"
#include "base/fd.h"
#include "host/file.h"
#include "place.h"

static void check_content(const struct place *p, const char *name, struct bytes want)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 1 << 20);
	CHECK(place_read(p, name, &b));
	CHECK_BYTES(buf_bytes(&b), want);
}

static void a_replaced_file_is_there_whole_with_its_mode(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *what;
		unsigned mode;
		bool durable;
	} rows[] = {
		{ "private", 0600, false },
		{ "durable", 0644, true },
		{ "read-only", 0444, false },
		{ "executable", 0555, true },
	};
	place_make(&p);
	(void)umask(077);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stat st;
		CHECK_ROW(file_replace(p.fd, "target", bytes_of(rows[i].what), rows[i].mode, rows[i].durable, NULL) == OK,
			  rows[i].what);
		CHECK_ROW(fstatat(p.fd, "target", &st, 0) == 0 && (st.st_mode & 07777) == rows[i].mode, rows[i].what);
		check_content(&p, "target", bytes_of(rows[i].what));
		CHECK_NUMBER(place_count(&p, "."), 1);
	}
}

static void a_dropped_draft_leaves_the_target_and_nothing_else(void)
{
	CLEANUP(place_done) struct place p;
	struct file_draft f;
	place_make(&p);
	place_file(&p, "target", BYTES("old"), 0644);
	CHECK(file_draft_open(p.fd, 0644, &f, NULL) == OK);
	CHECK(fd_write_all(f.fd, BYTES("half of the n"), NULL) == OK);
	CHECK_NUMBER(place_count(&p, "."), 2);
	file_draft_drop(&f);
	CHECK(f.fd == -1);
	file_draft_drop(&f);
	CHECK_NUMBER(place_count(&p, "."), 1);
	check_content(&p, "target", BYTES("old"));
}

static void a_finished_draft_may_be_dropped_again(void)
{
	CLEANUP(place_done) struct place p;
	struct file_draft f;
	place_make(&p);
	CHECK(file_draft_open(p.fd, 0644, &f, NULL) == OK && fd_write_all(f.fd, BYTES("new"), NULL) == OK);
	CHECK(file_draft_finish(&f, "target", true, NULL) == OK);
	file_draft_drop(&f);
	check_content(&p, "target", BYTES("new"));
	CHECK_NUMBER(place_count(&p, "."), 1);
}

static void a_full_disk_leaves_the_old_file_and_no_draft(void)
{
	CLEANUP(place_done) struct place p;
	static unsigned char much[65536];
	struct rlimit small = { 4096, RLIM_INFINITY };
	struct diag d = { 0 };
	place_make(&p);
	place_file(&p, "target", BYTES("old"), 0644);
	(void)signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	CHECK(file_replace(p.fd, "target", bytes_make(much, sizeof much), 0644, false, &d) == ERR_IO);
	CHECK(strstr(d.text, "'target'") && strstr(d.text, strerror(EFBIG)));
	check_content(&p, "target", BYTES("old"));
	CHECK_NUMBER(place_count(&p, "."), 1);
}

static void a_draft_that_cannot_take_the_name_is_gone(void)
{
	CLEANUP(place_done) struct place p;
	struct diag d = { 0 };
	place_make(&p);
	place_file(&p, "target/inside", BYTES("x"), 0644);
	CHECK(file_replace(p.fd, "target", BYTES("new"), 0644, true, &d) == ERR_IO);
	CHECK(strstr(d.text, "'target'"));
	CHECK_NUMBER(place_count(&p, "."), 1);
	CHECK(file_replace(p.fd, "no/such/folder", BYTES("new"), 0644, false, &d) == ERR_IO);
	CHECK_NUMBER(place_count(&p, "."), 1);
}

static void a_link_in_place_of_the_target_is_replaced_and_not_followed(void)
{
	CLEANUP(place_done) struct place p;
	struct stat st;
	place_make(&p);
	place_file(&p, "elsewhere", BYTES("keep"), 0644);
	CHECK(symlinkat("elsewhere", p.fd, "target") == 0);
	CHECK(file_replace(p.fd, "target", BYTES("new"), 0644, false, NULL) == OK);
	CHECK(fstatat(p.fd, "target", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode));
	check_content(&p, "elsewhere", BYTES("keep"));
	check_content(&p, "target", BYTES("new"));
}

static void directories_are_made_with_their_parents(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *path;
		bool is_private;
		unsigned mode;
		enum status want;
	} rows[] = {
		{ "a", true, 0700, OK },      { "a/b/c", true, 0700, OK },  { "x/y", false, 0755, OK },
		{ "a/b", false, 0700, OK },   { "x//y/", false, 0755, OK }, { "file/z", false, 0, ERR_IO },
		{ "file", false, 0, ERR_IO }, { "", false, 0, ERR_IO },
	};
	place_make(&p);
	(void)umask(022);
	place_file(&p, "file", BYTES("x"), 0644);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(fd_close) int fd = -1;
		struct stat st;
		struct diag d = { 0 };
		CHECK_ROW(directory_make(p.fd, rows[i].path, rows[i].is_private, &fd, &d) == rows[i].want, rows[i].path);
		CHECK_ROW((fd >= 0) == (rows[i].want == OK), rows[i].path);
		if (fd >= 0)
			CHECK_ROW(fstat(fd, &st) == 0 && (st.st_mode & 0777) == rows[i].mode, rows[i].path);
		else
			CHECK_ROW(d.text[0], rows[i].path);
	}
	CLEANUP(fd_close) int absolute = -1;
	CHECK(directory_make(AT_FDCWD, place_path(&p, "from/the/root"), true, &absolute, NULL) == OK);
	char endless[5000];
	memset(endless, 'a', sizeof endless - 1);
	endless[sizeof endless - 1] = '\0';
	CHECK(directory_make(p.fd, endless, true, &absolute, NULL) == ERR_IO);
}

static void an_absent_directory_is_told_apart(void)
{
	CLEANUP(place_done) struct place p;
	struct diag d = { 0 };
	int fd = -1;
	place_make(&p);
	place_file(&p, "file", BYTES("x"), 0644);
	CHECK(directory_open(p.fd, "nothing", &fd, &d) == ERR_ABSENT && strstr(d.text, "'nothing'"));
	CHECK(directory_open(p.fd, "file", &fd, &d) == ERR_IO && fd == -1);
}

static void directories_are_made_inside_without_links(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *path;
		enum status want;
	} rows[] = {
		{ "new", OK },         { "new/deep/er", OK },    { ".", OK },
		{ "out", ERR_USAGE },  { "out/new", ERR_USAGE }, { "near", ERR_USAGE },
		{ "file", ERR_USAGE }, { "file/x", ERR_USAGE },  { "../escape", ERR_IO },
		{ "", ERR_IO },
	};
	place_make(&p);
	place_file(&p, "outside/kept", BYTES("x"), 0644);
	place_file(&p, "project/file", BYTES("x"), 0644);
	CHECK(mkdirat(p.fd, "project/there", 0755) == 0);
	CHECK(symlinkat("../outside", p.fd, "project/out") == 0 && symlinkat("there", p.fd, "project/near") == 0);
	CLEANUP(fd_close) int project = openat(p.fd, "project", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(fd_close) int fd = -1;
		CHECK_ROW(directory_make_inside(project, rows[i].path, &fd, NULL) == rows[i].want, rows[i].path);
		CHECK_ROW((fd >= 0) == (rows[i].want == OK), rows[i].path);
	}
	CHECK(faccessat(p.fd, "project/new/deep/er", F_OK, 0) == 0);
	CHECK_NUMBER(place_count(&p, "outside"), 1);
	CHECK(faccessat(p.fd, "escape", F_OK, 0) != 0);
}

static void reading_waits_for_no_pipe(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *name;
		enum status want;
	} rows[] = { { "pipe", ERR_IO }, { "to-pipe", ERR_IO }, { "folder", ERR_IO },
		     { "zero", ERR_IO }, { "null", OK },        { "file", OK } };
	place_make(&p);
	place_file(&p, "file", BYTES("x"), 0644);
	CHECK(mkfifoat(p.fd, "pipe", 0600) == 0 && mkdirat(p.fd, "folder", 0755) == 0 && symlinkat("pipe", p.fd, "to-pipe") == 0);
	CHECK(symlinkat("/dev/zero", p.fd, "zero") == 0 && symlinkat("/dev/null", p.fd, "null") == 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf b;
		struct diag d = { 0 };
		buf_init(&b, 100);
		CHECK_ROW(file_read(p.fd, rows[i].name, &b, &d) == rows[i].want, rows[i].name);
		CHECK_ROW(rows[i].want == OK || strstr(d.text, "not a regular file"), d.text);
	}
}

static void a_named_pipe_is_read_to_its_end(void)
{
	CLEANUP(buf_done) struct buf b;
	int ends[2];
	char path[64];
	buf_init(&b, 100);
	CHECK(pipe2(ends, O_CLOEXEC) == 0 && write(ends[1], "from a program", 14) == 14);
	(void)close(ends[1]);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
	CHECK(file_read_named(path, &b, NULL) == OK);
	CHECK_BYTES(buf_bytes(&b), BYTES("from a program"));
	(void)close(ends[0]);
}

static void removing_follows_no_link_and_opens_what_is_read_only(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	place_file(&p, "kept/precious", BYTES("x"), 0600);
	place_file(&p, "tree/deep/er/file", BYTES("x"), 0444);
	CHECK(symlinkat("../kept", p.fd, "tree/link") == 0 && symlinkat("/nothing/there", p.fd, "tree/deep/dangling") == 0);
	CHECK(mkfifoat(p.fd, "tree/pipe", 0600) == 0);
	CHECK(fchmodat(p.fd, "tree/deep/er", 0555, 0) == 0 && fchmodat(p.fd, "tree/deep", 0555, 0) == 0);
	CHECK(directory_remove(p.fd, "tree", NULL) == OK);
	check_content(&p, "kept/precious", BYTES("x"));
	CHECK_NUMBER(place_count(&p, "."), 1);
	CHECK(symlinkat("kept", p.fd, "link") == 0 && directory_remove(p.fd, "link", NULL) == OK);
	check_content(&p, "kept/precious", BYTES("x"));
	CHECK(directory_remove(p.fd, "kept/precious", NULL) == OK && place_count(&p, "kept") == 0);
	CHECK(directory_remove(p.fd, "never was", NULL) == OK);
}

static void a_directory_of_many_files_is_removed(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	for (int i = 0; i < 3000; i++) {
		char name[64];
		(void)snprintf(name, sizeof name, "many/file-with-a-long-name-%d", i);
		place_file(&p, name, BYTES(""), 0644);
	}
	CHECK(directory_remove(p.fd, "many", NULL) == OK);
	CHECK_NUMBER(place_count(&p, "."), 0);
}

static void reading_stops_at_the_limit(void)
{
	CLEANUP(place_done) struct place p;
	static const struct {
		const char *name;
		size_t size, max;
		enum status want;
	} rows[] = {
		{ "empty, none allowed", 0, 0, OK },
		{ "one, none allowed", 1, 0, ERR_LIMIT },
		{ "exactly", 100, 100, OK },
		{ "one too many", 101, 100, ERR_LIMIT },
		{ "more than a block", 200000, 200000, OK },
		{ "more than a block and one", 200001, 200000, ERR_LIMIT },
	};
	static unsigned char content[200001];
	place_make(&p);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(buf_done) struct buf out;
		struct diag d = { 0 };
		buf_init(&out, rows[i].max);
		place_file(&p, rows[i].name, bytes_make(content, rows[i].size), 0644);
		CHECK_ROW(file_read(p.fd, rows[i].name, &out, &d) == rows[i].want, rows[i].name);
		if (rows[i].want == OK)
			CHECK_ROW(bytes_equal(buf_bytes(&out), bytes_make(content, rows[i].size)), rows[i].name);
		else
			CHECK_ROW(strstr(d.text, rows[i].name) && out.size <= rows[i].max, rows[i].name);
	}
	CLEANUP(buf_done) struct buf out;
	struct diag d = { 0 };
	buf_init(&out, 10);
	CHECK(file_read(p.fd, "nothing", &out, &d) == ERR_ABSENT && strstr(d.text, "'nothing'"));
	CHECK(file_read(p.fd, ".", &out, &d) == ERR_IO);
}

static void reading_appends_and_starts_where_the_descriptor_stands(void)
{
	CLEANUP(buf_done) struct buf out;
	CLEANUP(fd_close) int fd = memory_file(BYTES("0123456789"));
	buf_init(&out, 100);
	buf_add_string(&out, "before ");
	CHECK(lseek(fd, 7, SEEK_SET) == 7 && file_read_fd(fd, &out, NULL) == OK);
	CHECK_BYTES(buf_bytes(&out), BYTES("before 789"));
}

static void a_created_file_never_replaces_anything(void)
{
	static const struct {
		const char *name;
		bool is_taken;
	} rows[] = { { "new", false }, { "new", true }, { "folder", true }, { "dangling", true } };
	CLEANUP(place_done) struct place p;
	place_make(&p);
	place_folder(&p, "folder");
	CHECK(symlinkat("nowhere", p.fd, "dangling") == 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct diag d = { 0 };
		enum status s = file_create(p.fd, rows[i].name, i ? BYTES("second") : BYTES("first"), 0600, &d);
		CHECK_ROW(s == (rows[i].is_taken ? ERR_ABSENT : OK), rows[i].name);
		CHECK_ROW(!s || strstr(d.text, rows[i].name) != NULL, rows[i].name);
	}
	CLEANUP(buf_done) struct buf content;
	buf_init(&content, 100);
	CHECK(place_read(&p, "new", &content));
	CHECK_BYTES(buf_bytes(&content), BYTES("first"));
	CHECK_NUMBER(place_count(&p, "."), 3); /* and no draft */
	CHECK(faccessat(p.fd, "nowhere", F_OK, 0) != 0);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "a replaced file is there whole, with its mode", a_replaced_file_is_there_whole_with_its_mode },
		{ "a dropped draft leaves the target and nothing else", a_dropped_draft_leaves_the_target_and_nothing_else },
		{ "a finished draft may be dropped again", a_finished_draft_may_be_dropped_again },
		{ "a full disk leaves the old file and no draft", a_full_disk_leaves_the_old_file_and_no_draft },
		{ "a draft that cannot take the name is gone", a_draft_that_cannot_take_the_name_is_gone },
		{ "a link in place of the target is replaced, not followed",
		  a_link_in_place_of_the_target_is_replaced_and_not_followed },
		{ "a created file never replaces anything", a_created_file_never_replaces_anything },
		{ "directories are made with their parents", directories_are_made_with_their_parents },
		{ "an absent directory is told apart", an_absent_directory_is_told_apart },
		{ "below a stranger's folder no link is followed", directories_are_made_inside_without_links },
		{ "reading waits for no pipe, and takes no device but /dev/null", reading_waits_for_no_pipe },
		{ "a pipe that is named is read to its end", a_named_pipe_is_read_to_its_end },
		{ "removing follows no link and opens what is read-only", removing_follows_no_link_and_opens_what_is_read_only },
		{ "a directory of many files is removed", a_directory_of_many_files_is_removed },
		{ "reading stops at the limit", reading_stops_at_the_limit },
		{ "reading appends and starts where the descriptor stands", reading_appends_and_starts_where_the_descriptor_stands },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
