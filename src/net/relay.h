/* Bytes one way between two sockets, through a fixed buffer, with half-close. Private to the proxy. */
#ifndef NET_RELAY_H
#define NET_RELAY_H

#include "base/bytes.h"

/* Measured (bench.py proxy): a tenth faster than 16 KiB; more gives little and costs 64 connections twice as much. */
enum { RELAY_ROOM = 32 << 10 };

struct relay {
	uint64_t n_taken; /* bytes read from the source, ever */
	size_t size; /* data[0..size) waits for the other side */
	bool ended; /* the source will send no more */
	bool closed; /* and the other side has been told so */
	unsigned char data[RELAY_ROOM];
};

/* Is there room (and a source) to read, and is there something to write? */
bool relay_wants_read(const struct relay *r);
bool relay_wants_write(const struct relay *r);
/* Reads once without blocking. False: the connection is broken. */
bool relay_read(struct relay *r, int fd);
/* Writes once without blocking; when the source has ended and all is written, shuts fd down for writing. False: broken. */
bool relay_write(struct relay *r, int fd);
/* What waits. */
struct bytes relay_pending(const struct relay *r);
/* Drops n bytes of what waits. */
void relay_skip(struct relay *r, size_t n);
/* Puts bytes in, as if they had been read; false when there is no room. Not counted in n_taken. */
bool relay_put(struct relay *r, struct bytes b);

#endif
