/* The name server of the inside: there is none, so every question is answered with "no such name" at once. What was asked
 * is worth knowing: it is the host a build wanted. RFC 1035. */
#ifndef SANDBOX_NAMES_H
#define SANDBOX_NAMES_H

#include "base/bytes.h"

/* A name has at most 255 bytes (RFC 1035, 2.3.4), each of which may be written as four. */
enum { NAMES_TEXT_MAX = 1024, NAMES_PACKET_MAX = 512 };

/* How many questions a query says it has, and where the first one begins. 0: it is no query (RFC 1035, 4.1). */
size_t names_count(struct bytes packet, size_t *ret_at);
/* Reads the question at *at and moves *at behind it: the name with dots and no final one, other bytes than letters, digits, '-'
 * and '_' as \DDD (RFC 1035, 5.1), and its type. False: a pointer, a label beyond the packet, a name that is too long, the root. */
bool names_read(struct bytes packet, size_t *at, char ret_name[NAMES_TEXT_MAX], unsigned *ret_type);

/* The type of question that programs ask beside the one for an IPv4 address. */
enum { NAMES_AAAA = 28 };

typedef void (*names_tell)(void *context, const char *name, unsigned type);
/* Takes one datagram from the socket, tells of every name in it, and answers. */
void names_answer(int fd, names_tell tell, void *context);

#endif
