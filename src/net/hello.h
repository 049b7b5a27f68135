/* The first message of TLS (RFC 8446 section 4.1.2): does it name, in the open, the very host that CONNECT named?
 * An allowed host behind a CDN must not be a door to every other name of that CDN. Pure. */
#ifndef NET_HELLO_H
#define NET_HELLO_H

#include "base/bytes.h"

/* A hello with post-quantum key shares is about 2 KiB; what does not fit is refused. */
enum { HELLO_SIZE_MAX = 12 << 10 };

enum hello_verdict { HELLO_GOOD, HELLO_MORE, HELLO_BAD };

/* received: all bytes of the client so far. HELLO_MORE: incomplete, but right so far. HELLO_BAD: *ret_reason (static) says why:
 * not TLS, no server name or another one, an encrypted hello (ECH, also a dummy one), too large, malformed. O(received). */
enum hello_verdict hello_check(struct bytes received, const char *host, const char **ret_reason);

#endif
