#include "sandbox/sockets.h"

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/status.h"

enum { ALL_STATES = -1, SOCKET_SIZE = 4096, QUEUE_MAX = 425984, DATAGRAMS_MAX = 11 };

/* What there is to ask about. Attributes come behind a head; 0: it has no such attribute. The tables of TCP are those of the whole
 * host and large, so a line of a small file is looked at before (proc(5), /proc/PID/net/sockstat): whether there is any at all. */
static const struct kind {
	uint8_t family, protocol;
	size_t head;
	unsigned short memory, peer, queue, owner;
	const char *file, *line;
} kinds[] = {
	{ AF_UNIX, 0, sizeof(struct unix_diag_msg), UNIX_DIAG_MEMINFO, UNIX_DIAG_PEER, UNIX_DIAG_RQLEN, UNIX_DIAG_UID, NULL, "" },
	{ AF_NETLINK, NDIAG_PROTO_ALL, sizeof(struct netlink_diag_msg), NETLINK_DIAG_MEMINFO, 0, 0, 0, NULL, "" },
	{ AF_INET, IPPROTO_TCP, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, 0, 0, 0, "sockstat", "TCP: inuse 0 " },
	{ AF_INET6, IPPROTO_TCP, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, 0, 0, 0, "sockstat6", "TCP6: inuse 0\n" },
	{ AF_INET, IPPROTO_UDP, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, 0, 0, 0, "sockstat", "UDP: inuse 0 " },
	{ AF_INET6, IPPROTO_UDP, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, 0, 0, 0, "sockstat6", "UDP6: inuse 0\n" },
};

struct question {
	struct nlmsghdr header;
	union {
		struct inet_diag_req_v2 inet;
		struct unix_diag_req local;
		struct netlink_diag_req netlink;
	} body;
};

int sockets_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

static int ask(int fd, const struct kind *k)
{
	struct question q = { .header = { .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP } };
	size_t size = sizeof q.body.inet;
	if (k->family == AF_UNIX) {
		size = sizeof q.body.local;
		q.body.local = (struct unix_diag_req){ .sdiag_family = AF_UNIX,
						       .udiag_states = (uint32_t)ALL_STATES,
						       .udiag_show = UDIAG_SHOW_MEMINFO | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN |
								     UDIAG_SHOW_UID };
	} else if (k->family == AF_NETLINK) {
		size = sizeof q.body.netlink;
		q.body.netlink = (struct netlink_diag_req){ .sdiag_family = AF_NETLINK,
							    .sdiag_protocol = NDIAG_PROTO_ALL,
							    .ndiag_show = NDIAG_SHOW_MEMINFO };
	} else {
		q.body.inet = (struct inet_diag_req_v2){ .sdiag_family = k->family,
							 .sdiag_protocol = k->protocol,
							 .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
							 .idiag_states = (uint32_t)ALL_STATES };
	}
	q.header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
	return send(fd, &q, q.header.nlmsg_len, 0) < 0 ? -1 : 0;
}

/* What is known of one socket. */
struct seen {
	uint32_t memory[SK_MEMINFO_VARS];
	uint32_t queue[2]; /* struct unix_diag_rqlen: the first is what waits to be read */
	uint32_t peer; /* its inode; 0 once it is closed */
	uint32_t owner; /* whoever made it */
};

/* A length that makes no sense ends the attributes. */
static void read_attributes(struct bytes rest, const struct kind *k, struct seen *ret)
{
	struct rtattr attribute;
	for (; rest.size >= sizeof attribute; rest = bytes_from(rest, RTA_ALIGN(attribute.rta_len))) {
		memcpy(&attribute, rest.data, sizeof attribute);
		if (attribute.rta_len < sizeof attribute || attribute.rta_len > rest.size)
			return;
		struct bytes value = bytes_part(rest, sizeof attribute, attribute.rta_len - sizeof attribute);
		if (attribute.rta_type == k->memory)
			memcpy(ret->memory, value.data, value.size < sizeof ret->memory ? value.size : sizeof ret->memory);
		else if (k->queue && attribute.rta_type == k->queue)
			memcpy(ret->queue, value.data, value.size < sizeof ret->queue ? value.size : sizeof ret->queue);
		else if (k->peer && attribute.rta_type == k->peer)
			memcpy(&ret->peer, value.data, value.size < sizeof ret->peer ? value.size : sizeof ret->peer);
		else if (k->owner && attribute.rta_type == k->owner)
			memcpy(&ret->owner, value.data, value.size < sizeof ret->owner ? value.size : sizeof ret->owner);
	}
}

/* One socket; owner: only if it is of this user, NULL: any. What a local one has not read is counted where it was sent from; when that one is closed nobody has it any more,
 * and then it is taken for as much as it can be. A listener's queue are connections, which are sockets of their own. */
static uint64_t memory_of(struct bytes message, const struct kind *k, const uint32_t *owner)
{
	static const int counted[] = { SK_MEMINFO_RMEM_ALLOC, SK_MEMINFO_WMEM_ALLOC, SK_MEMINFO_WMEM_QUEUED, SK_MEMINFO_FWD_ALLOC };
	struct seen seen = { .owner = UINT32_MAX };
	struct unix_diag_msg local = { 0 };
	uint64_t sum = SOCKET_SIZE;
	read_attributes(bytes_from(message, NLMSG_ALIGN(k->head)), k, &seen);
	if (owner && seen.owner != *owner)
		return 0;
	for (size_t i = 0; i < COUNT(counted); i++)
		sum += seen.memory[counted[i]];
	if (k->family != AF_UNIX || message.size < sizeof local)
		return sum;
	memcpy(&local, message.data, sizeof local);
	if (seen.queue[0] && !seen.peer && local.udiag_state != TCP_LISTEN)
		sum += local.udiag_type == SOCK_DGRAM ? (uint64_t)QUEUE_MAX * DATAGRAMS_MAX : QUEUE_MAX;
	return sum;
}

/* The sockets of one packet; *ret_last: none will follow. */
static uint64_t read_packet(struct bytes packet, const struct kind *k, const uint32_t *owner, bool *ret_last)
{
	struct nlmsghdr header;
	uint64_t sum = 0;
	for (; packet.size >= sizeof header; packet = bytes_from(packet, NLMSG_ALIGN(header.nlmsg_len))) {
		memcpy(&header, packet.data, sizeof header);
		*ret_last = header.nlmsg_len < sizeof header || header.nlmsg_len > packet.size || header.nlmsg_type == NLMSG_DONE ||
			    header.nlmsg_type == NLMSG_ERROR;
		if (*ret_last)
			break;
		sum += memory_of(bytes_part(packet, sizeof header, header.nlmsg_len - sizeof header), k, owner);
	}
	return sum;
}

/* The answers to one question, which the kernel writes while they are read: nothing here waits. */
static uint64_t read_answers(int fd, const struct kind *k, const uint32_t *owner)
{
	static unsigned char room[32768];
	uint64_t sum = 0;
	for (bool is_last = false; !is_last;) {
		ssize_t n = recv(fd, room, sizeof room, MSG_DONTWAIT);
		if (n <= 0)
			break;
		sum += read_packet(bytes_make(room, (size_t)n), k, owner, &is_last);
	}
	return sum;
}

/* In doubt there is one; for a process that is dead there is none. */
static bool has_any(pid_t pid, const struct kind *k)
{
	char path[64], text[1024];
	if (!k->file)
		return true;
	(void)snprintf(path, sizeof path, "/proc/%d/net/%s", (int)pid, k->file);
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
	struct bytes all = bytes_make(text, n > 0 ? (size_t)n : 0);
	return n > 0 && bytes_search(all, bytes_of(k->line)) == all.size;
}

uint64_t sockets_memory(int fd, pid_t pid)
{
	uint64_t sum = 0;
	for (size_t i = 0; fd >= 0 && i < COUNT(kinds); i++)
		if (has_any(pid, &kinds[i]) && ask(fd, &kinds[i]) == 0)
			sum += read_answers(fd, &kinds[i], NULL);
	return sum;
}

uint64_t sockets_memory_of(int fd, uint32_t owner)
{
	static const struct kind *const local = &kinds[0];
	return fd >= 0 && ask(fd, local) == 0 ? read_answers(fd, local, &owner) : 0;
}
