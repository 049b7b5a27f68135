#include "net/wiping.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void *wiping_malloc(size_t size)
{
	return malloc(size);
}

void *wiping_calloc(size_t n, size_t size)
{
	return calloc(n, size);
}

void wiping_free(void *p)
{
	if (p)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* Never in place: what the C library moves, it leaves behind as it was. */
void *wiping_realloc(void *old, size_t size)
{
	void *fresh = malloc(size ? size : 1);
	size_t kept = old ? malloc_usable_size(old) : 0;
	if (!fresh)
		return NULL;
	if (old)
		memcpy(fresh, old, kept < size ? kept : size);
	wiping_free(old);
	return fresh;
}

char *wiping_strdup(const char *s)
{
	return strdup(s);
}
