/* Records between hwb and hwb-net over a SOCK_SEQPACKET socket pair: one message is one wire record (base/wire.h),
 * and may carry one descriptor (SCM_RIGHTS). Whoever reads trusts neither size nor content. */
#ifndef NET_CHANNEL_H
#define NET_CHANNEL_H

#include "base/buf.h"
#include "base/status.h"

/* Four URLs fit; it is below the kernel's default for a socket buffer (212,992), so a message is never refused as too long. */
enum { CHANNEL_RECORD_MAX = 64 << 10 };

enum channel_outcome {
	CHANNEL_DONE,
	CHANNEL_LATER, /* nothing there, or no room: poll and try again */
	CHANNEL_CLOSED, /* the other side is gone */
	CHANNEL_FAILED, /* errno says why; EMSGSIZE when a record was too long */
};

/* Sends one record, of 1 to CHANNEL_RECORD_MAX bytes. pass_fd: borrowed, or -1. wait: block until there is room. */
MUST_USE enum channel_outcome channel_send(int fd, struct bytes record, int pass_fd, bool wait);

/* Receives one record into *ret_record (init'ed by the caller with room for CHANNEL_RECORD_MAX; it is emptied first).
 * ret_fd: where a passed descriptor goes (owned by the caller, close-on-exec; -1 when none came), or NULL: the kernel
 * drops what is passed. */
MUST_USE enum channel_outcome channel_receive(int fd, struct buf *ret_record, int *ret_fd, bool wait);

#endif
