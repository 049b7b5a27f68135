#include "net/channel.h"

#include <errno.h>
#include <sys/socket.h>

union control {
	struct cmsghdr header; /* for its alignment */
	unsigned char room[CMSG_SPACE(sizeof(int))];
};

enum channel_outcome channel_send(int fd, struct bytes record, int pass_fd, bool wait)
{
	union control control = { 0 };
	struct iovec part = { .iov_base = (void *)(uintptr_t)record.data, .iov_len = record.size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (pass_fd >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
		struct cmsghdr *c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &pass_fd, sizeof pass_fd);
	}
	ssize_t n;
	do
		n = sendmsg(fd, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return CHANNEL_DONE;
	if (errno == EAGAIN)
		return CHANNEL_LATER;
	return errno == EPIPE || errno == ECONNRESET ? CHANNEL_CLOSED : CHANNEL_FAILED;
}

static int passed_fd(struct msghdr *message)
{
	int fd = -1;
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

enum channel_outcome channel_receive(int fd, struct buf *ret_record, int *ret_fd, bool wait)
{
	union control control = { 0 };
	buf_clear(ret_record);
	/* Every early return below has passed no descriptor: the room is for exactly one, the kernel drops others. */
	struct iovec part = { .iov_base = buf_reserve(ret_record, CHANNEL_RECORD_MAX), .iov_len = CHANNEL_RECORD_MAX };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (ret_fd) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
	}
	ssize_t n;
	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return CHANNEL_LATER;
	if (n < 0)
		return errno == ECONNRESET ? CHANNEL_CLOSED : CHANNEL_FAILED;
	if (n == 0)
		return CHANNEL_CLOSED;
	CLEANUP(fd_close) int passed = ret_fd ? passed_fd(&message) : -1;
	if (message.msg_flags & MSG_TRUNC) {
		errno = EMSGSIZE;
		return CHANNEL_FAILED;
	}
	buf_grew(ret_record, (size_t)n);
	if (ret_fd)
		*ret_fd = take_fd(&passed);
	return CHANNEL_DONE;
}
