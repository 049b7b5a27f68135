#include "host/locked.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "host/file.h"

/* The same for all, so that a pointer is enough to give it back. */
enum { ROOM = LOCKED_MAX + 4096 };
/* For locked_copy. A larger mapping is a sanitizer's, or a thread's stack. */
enum { RESERVE = 1 << 20, MAPPING_MAX = 16 << 20, MAPS_MAX = 1 << 20 };
/* Below the size from which malloc makes mappings. */
enum { BLOCKS = 64, BLOCK_SIZE = 96 << 10 };

enum status locked_copy(struct bytes b, char **ret, struct diag *d)
{
	if (b.size > LOCKED_MAX)
		return fail(d, ERR_LIMIT, 0, "a secret is longer than %d bytes", LOCKED_MAX);
	void *p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return fail(d, ERR_IO, 0, "get memory for a secret: %s", strerror(errno));
	(void)madvise(p, ROOM, MADV_DONTDUMP);
	(void)madvise(p, ROOM, MADV_WIPEONFORK);
	(void)mlock(p, b.size + 1); /* not more than there is: the limit is of all secrets together */
	bytes_copy(p, b);
	*ret = p;
	return OK;
}

void locked_free(char **p)
{
	if (!*p)
		return;
	explicit_bzero(*p, ROOM);
	(void)munmap(*p, ROOM);
	*p = NULL;
}

/* ---- the whole process ---- */

/* The heap grows by this at once, and does not shrink. */
static void grow_heap(void)
{
	(void)mallopt(M_TOP_PAD, LOCKED_HEAP);
	(void)mallopt(M_TRIM_THRESHOLD, 2 * LOCKED_HEAP);
	void *blocks[BLOCKS], *end = sbrk(0);
	size_t n = 0;
	while (n < BLOCKS && sbrk(0) == end) /* until what it has is used up */
		blocks[n++] = malloc(BLOCK_SIZE);
	while (n)
		free(blocks[--n]);
}

/* The lower-case hexadecimal number that text begins with, which is taken away. */
static uint64_t take_address(struct bytes *text)
{
	uint64_t n = 0;
	for (; text->size; *text = bytes_from(*text, 1)) {
		unsigned char c = text->data[0];
		if (!byte_is_digit(c) && (c < 'a' || c > 'f'))
			break;
		n = n << 4 | (uint64_t)(byte_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return n;
}

/* "55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0   [heap]": proc_pid_maps(5). */
static size_t lock_mapping(struct bytes line, size_t left)
{
	uint64_t from = take_address(&line);
	(void)bytes_cut(&line, '-');
	uint64_t to = take_address(&line);
	size_t size = (size_t)(to - from);
	bool fits = bytes_starts(line, BYTES(" rw-p ")) && to > from && size <= MAPPING_MAX && size <= left;
	return fits && mlock2((void *)(uintptr_t)from, size, MLOCK_ONFAULT) == 0 ? size : 0;
}

void locked_process(void)
{
	CLEANUP(buf_done) struct buf maps;
	struct rlimit limit;
	if (getrlimit(RLIMIT_MEMLOCK, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	grow_heap();
	buf_init(&maps, MAPS_MAX);
	if (limit.rlim_cur <= RESERVE || file_read(AT_FDCWD, "/proc/self/maps", &maps, NULL))
		return;
	size_t left = limit.rlim_cur == RLIM_INFINITY ? SIZE_MAX : (size_t)limit.rlim_cur - RESERVE;
	for (struct bytes rest = buf_bytes(&maps); rest.size;)
		left -= lock_mapping(bytes_cut(&rest, '\n'), left);
}
