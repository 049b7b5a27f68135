/* URLs (RFC 3986), read strictly: https, http and file, ASCII only, no tricks that two readers could read differently.
 * What goes to people or logs is made by url_for_log: no userinfo, no values of a query. */
#ifndef NET_URL_H
#define NET_URL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Servers and proxies cut at 8 KiB; signed download URLs stay below 2 KiB. */
enum { URL_SIZE_MAX = 8192, URL_HOST_MAX = 253 };

enum url_scheme { URL_HTTPS, URL_HTTP, URL_FILE };

/* One parsed URL; everything it points to lives in the arena given to the parser. */
struct url {
	enum url_scheme scheme;
	const char *host; /* lower case; an address in its canonical form, IPv6 without brackets; "" for file */
	bool host_is_ipv4, host_is_ipv6;
	uint16_t port; /* the scheme's own when none was written; 0 for file */
	struct bytes userinfo; /* SECRET; still percent-encoded; data is NULL when there is none */
	struct bytes path; /* percent-encoded, starts with '/', dot segments removed */
	struct bytes query; /* percent-encoded, without '?'; data is NULL when there is none */
	struct bytes fragment; /* percent-encoded, without '#'; data is NULL when there is none */
};

/* Parses an absolute URL of at most URL_SIZE_MAX bytes. ERR_FORMAT with the offset; ERR_LIMIT. The words name what is
 * wrong and never repeat the URL. Refused beyond RFC 3986: other schemes, names that are not letters, digits, '-', '_',
 * '.' (an international name has to be written in its xn-- form), a trailing dot, addresses in any but the usual
 * notation, empty or zero ports, encoded dot segments, %00, a host or query in a file URL ("localhost" is dropped). */
MUST_USE enum status url_parse(struct bytes text, struct arena *a, struct url *ret, struct diag *d);

/* Resolves a reference against base (RFC 3986 section 5.2.2). Base's userinfo is not inherited. Errors as url_parse. */
MUST_USE enum status url_resolve(const struct url *base, struct bytes reference, struct arena *a, struct url *ret, struct diag *d);

/* scheme://host[:port]/path[?query]: what a client asks for; without userinfo and fragment. Not for logs: see url_for_log. */
char *url_text(const struct url *u, struct arena *a);
/* The same up to the port, with the port always written: "https://example.org:443". */
char *url_origin(const struct url *u, struct arena *a);

/* The text of a URL, or of what was meant to be one, for people and logs: userinfo, values of the query and unknown parts
 * of the fragment are gone, bytes that are not printable ASCII are '?'. A "git+" in front stays. Never fails. */
struct bytes url_for_log(struct bytes text, struct arena *a);

/* Percent-decodes part of a URL. ERR_FORMAT: an escape is not two hexadecimal digits, or is %00. */
MUST_USE enum status url_decode(struct bytes part, struct arena *a, struct bytes *ret, struct diag *d);

/* The last segment of the path, decoded: a file name. ERR_ABSENT: the path ends in '/'. ERR_FORMAT: it decodes to "." or
 * "..", to something with '/', '\\' or a control character, or to bytes that are not UTF-8. */
MUST_USE enum status url_file_name(const struct url *u, struct arena *a, struct bytes *ret, struct diag *d);

/* The decoded value of a key in a fragment of the form "sha256=...&subdirectory=...". ERR_ABSENT; ERR_FORMAT: there twice. */
MUST_USE enum status url_fragment_find(const struct url *u, const char *key, struct arena *a, struct bytes *ret, struct diag *d);

/* User and password of the userinfo, decoded; the password is "" when there is none. SECRET. ERR_ABSENT: no userinfo. */
MUST_USE enum status url_credentials(const struct url *u, struct arena *a, const char **ret_user, const char **ret_password,
				     struct diag *d);

/* Scheme, host and port are the same. */
bool url_same_origin(const struct url *a, const struct url *b);
/* rule is "host" (the scheme's own port), "host:port" or "[v6]:port"; case is ignored. */
bool url_host_is(const struct url *u, const char *rule);
/* 127.0.0.0/8, ::1 or the name localhost. */
bool url_is_loopback(const struct url *u);
/* Letters, digits, '-', '_' and '.', labels of 1 to 63 bytes, 253 in all, no trailing dot, and not something that a
 * resolver would take for an IPv4 address ("127.1", "0x7f000001"). */
bool url_is_host_name(struct bytes host);

#endif
