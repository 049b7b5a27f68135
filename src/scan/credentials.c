/* Credentials in the tree: private keys, files whose name says it, and tokens by their form. What is told never shows a value. */
#include <string.h>

#include "scan/files_parts.h"

#define HIDDEN "[REDACTED:value]"

static bool contains(struct bytes text, const char *word)
{
	return bytes_search(text, bytes_of(word)) < text.size;
}

/* "greentest", "testserver", "dummyserver": more than path_is_example, for it only tells how loud to be. */
static bool is_trial_name(struct bytes name)
{
	static const char *const starts[] = { "test", "dummy", "mock", "fake", "example" };
	for (size_t i = 0; i < COUNT(starts); i++)
		if (bytes_equal_nocase(bytes_part(name, 0, strlen(starts[i])), bytes_of(starts[i])))
			return true;
	return bytes_ends(name, BYTES("test")) || bytes_ends(name, BYTES("tests"));
}

/* Tests and examples may hold keys that everybody knows; nothing else may. */
static enum scan_zone zone_of(const struct source_file *file)
{
	struct bytes rest = folder_of(file->path);
	while (rest.data)
		if (is_trial_name(bytes_cut(&rest, '/')))
			return ZONE_REST;
	return path_is_example(file->path) ? ZONE_REST : ZONE_IMPORT;
}

/* Tests of TLS hold dozens: the first one warns, the others are told less loudly, so that they do not hide what matters. */
static const char *once(enum scan_zone zone, bool *told, const char *first, const char *more)
{
	bool again = zone == ZONE_REST && *told;
	*told = *told || zone == ZONE_REST;
	return again ? more : first;
}

static bool is_text(struct bytes content)
{
	struct bytes start = bytes_part(content, 0, 8000);
	return bytes_find(start, 0) == start.size;
}

static bool is_base64(unsigned char c)
{
	return byte_is_alnum(c) || c == '+' || c == '/' || c == '=';
}

/* Behind "-----BEGIN ... PRIVATE KEY-----": lines of base64, maybe behind headers or written "\n" as in JSON. 64 letters in a row or
 * in two rows are a key; a documentation's "..." is none. */
static bool has_key_body(struct bytes text)
{
	enum { BODY_MIN = 100, LOOK = 600 };
	size_t letters = 0;
	text = bytes_part(text, 0, LOOK);
	text = bytes_part(text, 0, bytes_search(text, BYTES("-----END")));
	for (size_t i = 0; i < text.size; i++)
		letters += is_base64(text.data[i]);
	return letters >= BODY_MIN && !contains(text, "...");
}

/* Offset of the first private key (RFC 7468 and OpenSSH's), or text.size. *ret_all: every place was looked at. */
static size_t find_key(struct bytes text, bool *ret_all)
{
	static const char begin[] = "-----BEGIN ", end[] = "PRIVATE KEY-----";
	enum { PLACES_MAX = 1000 }; /* each one is looked at for some hundred bytes */
	size_t n = 0;
	for (size_t at = bytes_search(text, bytes_of(begin)); at < text.size; n++) {
		struct bytes label = bytes_part(text, at + strlen(begin), 40);
		size_t size = bytes_search(label, bytes_of(end));
		*ret_all = n < PLACES_MAX;
		if (!*ret_all)
			break;
		if (size < label.size && has_key_body(bytes_from(text, at + strlen(begin) + size + strlen(end))))
			return at;
		at += strlen(begin) + bytes_search(bytes_from(text, at + strlen(begin)), bytes_of(begin));
	}
	return text.size;
}

struct found {
	struct spot spot;
};

static void found(void *context, const char *rule, size_t offset, size_t size)
{
	struct found *f = context;
	(void)size;
	if (contains(bytes_of(rule), "private") || offset > f->spot.text.size)
		return; /* told by find_key, with the same words for whoever has no such function */
	struct bytes evidence = bytes_of(arena_printf(f->spot.scan->arena, "[REDACTED:%.60s]", rule));
	spot_tell_as(&f->spot, once(f->spot.zone, &f->spot.scan->token_told, "file.token", "file.more-tokens"), bytes_of(rule),
		     offset, evidence);
}

static bool is_secret_key(struct bytes key)
{
	static const char *const words[] = { "password", "passwd",     "secret",      "token",           "api_key", "apikey",
					     "api-key",  "access_key", "private_key", "client-key-data", "_auth",   "credential" };
	unsigned char lower[64];
	key = bytes_part(key, 0, sizeof lower);
	for (size_t i = 0; i < key.size; i++)
		lower[i] = byte_lower(key.data[i]);
	for (size_t i = 0; i < COUNT(words); i++)
		if (contains(bytes_make(lower, key.size), words[i]))
			return true;
	return false;
}

/* What stands in a template in place of a value. */
static bool is_placeholder(struct bytes value)
{
	static const char *const words[] = { "example",     "changeme", "change-me", "change_me", "your",   "xxxx",     "...",
					     "placeholder", "dummy",    "todo",      "insert",    "secret", "password", "token",
					     "none",        "null",     "true",      "false",     "test" };
	unsigned char lower[64];
	struct bytes part = bytes_part(value, 0, sizeof lower);
	for (size_t i = 0; i < part.size; i++) {
		lower[i] = byte_lower(part.data[i]);
		if (strchr("<>${}*() ", part.data[i]))
			return true;
	}
	for (size_t i = 0; i < COUNT(words); i++)
		if (contains(bytes_make(lower, part.size), words[i]))
			return true;
	return value.size < 8;
}

static struct bytes unquote(struct bytes b)
{
	b = bytes_trim(b);
	while (b.size && strchr("\"',;", b.data[b.size - 1]))
		b = bytes_part(b, 0, b.size - 1);
	while (b.size && strchr("\"'", b.data[0]))
		b = bytes_from(b, 1);
	return b;
}

/* KEY=VALUE, "key": "value", key = value: whether the value is one to be hidden; the key for the evidence. */
static bool is_secret_line(struct bytes line, struct bytes *ret_key)
{
	size_t at = 0;
	line = bytes_trim(bytes_part(line, 0, 4096));
	if (line.size && (line.data[0] == '#' || line.data[0] == ';' || line.data[0] == '/'))
		return false;
	while (at < line.size && line.data[at] != '=' && line.data[at] != ':')
		at++;
	/* "//host/:_authToken=x": the last part of the key decides */
	if (at + 1 < line.size && line.data[at] == ':' && line.data[at + 1] == '_')
		at += bytes_find(bytes_from(line, at), '=');
	*ret_key = unquote(bytes_part(line, 0, at));
	return at < line.size && is_secret_key(*ret_key) && !is_placeholder(unquote(bytes_from(line, at + 1)));
}

/* .netrc and .git-credentials have no keys: "password x", "https://user:x@host". */
static bool is_login_line(struct bytes line)
{
	size_t at = bytes_search(line, BYTES("password ")), scheme = bytes_search(line, BYTES("://"));
	if (at < line.size) {
		struct bytes value = bytes_trim(bytes_from(line, at + 9));
		return !is_placeholder(bytes_part(value, 0, bytes_find(value, ' ')));
	}
	struct bytes user = bytes_from(line, scheme + 3);
	user = bytes_part(user, 0, bytes_find(user, '@'));
	return scheme < line.size && bytes_find(user, ':') + 1 < user.size && user.size < line.size - scheme - 3 &&
	       !is_placeholder(user);
}

enum name_kind { NAME_OTHER, NAME_KEYS, NAME_LOGIN };

static enum name_kind kind_of(const struct source_file *file)
{
	static const char *const keys[] = { ".env",
					    ".pypirc",
					    ".npmrc",
					    "credentials",
					    "credentials.json",
					    "credentials.toml",
					    "credentials.ini",
					    "credentials.yml",
					    "credentials.yaml",
					    ".credentials",
					    "kubeconfig",
					    ".dockercfg",
					    ".s3cfg",
					    ".boto",
					    "client_secret.json",
					    "client_secrets.json",
					    "service_account.json",
					    "secrets",
					    ".secrets" };
	static const char *const data[] = { ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".env", ".txt", ".properties" };
	struct bytes name = file->name;
	if (bytes_equal(name, BYTES(".netrc")) || bytes_equal(name, BYTES("_netrc")) || bytes_equal(name, BYTES(".git-credentials")))
		return NAME_LOGIN;
	for (size_t i = 0; i < COUNT(keys); i++)
		if (bytes_equal(name, bytes_of(keys[i])))
			return NAME_KEYS;
	if (bytes_starts(name, BYTES(".env.")) || bytes_ends(file->path, BYTES(".kube/config")) ||
	    bytes_ends(file->path, BYTES(".docker/config.json")))
		return NAME_KEYS;
	for (size_t i = 0; i < COUNT(data); i++)
		if (bytes_starts(name, BYTES("secrets.")) && bytes_ends(name, bytes_of(data[i])))
			return NAME_KEYS;
	return NAME_OTHER;
}

static void scan_lines(struct spot *spot, enum name_kind kind)
{
	enum { LINES_MAX = 50 }; /* that are told */
	struct bytes rest = bytes_part(spot->text, 0, SCAN_SECRET_FILE_MAX);
	size_t offset = 0, n = 0;
	while (rest.data && n < LINES_MAX) {
		struct bytes line = bytes_cut(&rest, '\n'), key = BYTES("password");
		bool secret = kind == NAME_LOGIN ? is_login_line(line) : is_secret_line(line, &key);
		if (secret) {
			key = bytes_part(key, 0, 60);
			spot_tell_as(spot, "file.credentials", key, offset,
				     bytes_of(arena_printf(spot->scan->arena, "%.*s = " HIDDEN, BYTES_ARG(key))));
			n++;
		}
		offset += line.size + 1;
	}
}

void credential_file_scan(struct file_scan *scan, const struct source_file *file)
{
	struct bytes content = bytes_part(file->content, 0, SCAN_SECRET_FILE_MAX);
	struct found f = { .spot = spot_of(scan, file, zone_of(file)) };
	if (!content.size || !is_text(content))
		return;
	if (content.size > SCAN_FILES_READ_MAX - scan->read) {
		file_tell(scan, file, ZONE_REST, "files.not-searched", BYTES(""));
		return;
	}
	scan->read += content.size;
	bool all = true;
	size_t key = find_key(content, &all);
	if (content.size < file->content.size || !all)
		file_tell(scan, file, ZONE_REST, "files.not-searched", BYTES(""));
	if (key < content.size)
		spot_tell_as(&f.spot, once(f.spot.zone, &scan->key_told, "file.private-key", "file.more-keys"), file->name, key,
			     BYTES("[REDACTED:private-key]"));
	enum name_kind kind = kind_of(file);
	if (kind != NAME_OTHER)
		scan_lines(&f.spot, kind);
	if (scan->request->secrets)
		scan->request->secrets(scan->request->context, content, found, &f);
}
