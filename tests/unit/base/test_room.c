/* Room for large contents: in memory, and in a file where there is one that takes them. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "base/room.h"

static void fill(struct room *r, size_t size, unsigned char with)
{
	unsigned char *to = room_for(r, size);
	CHECK(to != NULL);
	memset(to, with, size);
}

static void large_contents_are_in_the_file_and_small_ones_are_not(void)
{
	CLEANUP(room_done) struct room r;
	CLEANUP(fd_close) int fd = memfd_create("test", MFD_CLOEXEC);
	struct stat st;
	unsigned char got;
	CHECK(fd >= 0);
	room_init(&r, fd);
	fill(&r, ROOM_MEMORY_MAX, 'a');
	CHECK(fstat(fd, &st) == 0 && st.st_size == 0);
	fill(&r, ROOM_MEMORY_MAX + 1, 'b');
	CHECK(pread(fd, &got, 1, ROOM_MEMORY_MAX) == 1 && got == 'b');
	fill(&r, ROOM_MEMORY_MAX + 5000, 'c'); /* grows */
	CHECK(pread(fd, &got, 1, ROOM_MEMORY_MAX + 4999) == 1 && got == 'c');
	fill(&r, ROOM_MEMORY_MAX + 1, 'd'); /* has room already */
	CHECK(pread(fd, &got, 1, 0) == 1 && got == 'd');
	fill(&r, 0, 'e');
}

static void without_a_file_that_takes_them_they_are_in_memory(void)
{
	CLEANUP(fd_close) int closed = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CLEANUP(fd_close) int device = open("/dev/null", O_RDWR | O_CLOEXEC);
	CHECK(closed >= 0 && device >= 0 && fcntl(closed, F_ADD_SEALS, F_SEAL_GROW) == 0);
	const int fds[] = { -1, closed, device };
	for (size_t i = 0; i < COUNT(fds); i++) {
		CLEANUP(room_done) struct room r;
		room_init(&r, fds[i]);
		fill(&r, ROOM_MEMORY_MAX + 1, 'a');
		CHECK(r.memory.room > ROOM_MEMORY_MAX && !r.mapped);
	}
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "large contents are in the file, and small ones are not", large_contents_are_in_the_file_and_small_ones_are_not },
		{ "without a file that takes them they are in memory", without_a_file_that_takes_them_they_are_in_memory },
	};
	return test_main(argc, argv, tests, COUNT(tests));
}
