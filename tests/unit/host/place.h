/* A directory of its own for one case, below /tmp; gone at the end of the case when that went well.
 * Everything ends the case when the system says no. */
#ifndef TESTS_PLACE_H
#define TESTS_PLACE_H

#include "base/buf.h"
#include "base/bytes.h"

struct place {
	int fd;
	char path[64];
};

void place_make(struct place *p);
/* Fits CLEANUP. */
void place_done(struct place *p);

/* name may hold folders; they are made. mode is what the file has in the end, whatever the umask says. */
void place_file(const struct place *p, const char *name, struct bytes content, unsigned mode);
void place_folder(const struct place *p, const char *name);
/* The whole file, appended; false when it is not there. */
bool place_read(const struct place *p, const char *name, struct buf *out);
/* How many entries the directory has, without "." and "..". */
size_t place_count(const struct place *p, const char *name);
/* Seconds since 1970, for access and modification. */
void place_time(const struct place *p, const char *name, int64_t unix_seconds);
/* PATH/name, in static memory until the next call. */
const char *place_path(const struct place *p, const char *name);

/* A memory file with these bytes; the caller closes. */
int memory_file(struct bytes content);
/* What a descriptor holds, from its start. */
void memory_read(int fd, struct buf *out);

#endif
