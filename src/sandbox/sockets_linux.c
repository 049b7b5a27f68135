#include "sandbox/sockets.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/status.h"

enum { ALL_STATES = -1 };

struct question {
	struct nlmsghdr header;
	union {
		struct inet_diag_req_v2 inet;
		struct unix_diag_req local;
	} body;
};

int sockets_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

static int ask_local(int fd)
{
	struct question q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.body.local) } };
	q.body.local = (struct unix_diag_req){ .sdiag_family = AF_UNIX,
					       .udiag_states = (uint32_t)ALL_STATES,
					       .udiag_show = UDIAG_SHOW_MEMINFO };
	q.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	q.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return send(fd, &q, q.header.nlmsg_len, 0) < 0 ? -1 : 0;
}

static int ask_inet(int fd, uint8_t family, uint8_t protocol)
{
	struct question q = { .header = { .nlmsg_len = NLMSG_LENGTH(sizeof q.body.inet) } };
	q.body.inet = (struct inet_diag_req_v2){ .sdiag_family = family,
						 .sdiag_protocol = protocol,
						 .idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1),
						 .idiag_states = (uint32_t)ALL_STATES };
	q.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	q.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	return send(fd, &q, q.header.nlmsg_len, 0) < 0 ? -1 : 0;
}

/* One socket. Its attributes begin after a head that differs by family; a length that makes no sense ends them. */
static uint64_t memory_of(struct bytes message, size_t head, unsigned short wanted)
{
	static const int counted[] = { SK_MEMINFO_RMEM_ALLOC, SK_MEMINFO_WMEM_ALLOC, SK_MEMINFO_WMEM_QUEUED, SK_MEMINFO_FWD_ALLOC };
	struct bytes rest = bytes_from(message, NLMSG_ALIGN(head));
	struct rtattr attribute;
	uint64_t sum = 0;
	for (; rest.size >= sizeof attribute; rest = bytes_from(rest, RTA_ALIGN(attribute.rta_len))) {
		uint32_t values[SK_MEMINFO_VARS] = { 0 };
		memcpy(&attribute, rest.data, sizeof attribute);
		if (attribute.rta_len < sizeof attribute || attribute.rta_len > rest.size)
			break;
		if (attribute.rta_type != wanted)
			continue;
		struct bytes value = bytes_part(rest, sizeof attribute, attribute.rta_len - sizeof attribute);
		memcpy(values, value.data, value.size < sizeof values ? value.size : sizeof values);
		for (size_t i = 0; i < COUNT(counted); i++)
			sum += values[counted[i]];
	}
	return sum;
}

/* The sockets of one packet; *ret_last: none will follow. */
static uint64_t read_packet(struct bytes packet, size_t head, unsigned short wanted, bool *ret_last)
{
	struct nlmsghdr header;
	uint64_t sum = 0;
	for (; packet.size >= sizeof header; packet = bytes_from(packet, NLMSG_ALIGN(header.nlmsg_len))) {
		memcpy(&header, packet.data, sizeof header);
		*ret_last = header.nlmsg_len < sizeof header || header.nlmsg_len > packet.size || header.nlmsg_type == NLMSG_DONE ||
			    header.nlmsg_type == NLMSG_ERROR;
		if (*ret_last)
			break;
		sum += memory_of(bytes_part(packet, sizeof header, header.nlmsg_len - sizeof header), head, wanted);
	}
	return sum;
}

/* The answers to one question, which the kernel writes while they are read: nothing here waits. */
static uint64_t read_answers(int fd, size_t head, unsigned short wanted)
{
	static unsigned char room[32768];
	uint64_t sum = 0;
	for (bool is_last = false; !is_last;) {
		ssize_t n = recv(fd, room, sizeof room, MSG_DONTWAIT);
		if (n <= 0)
			break;
		sum += read_packet(bytes_make(room, (size_t)n), head, wanted, &is_last);
	}
	return sum;
}

uint64_t sockets_memory(int fd)
{
	static const struct {
		uint8_t family, protocol;
	} inet[] = { { AF_INET, IPPROTO_TCP }, { AF_INET6, IPPROTO_TCP }, { AF_INET, IPPROTO_UDP }, { AF_INET6, IPPROTO_UDP } };
	uint64_t sum = 0;
	if (fd < 0)
		return 0;
	if (ask_local(fd) == 0)
		sum += read_answers(fd, sizeof(struct unix_diag_msg), UNIX_DIAG_MEMINFO);
	for (size_t i = 0; i < COUNT(inet); i++)
		if (ask_inet(fd, inet[i].family, inet[i].protocol) == 0)
			sum += read_answers(fd, sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO);
	return sum;
}
