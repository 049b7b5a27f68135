/* The one request the proxy takes, read strictly: CONNECT host:port (RFC 9110 section 9.3.6). Pure.
 * What comes here was written by the code being built: everything ambiguous is refused. */
#ifndef NET_CONNECT_H
#define NET_CONNECT_H

#include "net/url.h"

/* Real clients send 100 to 400 bytes. */
enum { CONNECT_HEAD_MAX = 8 << 10 };

struct connect_request {
	char host[URL_HOST_MAX + 1]; /* lower case */
	uint16_t port;
};

/* Size of the head of a request (up to and with its empty line), or 0 while it is not complete. O(received). */
size_t connect_head_size(struct bytes received);

/* Parses a whole head. Returns 0 and fills *ret, or the HTTP status of the refusal and *ret_reason (static):
 * 400 malformed: bare CR or LF, NUL or other control bytes, folded or nameless headers, not HTTP/1.0 or 1.1, '@' or anything
 *     but a host name and a port from 1 to 65535 without leading zeros, a trailing dot
 * 403 an IP address in any notation in place of a name
 * 405 another method. */
int connect_parse(struct bytes head, struct connect_request *ret, const char **ret_reason);

#endif
