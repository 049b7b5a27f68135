#include "net/url.h"

#include "base/buf.h"
#include "base/number.h"

static const char *const scheme_names[] = { [URL_HTTPS] = "https", [URL_HTTP] = "http", [URL_FILE] = "file" };
static const uint16_t scheme_ports[] = { [URL_HTTPS] = 443, [URL_HTTP] = 80, [URL_FILE] = 0 };

static void write_authority(const struct url *u, bool with_port, struct buf *out)
{
	bool brackets = u->host_is_ipv6;
	buf_printf(out, "%s://%s%s%s", scheme_names[u->scheme], brackets ? "[" : "", u->host, brackets ? "]" : "");
	if (with_port || u->port != scheme_ports[u->scheme])
		buf_printf(out, ":%u", (unsigned)u->port);
}

char *url_text(const struct url *u, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 2 * URL_SIZE_MAX);
	write_authority(u, false, &out);
	buf_add(&out, u->path);
	if (u->query.data) {
		buf_add_byte(&out, '?');
		buf_add(&out, u->query);
	}
	return arena_string(a, buf_bytes(&out));
}

char *url_origin(const struct url *u, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 2 * URL_SIZE_MAX);
	write_authority(u, true, &out);
	return arena_string(a, buf_bytes(&out));
}

/* RFC 3986 section 3.1: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":" */
static bool has_scheme(struct bytes reference)
{
	for (size_t i = 0; i < reference.size; i++) {
		unsigned char c = reference.data[i];
		if (c == ':')
			return i > 0;
		if (!byte_is_alpha(c) && (i == 0 || (!byte_is_digit(c) && c != '+' && c != '-' && c != '.')))
			return false;
	}
	return false;
}

enum status url_resolve(const struct url *base, struct bytes reference, struct arena *a, struct url *ret, struct diag *d)
{
	if (has_scheme(reference))
		return url_parse(reference, a, ret, d);
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, (size_t)3 * URL_SIZE_MAX);
	unsigned char first = reference.size ? reference.data[0] : '\0';
	if (bytes_starts(reference, BYTES("//")))
		buf_printf(&text, "%s:", scheme_names[base->scheme]);
	else
		write_authority(base, false, &text);
	if (first == '\0' || first == '?' || first == '#')
		buf_add(&text, base->path);
	else if (first != '/')
		buf_add(&text, bytes_part(base->path, 0, bytes_find_last(base->path, '/') + 1));
	if ((first == '\0' || first == '#') && base->query.data) {
		buf_add_byte(&text, '?');
		buf_add(&text, base->query);
	}
	buf_add(&text, reference);
	enum status s = buf_check(&text, "the URL", d);
	return s ? s : url_parse(buf_bytes(&text), a, ret, d);
}

static bool is_harmless_key(struct bytes key)
{
	if (key.size == 0 || key.size > 32)
		return false;
	for (size_t i = 0; i < key.size; i++)
		if (!byte_is_alnum(key.data[i]) && key.data[i] != '_' && key.data[i] != '-' && key.data[i] != '.')
			return false;
	return true;
}

/* Keys stay, values go: a presigned URL is a password. */
static void log_query(struct bytes query, struct buf *out)
{
	buf_add_byte(out, '?');
	while (query.data) {
		struct bytes field = bytes_cut(&query, '&');
		struct bytes key = bytes_part(field, 0, bytes_find(field, '='));
		if (key.size < field.size && is_harmless_key(key)) {
			buf_add(out, key);
			buf_add_byte(out, '=');
		}
		buf_add_string(out, query.data ? "...&" : "...");
	}
}

static void log_fragment(struct bytes fragment, struct buf *out)
{
	static const char *const known[] = { "sha256=", "sha384=", "sha512=", "subdirectory=", "egg=" };
	const char *before = "#";
	while (fragment.data) {
		struct bytes field = bytes_cut(&fragment, '&');
		for (size_t i = 0; i < COUNT(known); i++) {
			if (!bytes_starts(field, bytes_of(known[i])))
				continue;
			buf_add_string(out, before);
			buf_add(out, field);
			before = "&";
		}
	}
}

/* Size of a "scheme://" in front, or 0. */
static size_t scheme_size(struct bytes text)
{
	size_t n = bytes_search(text, BYTES("://"));
	for (size_t i = 0; i < n; i++)
		if (n > 16 || (!byte_is_alpha(text.data[i]) && text.data[i] != '+'))
			return 0;
	return n < text.size ? n + 3 : 0;
}

/* What is not a URL may still hold a password: everything before the last '@' goes, wherever it stands. */
static void log_unreadable(struct bytes text, struct buf *out)
{
	size_t scheme = scheme_size(text);
	buf_add(out, bytes_part(text, 0, scheme));
	text = bytes_from(text, scheme);
	size_t sign = bytes_find_last(text, '@');
	if (sign < text.size)
		text = bytes_from(text, sign + 1);
	for (size_t i = 0; i < text.size && text.data[i] != '?' && text.data[i] != '#'; i++)
		buf_add_byte(out, text.data[i] > 0x20 && text.data[i] < 0x7f ? text.data[i] : '?');
}

struct bytes url_for_log(struct bytes text, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	struct url u;
	text = bytes_part(text, 0, URL_SIZE_MAX);
	/* The cleaned text may be longer by the dots of "...", at most four bytes for each '&'. */
	buf_init(&out, (size_t)8 * URL_SIZE_MAX);
	if (bytes_starts(text, BYTES("git+"))) {
		buf_add_string(&out, "git+");
		text = bytes_from(text, 4);
	}
	if (url_parse(text, a, &u, NULL)) {
		log_unreadable(text, &out);
		return arena_copy(a, buf_bytes(&out));
	}
	write_authority(&u, false, &out);
	buf_add(&out, u.path);
	if (u.query.data)
		log_query(u.query, &out);
	if (u.fragment.data)
		log_fragment(u.fragment, &out);
	return arena_copy(a, buf_bytes(&out));
}

enum status url_file_name(const struct url *u, struct arena *a, struct bytes *ret, struct diag *d)
{
	struct bytes name;
	size_t slash = bytes_find_last(u->path, '/');
	enum status s = url_decode(bytes_from(u->path, slash + 1), a, &name, d);
	if (s)
		return s;
	if (name.size == 0)
		return fail(d, ERR_ABSENT, 0, "the URL ends in '/' and names no file");
	if (bytes_equal(name, BYTES(".")) || bytes_equal(name, BYTES("..")) || !bytes_is_utf8(name))
		return fail(d, ERR_FORMAT, slash, "the last part of the URL is not a file name");
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] < 0x20 || name.data[i] == 0x7f || name.data[i] == '/' || name.data[i] == '\\')
			return fail(d, ERR_FORMAT, slash,
				    "the last part of the URL holds the byte 0x%02x, which no file name may hold", name.data[i]);
	*ret = name;
	return OK;
}

enum status url_fragment_find(const struct url *u, const char *key, struct arena *a, struct bytes *ret, struct diag *d)
{
	struct bytes rest = u->fragment, found = { NULL, 0 };
	while (rest.data) {
		struct bytes field = bytes_cut(&rest, '&');
		size_t equals = bytes_find(field, '=');
		if (equals == field.size || !bytes_equal(bytes_part(field, 0, equals), bytes_of(key)))
			continue;
		if (found.data)
			return fail(d, ERR_FORMAT, 0, "the fragment of the URL has '%s' twice", key);
		found = bytes_from(field, equals + 1);
	}
	if (!found.data)
		return fail(d, ERR_ABSENT, 0, "the fragment of the URL has no '%s'", key);
	return url_decode(found, a, ret, d);
}

enum status url_credentials(const struct url *u, struct arena *a, const char **ret_user, const char **ret_password, struct diag *d)
{
	struct bytes user, password;
	if (!u->userinfo.data)
		return fail(d, ERR_ABSENT, 0, "the URL has no userinfo");
	size_t colon = bytes_find(u->userinfo, ':');
	enum status s = url_decode(bytes_part(u->userinfo, 0, colon), a, &user, d);
	if (!s)
		s = url_decode(bytes_from(u->userinfo, colon + 1), a, &password, d);
	if (s)
		return s;
	*ret_user = arena_string(a, user);
	*ret_password = arena_string(a, password);
	return OK;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return a->scheme == b->scheme && a->port == b->port && strcmp(a->host, b->host) == 0;
}

bool url_host_is(const struct url *u, const char *rule)
{
	struct bytes host = bytes_of(rule);
	uint64_t port = scheme_ports[u->scheme];
	size_t colon = bytes_find_last(host, ':');
	if (colon < host.size && host.data[host.size - 1] != ']') {
		if (number_parse_u64(bytes_from(host, colon + 1), 65535, &port))
			return false;
		host = bytes_part(host, 0, colon);
	}
	if (host.size >= 2 && host.data[0] == '[' && host.data[host.size - 1] == ']')
		host = bytes_part(host, 1, host.size - 2);
	return port == u->port && u->scheme != URL_FILE && bytes_equal_nocase(host, bytes_of(u->host));
}

bool url_is_loopback(const struct url *u)
{
	if (u->host_is_ipv4)
		return strncmp(u->host, "127.", 4) == 0;
	if (u->host_is_ipv6)
		return strcmp(u->host, "::1") == 0;
	return strcmp(u->host, "localhost") == 0;
}
