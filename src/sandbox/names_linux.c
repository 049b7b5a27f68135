#include "sandbox/names.h"

#include <sys/socket.h>

enum { HEADER = 12, IS_RESPONSE = 0x80, RECURSION = 0x01, NO_SUCH_NAME = 3, TYPE_AAAA = 28 };

bool names_read(struct bytes packet, char ret_name[NAMES_TEXT_MAX], size_t *ret_size)
{
	size_t at = HEADER, n = 0;
	if (packet.size < HEADER || packet.data[2] & IS_RESPONSE || packet.data[4] || packet.data[5] != 1)
		return false;
	while (at < packet.size && packet.data[at]) {
		size_t label = packet.data[at++];
		/* Above 63 it is a pointer, which a question does not need. */
		if (label > 63 || label > packet.size - at || n + label + 2 > NAMES_TEXT_MAX)
			return false;
		for (size_t i = 0; i < label; i++)
			ret_name[n++] = packet.data[at + i] ? (char)packet.data[at + i] : '?';
		ret_name[n++] = '.';
		at += label;
	}
	if (packet.size - at < 5 || n == 0)
		return false;
	ret_name[n - 1] = '\0';
	*ret_size = at + 5;
	return true;
}

bool names_answer(int fd, char ret_name[NAMES_TEXT_MAX])
{
	unsigned char packet[NAMES_PACKET_MAX];
	struct sockaddr_storage from;
	socklen_t from_size = sizeof from;
	size_t size;
	ssize_t n = recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&from, &from_size);
	if (n <= 0 || !names_read(bytes_make(packet, (size_t)n), ret_name, &size))
		return false;
	packet[2] = (unsigned char)(IS_RESPONSE | (packet[2] & (0x78 | RECURSION)));
	packet[3] = 0x80 | NO_SUCH_NAME;
	memset(packet + 6, 0, 6); /* no answers, no authorities, nothing more */
	(void)sendto(fd, packet, size, MSG_DONTWAIT, (const struct sockaddr *)&from, from_size);
	return packet[size - 3] != TYPE_AAAA;
}
