/* Files without a name: where they are, and that nobody writes them any more once they are full. */
#include <fcntl.h>
#include <sys/stat.h>

#include "harness.h"
#include "base/fd.h"
#include "host/spool.h"
#include "place.h"

static bool is_in(const struct place *p, int fd)
{
	struct stat folder, file;
	return fstat(p->fd, &folder) == 0 && fstat(fd, &file) == 0 && file.st_dev == folder.st_dev && file.st_nlink == 0;
}

static void what_is_large_is_on_the_disk_without_a_name(void)
{
	CLEANUP(place_done) struct place p;
	place_make(&p);
	struct run_context with = { .spool_path = p.path }, without = { .spool_path = NULL },
			   wrong = { .spool_path = "/dev/null/no" };
	const struct {
		const char *what;
		const struct run_context *run;
		uint64_t size;
		bool on_disk;
	} rows[] = {
		{ "small", &with, SPOOL_MEMORY_MAX, false },
		{ "large", &with, SPOOL_MEMORY_MAX + 1, true },
		{ "larger than any disk", &with, INT64_MAX, false },
		{ "beyond what a file can have", &with, UINT64_MAX, false },
		{ "no folder", &without, SPOOL_MEMORY_MAX + 1, false },
		{ "a folder that is not there", &wrong, SPOOL_MEMORY_MAX + 1, false },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(fd_close) int fd = -1;
		char got[4] = { 0 };
		struct stat st;
		CHECK_ROW(spool_open(rows[i].run, "test", rows[i].size, &fd, NULL) == OK, rows[i].what);
		CHECK_ROW(spool_is_in_memory(fd) == !rows[i].on_disk && is_in(&p, fd) == rows[i].on_disk, rows[i].what);
		CHECK_ROW(fstat(fd, &st) == 0 && st.st_size == 0, rows[i].what);
		CHECK_ROW(fd_write_all(fd, BYTES("abc"), NULL) == OK && spool_close(&fd, NULL) == OK, rows[i].what);
		CHECK_ROW(write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0, rows[i].what);
		CHECK_ROW(pread(fd, got, sizeof got, 0) == 3 && strcmp(got, "abc") == 0, rows[i].what);
	}
	CHECK_NUMBER(place_count(&p, "."), 0);
}

static void a_copy_does_not_follow_what_its_original_becomes(void)
{
	static char content[SPOOL_MEMORY_MAX + 100];
	CLEANUP(place_done) struct place p;
	struct run_context run = { 0 };
	struct diag d = { 0 };
	place_make(&p);
	run.spool_path = p.path;
	memset(content, 'a', sizeof content);
	const size_t sizes[] = { 0, 3, sizeof content };
	const char *path = place_path(&p, "original");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		CLEANUP(fd_close) int fd = -1;
		struct stat st;
		char first = 0;
		place_file(&p, "original", bytes_make(content, sizes[i]), 0644);
		CHECK(spool_copy(&run, path, sizes[i], &fd, &d) == OK);
		place_file(&p, "original", BYTES("b"), 0644);
		CHECK(fstat(fd, &st) == 0 && (size_t)st.st_size == sizes[i]);
		CHECK(lseek(fd, 0, SEEK_CUR) >= 0 && pread(fd, &first, 1, 0) == (sizes[i] > 0) && (!sizes[i] || first == 'a'));
	}
	CLEANUP(fd_close) int none = -1;
	CHECK(spool_copy(&run, path, 0, &none, &d) == ERR_LIMIT && none == -1);
	CHECK(spool_copy(&run, p.path, 100, &none, &d) == ERR_IO && none == -1);
	CHECK(unlinkat(p.fd, "original", 0) == 0 && spool_copy(&run, path, 100, &none, &d) == ERR_ABSENT && none == -1);
	CHECK_NUMBER(place_count(&p, "."), 0);
}

static void a_file_of_a_tmpfs_is_in_memory_and_closed_all_the_same(void)
{
	CLEANUP(fd_close) int fd = -1;
	struct run_context run = { .spool_path = "/dev/shm" };
	if (access(run.spool_path, W_OK))
		test_skip("no /dev/shm");
	CHECK(spool_open(&run, "test", SPOOL_MEMORY_MAX + 1, &fd, NULL) == OK && spool_is_in_memory(fd));
	CHECK(fd_write_all(fd, BYTES("abc"), NULL) == OK && spool_close(&fd, NULL) == OK);
	CHECK(spool_is_in_memory(fd) && write(fd, "x", 1) < 0 && ftruncate(fd, 0) < 0);
}

static void where_there_is_no_disk_a_room_takes_nothing(void)
{
	CLEANUP(place_done) struct place p;
	CLEANUP(fd_close) int fd = -1;
	CLEANUP(fd_close) int none = -1;
	struct run_context run = { 0 };
	place_make(&p);
	CHECK(spool_room(&run, &none, NULL) == OK && posix_fallocate(none, 0, 1) != 0 && write(none, "x", 1) < 0);
	run.spool_path = p.path;
	CHECK(spool_room(&run, &fd, NULL) == OK && is_in(&p, fd) && write(fd, "x", 1) == 1);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "what is large is on the disk, without a name", what_is_large_is_on_the_disk_without_a_name },
		{ "a copy does not follow what its original becomes", a_copy_does_not_follow_what_its_original_becomes },
		{ "a file of a tmpfs is in memory, and closed all the same", a_file_of_a_tmpfs_is_in_memory_and_closed_all_the_same },
		{ "where there is no disk, a room takes nothing", where_there_is_no_disk_a_room_takes_nothing },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
