#include "sandbox/names.h"

#include <sys/socket.h>

enum { HEADER = 12, IS_RESPONSE = 0x80, RECURSION = 0x01, NO_SUCH_NAME = 3, NAME_MAX_SIZE = 255, LABEL_MAX = 63, WRITTEN = 4 };

size_t names_count(struct bytes packet, size_t *ret_at)
{
	*ret_at = HEADER;
	if (packet.size < HEADER || packet.data[2] & IS_RESPONSE)
		return 0;
	return (size_t)packet.data[4] << 8 | packet.data[5];
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Text of a stranger's that ends up in sentences: it gets no spaces, dots or control characters of its own. */
static size_t write_label(struct bytes label, char *to)
{
	size_t n = 0;
	for (size_t i = 0; i < label.size; i++) {
		if (is_plain(label.data[i])) {
			to[n++] = (char)label.data[i];
		} else {
			(void)snprintf(to + n, WRITTEN + 1, "\\%03u", (unsigned)label.data[i]);
			n += WRITTEN;
		}
	}
	to[n++] = '.';
	return n;
}

bool names_read(struct bytes packet, size_t *at, char ret_name[NAMES_TEXT_MAX], unsigned *ret_type)
{
	size_t here = *at, n = 0;
	while (here < packet.size && packet.data[here]) {
		size_t label = packet.data[here++];
		/* Longer is a pointer, which a question does not need. */
		if (label > LABEL_MAX || label > packet.size - here || here + label + 1 - *at > NAME_MAX_SIZE)
			return false;
		n += write_label(bytes_part(packet, here, label), ret_name + n);
		here += label;
	}
	if (here >= packet.size || packet.size - here < 5 || n == 0)
		return false;
	ret_name[n - 1] = '\0';
	*ret_type = (unsigned)packet.data[here + 1] << 8 | packet.data[here + 2];
	*at = here + 5;
	return true;
}

void names_answer(int fd, names_tell tell, void *context)
{
	unsigned char packet[NAMES_PACKET_MAX];
	char name[NAMES_TEXT_MAX];
	struct sockaddr_storage from;
	socklen_t from_size = sizeof from;
	unsigned type;
	ssize_t size = recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&from, &from_size);
	if (size <= 0)
		return;
	struct bytes query = bytes_make(packet, (size_t)size);
	size_t at, said = names_count(query, &at), n = 0;
	while (n < said && names_read(query, &at, name, &type)) {
		tell(context, name, type);
		n++;
	}
	if (n == 0)
		return;
	packet[2] = (unsigned char)(IS_RESPONSE | (packet[2] & (0x78 | RECURSION)));
	packet[3] = 0x80 | NO_SUCH_NAME;
	packet[4] = 0;
	packet[5] = (unsigned char)n; /* a datagram of ours has no room for more than 255 */
	memset(packet + 6, 0, 6); /* no answers, no authorities, nothing more */
	(void)sendto(fd, packet, at, MSG_DONTWAIT, (const struct sockaddr *)&from, from_size);
}
