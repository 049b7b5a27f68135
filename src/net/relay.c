#include "net/relay.h"

#include <errno.h>
#include <sys/socket.h>

bool relay_wants_read(const struct relay *r)
{
	return !r->ended && r->size < RELAY_ROOM;
}

bool relay_wants_write(const struct relay *r)
{
	return r->size > 0 || (r->ended && !r->closed);
}

static bool is_not_yet(int error)
{
	return error == EAGAIN || error == EINTR;
}

bool relay_read(struct relay *r, int fd)
{
	if (!relay_wants_read(r))
		return true;
	ssize_t n = recv(fd, r->data + r->size, RELAY_ROOM - r->size, MSG_DONTWAIT);
	if (n < 0)
		return is_not_yet(errno);
	r->ended = n == 0;
	r->size += (size_t)n;
	r->n_taken += (size_t)n;
	return true;
}

bool relay_write(struct relay *r, int fd)
{
	if (r->size > 0) {
		ssize_t n = send(fd, r->data, r->size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return is_not_yet(errno);
		relay_skip(r, (size_t)n);
	}
	if (r->size == 0 && r->ended && !r->closed) {
		(void)shutdown(fd, SHUT_WR);
		r->closed = true;
	}
	return true;
}

struct bytes relay_pending(const struct relay *r)
{
	return bytes_make(r->data, r->size);
}

void relay_skip(struct relay *r, size_t n)
{
	r->size -= n;
	/* Everything moves to the front, so that room is never lost behind what is gone. */
	memmove(r->data, r->data + n, r->size);
}

bool relay_put(struct relay *r, struct bytes b)
{
	if (b.size > RELAY_ROOM - r->size)
		return false;
	bytes_copy(r->data + r->size, b);
	r->size += b.size;
	return true;
}
