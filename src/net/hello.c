#include "net/hello.h"

enum { RECORD_HANDSHAKE = 22, MESSAGE_CLIENT_HELLO = 1, RECORD_SIZE_MAX = 16384, RECORD_HEAD = 5, MESSAGE_HEAD = 4 };
enum { EXTENSION_SERVER_NAME = 0, EXTENSION_ECH = 0xfe0d, EXTENSION_ESNI = 0xffce };

/* Big-endian reader, sticky-bad like struct wire. */
struct reader {
	struct bytes rest;
	bool bad;
};

static uint32_t get_number(struct reader *r, size_t size)
{
	uint32_t n = 0;
	if (r->bad || r->rest.size < size) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		n = n << 8 | r->rest.data[i];
	r->rest = bytes_from(r->rest, size);
	return n;
}

/* A vector with a length of length_size bytes in front. */
static struct bytes get_vector(struct reader *r, size_t length_size)
{
	uint32_t size = get_number(r, length_size);
	if (r->bad || r->rest.size < size) {
		r->bad = true;
		return (struct bytes){ NULL, 0 };
	}
	struct bytes b = bytes_part(r->rest, 0, size);
	r->rest = bytes_from(r->rest, size);
	return b;
}

static enum hello_verdict bad(const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return HELLO_BAD;
}

/* RFC 6066 section 3: a list that holds exactly one host name in practice, and here. */
static enum hello_verdict check_name(struct bytes extension, const char *host, const char **ret_reason)
{
	struct reader r = { .rest = extension };
	struct reader list = { .rest = get_vector(&r, 2), .bad = r.bad };
	uint32_t type = get_number(&list, 1);
	struct bytes name = get_vector(&list, 2);
	if (list.bad || r.rest.size || list.rest.size || type != 0)
		return bad("the server name of the TLS hello is malformed", ret_reason);
	if (!bytes_equal_nocase(name, bytes_of(host)))
		return bad("the TLS hello names another host than CONNECT did", ret_reason);
	return HELLO_GOOD;
}

static enum hello_verdict check_extensions(struct bytes extensions, const char *host, const char **ret_reason)
{
	struct reader r = { .rest = extensions };
	bool named = false;
	while (r.rest.size && !r.bad) {
		uint32_t type = get_number(&r, 2);
		struct bytes extension = get_vector(&r, 2);
		if (r.bad)
			break;
		if (type == EXTENSION_ECH || type == EXTENSION_ESNI)
			return bad("the TLS hello is (or pretends to be) encrypted", ret_reason);
		if (type != EXTENSION_SERVER_NAME)
			continue;
		if (named)
			return bad("the TLS hello names two hosts", ret_reason);
		named = true;
		if (check_name(extension, host, ret_reason) != HELLO_GOOD)
			return HELLO_BAD;
	}
	if (r.bad)
		return bad("the TLS hello is malformed", ret_reason);
	return named ? HELLO_GOOD : bad("the TLS hello names no host", ret_reason);
}

static enum hello_verdict check_message(struct bytes body, const char *host, const char **ret_reason)
{
	struct reader r = { .rest = body };
	(void)get_number(&r, 2); /* legacy_version */
	for (size_t i = 0; i < 8; i++)
		(void)get_number(&r, 4); /* random */
	(void)get_vector(&r, 1); /* legacy_session_id */
	(void)get_vector(&r, 2); /* cipher_suites */
	(void)get_vector(&r, 1); /* legacy_compression_methods */
	struct bytes extensions = get_vector(&r, 2);
	if (r.bad || r.rest.size)
		return bad("the TLS hello is malformed", ret_reason);
	return check_extensions(extensions, host, ret_reason);
}

/* Joins the payloads of the records (a hello may be cut into several, RFC 8446 section 5.1) until the message is whole. */
enum hello_verdict hello_check(struct bytes received, const char *host, const char **ret_reason)
{
	unsigned char message[HELLO_SIZE_MAX];
	size_t n = 0;
	struct bytes rest = received;
	while (rest.size) {
		if (rest.data[0] != RECORD_HANDSHAKE || (rest.size > 1 && rest.data[1] != 3))
			return bad("the first bytes are not a TLS hello", ret_reason);
		if (rest.size < RECORD_HEAD)
			break;
		size_t size = (size_t)rest.data[3] << 8 | rest.data[4];
		if (size == 0 || size > RECORD_SIZE_MAX)
			return bad("the first TLS record has an impossible length", ret_reason);
		struct bytes part = bytes_part(rest, RECORD_HEAD, size);
		bool whole_record = part.size == size;
		rest = bytes_from(rest, RECORD_HEAD + size);
		if (part.size > sizeof message - n)
			return bad("the TLS hello is too large", ret_reason);
		bytes_copy(message + n, part);
		n += part.size;
		if (message[0] != MESSAGE_CLIENT_HELLO && n)
			return bad("the first bytes are not a TLS hello", ret_reason);
		if (n < MESSAGE_HEAD)
			continue;
		size_t body = (size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3];
		if (body > sizeof message - MESSAGE_HEAD)
			return bad("the TLS hello is too large", ret_reason);
		if (n > MESSAGE_HEAD + body)
			return bad("there is more than a hello in the first TLS record", ret_reason);
		if (n == MESSAGE_HEAD + body && whole_record)
			return check_message(bytes_make(message + MESSAGE_HEAD, body), host, ret_reason);
	}
	return received.size > HELLO_SIZE_MAX ? bad("the TLS hello is too large", ret_reason) : HELLO_MORE;
}
