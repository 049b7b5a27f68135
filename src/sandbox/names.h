/* The name server of the inside: there is none, so every question is answered with "no such name" at once. What was asked
 * is worth knowing: it is the host a build wanted. RFC 1035. */
#ifndef SANDBOX_NAMES_H
#define SANDBOX_NAMES_H

#include "base/bytes.h"

enum { NAMES_TEXT_MAX = 256, NAMES_PACKET_MAX = 512 };

/* Reads the first question of a query: its name with dots and no final one, bytes as they are. *ret_size: header and question.
 * False when it is no query (RFC 1035, 4.1): a response, no question, a pointer or a label beyond the packet. */
bool names_read(struct bytes packet, char ret_name[NAMES_TEXT_MAX], size_t *ret_size);

/* Takes one datagram from the socket and answers it. True when a name was asked for (the second question for the same name,
 * AAAA after A, is answered but not told). */
bool names_answer(int fd, char ret_name[NAMES_TEXT_MAX]);

#endif
