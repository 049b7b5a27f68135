#include "net/connect.h"

#include "base/number.h"

size_t connect_head_size(struct bytes received)
{
	size_t at = bytes_search(received, BYTES("\r\n\r\n"));
	return at < received.size ? at + 4 : 0;
}

/* RFC 9110 section 5.6.2 */
static bool is_token(struct bytes b)
{
	for (size_t i = 0; i < b.size; i++)
		if (!byte_is_alnum(b.data[i]) && (b.data[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", b.data[i])))
			return false;
	return b.size > 0;
}

/* A header line without its CRLF: a name, ':', and no control bytes but tabs. Its meaning is nobody's business here. */
static bool is_header(struct bytes line)
{
	struct bytes name = bytes_part(line, 0, bytes_find(line, ':'));
	if (name.size == line.size || !is_token(name))
		return false;
	for (size_t i = name.size; i < line.size; i++)
		if ((line.data[i] < 0x20 && line.data[i] != '\t') || line.data[i] == 0x7f)
			return false;
	return true;
}

/* Cuts a line that ends in CRLF; false when it ends otherwise. A stray CR is found by is_header or the request line. */
static bool cut_line(struct bytes *rest, struct bytes *ret_line)
{
	size_t at = bytes_find(*rest, '\n');
	if (at == rest->size || at == 0 || rest->data[at - 1] != '\r')
		return false;
	*ret_line = bytes_part(*rest, 0, at - 1);
	*rest = bytes_from(*rest, at + 1);
	return true;
}

static int refuse(int code, const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return code;
}

static bool looks_like_ipv6(struct bytes host)
{
	if (host.size && host.data[0] == '[')
		return true;
	for (size_t i = 0; i < host.size; i++)
		if (!strchr("0123456789abcdef:.", byte_lower(host.data[i])) || host.data[i] == '\0')
			return false;
	return bytes_find(host, ':') < host.size;
}

/* An address in any notation that inet_aton, or a reader of IPv6, would take. */
static bool looks_like_address(struct bytes host)
{
	size_t dot = bytes_find_last(host, '.'), digits = 0;
	struct bytes last = bytes_from(host, dot == host.size ? 0 : dot + 1);
	if (looks_like_ipv6(host))
		return true;
	if (last.size > 1 && last.data[0] == '0' && byte_lower(last.data[1]) == 'x')
		return true;
	while (digits < last.size && byte_is_digit(last.data[digits]))
		digits++;
	return last.size > 0 && digits == last.size;
}

static int parse_target(struct bytes target, struct connect_request *ret, const char **ret_reason)
{
	size_t colon = bytes_find_last(target, ':');
	struct bytes host = bytes_part(target, 0, colon), port = bytes_from(target, colon + 1);
	uint64_t number;
	if (bytes_find(target, '@') < target.size)
		return refuse(400, "the target holds '@'", ret_reason);
	if (colon == target.size || number_parse_u64(port, 65535, &number) || number == 0 || port.data[0] == '0')
		return refuse(400, "the target's port is not a number from 1 to 65535", ret_reason);
	if (host.size && host.data[host.size - 1] == '.')
		return refuse(400, "the target's host ends in a dot", ret_reason);
	if (looks_like_address(host))
		return refuse(403, "the target is an address, not a name", ret_reason);
	if (!url_is_host_name(host))
		return refuse(400, "the target's host is not a host name", ret_reason);
	for (size_t i = 0; i < host.size; i++)
		ret->host[i] = (char)byte_lower(host.data[i]);
	ret->host[host.size] = '\0';
	ret->port = (uint16_t)number;
	return 0;
}

int connect_parse(struct bytes head, struct connect_request *ret, const char **ret_reason)
{
	struct bytes rest = head, line, header;
	struct connect_request request = { .port = 0 };
	if (!cut_line(&rest, &line))
		return refuse(400, "the request line does not end in CRLF", ret_reason);
	struct bytes version = line;
	struct bytes method = bytes_cut(&version, ' ');
	struct bytes target = bytes_cut(&version, ' ');
	if (!is_token(method) || (!bytes_equal(version, BYTES("HTTP/1.1")) && !bytes_equal(version, BYTES("HTTP/1.0"))))
		return refuse(400, "the request line is malformed", ret_reason);
	for (;;) {
		if (!cut_line(&rest, &header))
			return refuse(400, "a header does not end in CRLF", ret_reason);
		if (header.size == 0)
			break;
		if (!is_header(header))
			return refuse(400, "a header is malformed", ret_reason);
	}
	if (rest.size)
		return refuse(400, "there are bytes behind the head", ret_reason);
	if (!bytes_equal(method, BYTES("CONNECT")))
		return refuse(405, "only CONNECT is served", ret_reason);
	int code = parse_target(target, &request, ret_reason);
	if (code == 0)
		*ret = request;
	return code;
}
