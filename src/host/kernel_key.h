/* A secret that the kernel keeps for the user (keyrings(7)): somebody has put it there with keyctl(1) or at login. */
#ifndef HOST_KERNEL_KEY_H
#define HOST_KERNEL_KEY_H

#include "base/buf.h"
#include "base/status.h"

/* Appends the payload of the key of type "user" with that description, in the session's or the user's keyring. *out should be marked
 * secret; its max is the limit. ERR_ABSENT: there is none, or no keyring can be asked here. ERR_LIMIT. */
MUST_USE enum status kernel_key_read(const char *description, struct buf *out, struct diag *d);

#endif
