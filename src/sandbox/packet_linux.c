#include "sandbox/packet.h"

#include <errno.h>
#include <sys/socket.h>

union control {
	char room[CMSG_SPACE(PACKET_FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

int packet_send(int to, struct bytes packet, const int *fds, size_t n_fds)
{
	union control control = { .room = { 0 } };
	struct iovec part = { .iov_base = (void *)(uintptr_t)packet.data, .iov_len = packet.size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (n_fds > PACKET_FDS_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (n_fds) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(header), fds, n_fds * sizeof(int));
	}
	return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

ssize_t packet_receive(int from, void *packet, size_t size, int fds[PACKET_FDS_MAX], size_t *ret_n_fds)
{
	union control control = { .room = { 0 } };
	struct iovec part = { .iov_base = packet, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room
	};
	ssize_t n;
	/* unix(7), ECONNRESET: the other side ended before it read all we sent. What it said before that is still to come. */
	do
		n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	*ret_n_fds = 0;
	struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
		*ret_n_fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(header), *ret_n_fds * sizeof(int));
	}
	return n;
}
