#include "net/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/number.h"

static const struct {
	const char *name;
	enum url_scheme scheme;
	uint16_t port;
} schemes[] = {
	{ "https", URL_HTTPS, 443 },
	{ "http", URL_HTTP, 80 },
	{ "file", URL_FILE, 0 },
};

static bool is_hex(unsigned char c)
{
	return byte_is_digit(c) || (byte_lower(c) >= 'a' && byte_lower(c) <= 'f');
}

static unsigned hex_value(unsigned char c)
{
	return byte_is_digit(c) ? c - (unsigned)'0' : byte_lower(c) - (unsigned)'a' + 10;
}

/* RFC 3986 section 3.3, pchar, and what else the component may hold unencoded. */
static bool is_component_byte(unsigned char c, const char *more)
{
	return byte_is_alnum(c) || (c && (strchr("-._~!$&'()*+,;=:@", c) || strchr(more, c)));
}

static enum status check_component(struct bytes part, uint64_t at, const char *more, const char *what, struct diag *d)
{
	for (size_t i = 0; i < part.size; i++) {
		unsigned char c = part.data[i];
		if (c == '%') {
			if (part.size - i < 3 || !is_hex(part.data[i + 1]) || !is_hex(part.data[i + 2]))
				return fail(d, ERR_FORMAT, at + i, "the %s of the URL has a '%%' without two hexadecimal digits",
					    what);
			if (part.data[i + 1] == '0' && part.data[i + 2] == '0')
				return fail(d, ERR_FORMAT, at + i, "the %s of the URL holds an encoded NUL", what);
			i += 2;
		} else if (!is_component_byte(c, more)) {
			return fail(d, ERR_FORMAT, at + i,
				    "the %s of the URL holds the byte 0x%02x, which has to be percent-encoded", what, c);
		}
	}
	return OK;
}

enum status url_decode(struct bytes part, struct arena *a, struct bytes *ret, struct diag *d)
{
	unsigned char *out = arena_alloc(a, part.size + 1, 1);
	size_t n = 0;
	for (size_t i = 0; i < part.size; i++) {
		if (part.data[i] != '%') {
			out[n++] = part.data[i];
			continue;
		}
		if (part.size - i < 3 || !is_hex(part.data[i + 1]) || !is_hex(part.data[i + 2]))
			return fail(d, ERR_FORMAT, i, "a '%%' of the URL is without two hexadecimal digits");
		out[n] = (unsigned char)(hex_value(part.data[i + 1]) << 4 | hex_value(part.data[i + 2]));
		if (out[n++] == '\0')
			return fail(d, ERR_FORMAT, i, "the URL holds an encoded NUL");
		i += 2;
	}
	*ret = bytes_make(out, n);
	return OK;
}

/* What inet_aton would take for (part of) a number: a resolver reads such a name as an address. */
static bool is_numeric_label(struct bytes label)
{
	bool hex = label.size > 1 && label.data[0] == '0' && byte_lower(label.data[1]) == 'x';
	for (size_t i = hex ? 2 : 0; i < label.size; i++)
		if (hex ? !is_hex(label.data[i]) : !byte_is_digit(label.data[i]))
			return false;
	return true;
}

bool url_is_host_name(struct bytes host)
{
	if (host.size == 0 || host.size > URL_HOST_MAX)
		return false;
	struct bytes rest = host, label = { NULL, 0 };
	while (rest.data) {
		label = bytes_cut(&rest, '.');
		if (label.size == 0 || label.size > 63 || label.data[0] == '-' || label.data[label.size - 1] == '-')
			return false;
		for (size_t i = 0; i < label.size; i++)
			if (!byte_is_alnum(label.data[i]) && label.data[i] != '-' && label.data[i] != '_')
				return false;
	}
	return !is_numeric_label(label);
}

static enum status parse_ipv6(struct bytes text, uint64_t at, struct arena *a, struct url *u, struct diag *d)
{
	struct in6_addr address;
	char *canonical = arena_alloc(a, INET6_ADDRSTRLEN, 1);
	if (text.size >= INET6_ADDRSTRLEN || inet_pton(AF_INET6, arena_string(a, text), &address) != 1 ||
	    !inet_ntop(AF_INET6, &address, canonical, INET6_ADDRSTRLEN))
		return fail(d, ERR_FORMAT, at, "the URL has brackets around something that is not an IPv6 address");
	u->host = canonical;
	u->host_is_ipv6 = true;
	return OK;
}

static enum status parse_host(struct bytes host, uint64_t at, struct arena *a, struct url *u, struct diag *d)
{
	struct in_addr address;
	if (host.size >= 2 && host.data[0] == '[' && host.data[host.size - 1] == ']')
		return parse_ipv6(bytes_part(host, 1, host.size - 2), at, a, u, d);
	if (host.size == 0)
		return fail(d, ERR_FORMAT, at, "the URL names no host");
	char *name = arena_string(a, host);
	for (size_t i = 0; i < host.size; i++) {
		if (host.data[i] >= 0x80)
			return fail(d, ERR_FORMAT, at + i,
				    "the host of the URL is an international name: write it in its ASCII form (xn--...)");
		name[i] = (char)byte_lower(host.data[i]);
	}
	u->host = name;
	u->host_is_ipv4 = host.size < INET_ADDRSTRLEN && inet_pton(AF_INET, name, &address) == 1;
	if (u->host_is_ipv4)
		return OK;
	if (host.data[host.size - 1] == '.')
		return fail(d, ERR_FORMAT, at, "the host of the URL ends in a dot");
	if (!url_is_host_name(host))
		return fail(d, ERR_FORMAT, at, "the host of the URL is neither a host name nor an address in the usual notation");
	return OK;
}

/* authority = [userinfo "@"] host [":" port]; it starts at offset `at` of the URL. */
static enum status parse_authority(struct bytes authority, uint64_t at, struct arena *a, struct url *u, struct diag *d)
{
	size_t sign = bytes_find_last(authority, '@');
	if (sign < authority.size) {
		u->userinfo = bytes_part(authority, 0, sign);
		if (bytes_find(u->userinfo, '@') < sign)
			return fail(d, ERR_FORMAT, at, "the URL has more than one '@' before its host");
		enum status s = check_component(u->userinfo, at, "", "userinfo", d);
		if (s)
			return s;
		at += sign + 1;
		authority = bytes_from(authority, sign + 1);
	}
	size_t colon = bytes_find_last(authority, ':');
	if (authority.size && authority.data[authority.size - 1] == ']')
		colon = authority.size; /* the colons are the address's own */
	if (colon < authority.size) {
		struct bytes digits = bytes_from(authority, colon + 1);
		uint64_t port;
		if (number_parse_u64(digits, 65535, &port) || port == 0 || digits.data[0] == '0')
			return fail(d, ERR_FORMAT, at + colon, "the port of the URL is not a number from 1 to 65535");
		u->port = (uint16_t)port;
	}
	return parse_host(bytes_part(authority, 0, colon), at, a, u, d);
}

static bool is_dots(struct bytes segment, size_t n)
{
	return segment.size == n && bytes_equal(segment, bytes_part(BYTES(".."), 0, n));
}

/* RFC 3986 section 5.2.4, in one pass. path starts with '/'. */
static struct bytes path_without_dots(struct bytes path, struct arena *a)
{
	unsigned char *out = arena_alloc(a, path.size + 2, 1);
	size_t n = 0;
	struct bytes rest = bytes_from(path, 1);
	while (rest.data) {
		struct bytes segment = bytes_cut(&rest, '/');
		bool up = is_dots(segment, 2);
		if (up)
			while (n > 0 && out[--n] != '/')
				;
		if (up || is_dots(segment, 1)) {
			if (!rest.data)
				out[n++] = '/';
			continue;
		}
		out[n++] = '/';
		bytes_copy(out + n, segment);
		n += segment.size;
	}
	return bytes_make(out, n);
}

/* "%2e%2e" is a dot segment to some servers and a name to others. */
static enum status refuse_encoded_dots(struct bytes path, uint64_t at, struct arena *a, struct diag *d)
{
	struct bytes rest = path;
	while (rest.data) {
		struct bytes segment = bytes_cut(&rest, '/'), decoded;
		if (segment.size > 6 || bytes_find(segment, '%') == segment.size)
			continue;
		enum status s = url_decode(segment, a, &decoded, d);
		if (s)
			return s;
		if (is_dots(decoded, 1) || is_dots(decoded, 2))
			return fail(d, ERR_FORMAT, at, "the path of the URL holds a percent-encoded dot segment");
	}
	return OK;
}

static enum status parse_scheme(struct bytes text, struct url *u, size_t *ret_size, struct diag *d)
{
	size_t colon = bytes_find(text, ':');
	for (size_t i = 0; i < COUNT(schemes); i++) {
		if (!bytes_equal_nocase(bytes_part(text, 0, colon), bytes_of(schemes[i].name)))
			continue;
		if (!bytes_starts(bytes_from(text, colon), BYTES("://")))
			return fail(d, ERR_FORMAT, colon, "the URL has no '//' behind '%s:'", schemes[i].name);
		u->scheme = schemes[i].scheme;
		u->port = schemes[i].port;
		*ret_size = colon + 3;
		return OK;
	}
	return fail(d, ERR_FORMAT, 0, "the URL does not start with https://, http:// or file://");
}

static size_t end_of_authority(struct bytes text, size_t from)
{
	while (from < text.size && text.data[from] != '/' && text.data[from] != '?' && text.data[from] != '#')
		from++;
	return from;
}

static enum status parse_path(struct bytes text, size_t at, struct arena *a, struct url *u, struct diag *d)
{
	struct bytes rest = bytes_from(text, at);
	size_t hash = bytes_find(rest, '#');
	if (hash < rest.size)
		u->fragment = bytes_from(rest, hash + 1);
	size_t mark = bytes_find(bytes_part(rest, 0, hash), '?');
	if (mark < hash)
		u->query = bytes_part(rest, mark + 1, hash - mark - 1);
	struct bytes path = bytes_part(rest, 0, mark);
	enum status s = check_component(path, at, "/", "path", d);
	if (!s)
		s = check_component(u->query, at + mark + 1, "/?", "query", d);
	if (!s)
		s = check_component(u->fragment, at + hash + 1, "/?", "fragment", d);
	if (!s)
		s = refuse_encoded_dots(path, at, a, d);
	if (s)
		return s;
	u->path = path.size ? path_without_dots(path, a) : BYTES("/");
	return OK;
}

enum status url_parse(struct bytes text, struct arena *a, struct url *ret, struct diag *d)
{
	struct url u = { .host = "" };
	size_t at = 0;
	if (text.size > URL_SIZE_MAX)
		return fail(d, ERR_LIMIT, URL_SIZE_MAX, "the URL is longer than %d bytes", URL_SIZE_MAX);
	text = arena_copy(a, text);
	enum status s = parse_scheme(text, &u, &at, d);
	if (s)
		return s;
	size_t end = end_of_authority(text, at);
	struct bytes authority = bytes_part(text, at, end - at);
	if (u.scheme != URL_FILE)
		s = parse_authority(authority, at, a, &u, d);
	else if (authority.size && !bytes_equal_nocase(authority, BYTES("localhost")))
		s = fail(d, ERR_FORMAT, at, "a file URL names a host: write file:///path");
	if (!s)
		s = parse_path(text, end, a, &u, d);
	if (!s && u.scheme == URL_FILE && u.query.data)
		s = fail(d, ERR_FORMAT, end, "a file URL has a query");
	if (s)
		return s;
	*ret = u;
	return OK;
}
