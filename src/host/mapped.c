#include "host/mapped.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum status mapped_open(int fd, uint64_t max, struct bytes *ret, struct diag *d)
{
	struct stat st;
	if (fstat(fd, &st))
		return fail(d, ERR_IO, 0, "look at a file: %s", strerror(errno));
	if ((uint64_t)st.st_size > max)
		return fail(d, ERR_LIMIT, 0, "a file has %lld bytes, more than %llu", (long long)st.st_size, (unsigned long long)max);
	if (st.st_size == 0) {
		*ret = (struct bytes){ NULL, 0 };
		return OK;
	}
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return fail(d, ERR_IO, 0, "map a file: %s", strerror(errno));
	*ret = bytes_make(map, (size_t)st.st_size);
	return OK;
}

void mapped_done(struct bytes *b)
{
	if (b->data)
		(void)munmap((void *)(uintptr_t)b->data, b->size);
	*b = (struct bytes){ NULL, 0 };
}
