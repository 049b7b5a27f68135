/* Memory for libcurl, which copies passwords into buffers of its own: what it gives back is wiped. For hwb-net only. */
#ifndef NET_WIPING_H
#define NET_WIPING_H

#include <stddef.h>

/* As the functions of the C library without "wiping_"; NULL when there is no memory, for libcurl says so itself. */
void *wiping_malloc(size_t size);
void *wiping_calloc(size_t n, size_t size);
void *wiping_realloc(void *old, size_t size);
char *wiping_strdup(const char *s);
void wiping_free(void *p);

#endif
