#include "host/locked.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* The same for all, so that a pointer is enough to give it back. */
enum { ROOM = LOCKED_MAX + 4096 };

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
