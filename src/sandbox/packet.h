/* Packets with descriptors over a SOCK_SEQPACKET socket: how hwb, the launcher and pid 1 hand things to each other. */
#ifndef SANDBOX_PACKET_H
#define SANDBOX_PACKET_H

#include <sys/types.h>

#include "base/bytes.h"

enum { PACKET_FDS_MAX = 8 };

/* One packet; fds: borrowed, may be NULL. 0, or -1 with errno; raises no SIGPIPE. */
int packet_send(int to, struct bytes packet, const int *fds, size_t n_fds);
/* Waits for one. Up to size bytes and PACKET_FDS_MAX descriptors (close-on-exec, the caller's); returns as recvmsg does, 0 at the
 * end of the socket. */
ssize_t packet_receive(int from, void *packet, size_t size, int fds[PACKET_FDS_MAX], size_t *ret_n_fds);

#endif
