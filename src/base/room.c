#include "base/room.h"

#include <fcntl.h>
#include <sys/mman.h>

void room_init(struct room *r, int fd)
{
	*r = (struct room){ .fd = fd };
	buf_init(&r->memory, SIZE_MAX / 2); /* what is read has limits of its own */
}

static void unmap(struct room *r)
{
	if (r->mapped)
		(void)munmap(r->mapped, r->mapped_size);
	r->mapped = NULL;
}

/* Its place on the disk is reserved first: a page that has none ends the process when it is written. */
static unsigned char *in_file(struct room *r, size_t size)
{
	if (r->mapped && size <= r->mapped_size)
		return r->mapped;
	unmap(r);
	if (fallocate(r->fd, 0, 0, (off_t)size))
		return NULL;
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (map == MAP_FAILED)
		return NULL;
	r->mapped = map;
	r->mapped_size = size;
	return r->mapped;
}

unsigned char *room_for(struct room *r, size_t size)
{
	unsigned char *at = r->fd >= 0 && size > ROOM_MEMORY_MAX ? in_file(r, size) : NULL;
	if (at)
		return at;
	buf_clear(&r->memory);
	return buf_reserve(&r->memory, size);
}

void room_done(struct room *r)
{
	buf_done(&r->memory);
	unmap(r);
	room_init(r, -1);
}
