#include "host/kernel_key.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>

enum { PAYLOAD_MAX = 32767 }; /* keyrings(7): the limit of type "user" */

enum status kernel_key_read(const char *description, struct buf *out, struct diag *d)
{
	long key = syscall(SYS_request_key, "user", description, NULL, 0);
	if (key < 0)
		key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", description, 0);
	if (key < 0)
		return fail(d, ERR_ABSENT, 0, "no key '%s' in the kernel's keyrings: %s", description, strerror(errno));
	size_t room = out->max > out->size ? out->max - out->size : 0;
	if (room > PAYLOAD_MAX)
		room = PAYLOAD_MAX;
	unsigned char *to = buf_reserve(out, room);
	long size = to ? syscall(SYS_keyctl, KEYCTL_READ, key, to, room) : -1;
	if (size < 0)
		return fail(d, ERR_ABSENT, 0, "the key '%s' cannot be read: %s", description, to ? strerror(errno) : "no room");
	if ((size_t)size > room)
		return fail(d, ERR_LIMIT, 0, "the key '%s' is longer than %zu bytes", description, room);
	buf_grew(out, (size_t)size);
	return OK;
}
