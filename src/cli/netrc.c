/* ~/.netrc as ftp(1), curl and Python's netrc module read it: only on request, and only for the hosts of the indexes. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "host/file.h"

/* A few hundred machines; a token of some KiB. */
enum { NETRC_MAX = 1 << 20, WORD_MAX = 8192 };

struct lexer {
	struct bytes rest;
	uint32_t line;
	unsigned char word[WORD_MAX];
	size_t size;
	bool quoted;
};

static enum status word_failed(const struct lexer *x, const char *what, struct diag *d)
{
	(void)fail(d, ERR_FORMAT, 0, "line %u: %s", x->line, what);
	locate(d, x->line, 0);
	return ERR_FORMAT;
}

static int next_byte(struct lexer *x)
{
	if (!x->rest.size)
		return -1;
	unsigned char c = x->rest.data[0];
	x->rest = bytes_from(x->rest, 1);
	x->line += c == '\n';
	return c;
}

static void skip_line(struct lexer *x)
{
	while (x->rest.size && x->rest.data[0] != '\n')
		(void)next_byte(x);
}

/* ERR_ABSENT at the end. A word may stand in double quotes; a backslash takes the next byte as it is. */
static enum status next_word(struct lexer *x, struct diag *d)
{
	while (x->rest.size && byte_is_blank(x->rest.data[0]))
		(void)next_byte(x);
	x->size = 0;
	x->quoted = x->rest.size && x->rest.data[0] == '"';
	if (!x->rest.size)
		return ERR_ABSENT;
	if (x->quoted)
		(void)next_byte(x);
	while (x->rest.size && (x->quoted ? x->rest.data[0] != '"' : !byte_is_blank(x->rest.data[0]))) {
		int c = next_byte(x);
		if (c == '\\')
			c = next_byte(x);
		if (c <= 0 || c == '\n' || x->size == WORD_MAX)
			return word_failed(x,
					   c < 0 ? "ends in a backslash"
					   : c   ? "a word is too long or goes over the line's end"
						 : "a NUL",
					   d);
		x->word[x->size++] = (unsigned char)c;
	}
	if (x->quoted && next_byte(x) != '"')
		return word_failed(x, "a quoted word has no end", d);
	return OK;
}

static struct bytes word_of(const struct lexer *x)
{
	return bytes_make(x->word, x->size);
}

/* A macro's body goes on until an empty line. */
static void skip_macro(struct lexer *x)
{
	skip_line(x);
	while (x->rest.size) {
		(void)next_byte(x);
		if (x->rest.size && x->rest.data[0] == '\n')
			return;
		skip_line(x);
	}
}

enum key { KEY_MACHINE, KEY_DEFAULT, KEY_LOGIN, KEY_PASSWORD, KEY_ACCOUNT, KEY_MACDEF, N_KEYS };
static const char *const key_names[N_KEYS] = { "machine", "default", "login", "password", "account", "macdef" };

static enum key key_of(const struct lexer *x)
{
	enum key k = KEY_MACHINE;
	while (k < N_KEYS && !(bytes_equal(word_of(x), bytes_of(key_names[k])) && !x->quoted))
		k++;
	return k == N_KEYS && bytes_equal(word_of(x), BYTES("user")) ? KEY_LOGIN : k;
}

struct netrc_search {
	struct lexer lexer;
	struct bytes host;
	bool inside; /* in the entry of the wanted host */
	const char *user, *password;
};

/* One key with its value. */
static enum status step(struct netrc_search *n, struct arena *a, struct diag *d)
{
	struct lexer *x = &n->lexer;
	enum key key = key_of(x);
	if (x->size && x->word[0] == '#' && !x->quoted) {
		skip_line(x);
		return OK;
	}
	if (key == N_KEYS)
		return word_failed(x, "a word that is no key of a .netrc", d);
	if (key == KEY_DEFAULT) {
		n->inside = false;
		return OK;
	}
	enum status s = next_word(x, d);
	if (s == ERR_ABSENT)
		return word_failed(x, "a key without a value", d);
	if (s)
		return s;
	if (key == KEY_MACHINE)
		n->inside = !n->user && !n->password && bytes_equal_nocase(word_of(x), n->host);
	else if (key == KEY_LOGIN && n->inside)
		n->user = arena_string(a, word_of(x));
	else if (key == KEY_PASSWORD && n->inside)
		n->password = arena_string(a, word_of(x));
	else if (key == KEY_MACDEF)
		skip_macro(x);
	return OK;
}

enum status netrc_find(struct bytes text, struct bytes host, struct arena *a, const char **ret_user, const char **ret_password,
		       struct diag *d)
{
	struct netrc_search n = { .lexer = { .rest = text, .line = 1 }, .host = host };
	enum status s;
	if (text.size > NETRC_MAX)
		return fail(d, ERR_LIMIT, 0, "larger than %d bytes", NETRC_MAX);
	while ((s = next_word(&n.lexer, d)) == OK) {
		s = step(&n, a, d);
		if (s)
			break;
	}
	explicit_bzero(n.lexer.word, sizeof n.lexer.word);
	if (s != ERR_ABSENT)
		return s;
	if (!n.user && !n.password)
		return fail(d, ERR_ABSENT, 0, "no entry for '%.*s'", BYTES_ARG(host));
	*ret_user = n.user ? n.user : "";
	*ret_password = n.password ? n.password : "";
	return OK;
}

/* NETRC names the file for curl, git and requests alike. */
static const char *choose_file(const struct settings *s, struct arena *a)
{
	const char *named = env_get(s->environment, "NETRC");
	if (s->netrc_file)
		return s->netrc_file;
	return named && named[0] ? named : arena_printf(a, "%s/.netrc", s->user_home);
}

/* What the file has for the host of one index. */
static enum status take_entry(struct settings *s, struct arena *a, struct bytes text, const char *index_url, struct diag *d)
{
	struct url url;
	const char *user, *password;
	if (!index_url || url_parse(bytes_of(index_url), a, &url, NULL))
		return OK;
	enum status status = netrc_find(text, bytes_of(url.host), a, &user, &password, d);
	if (status == OK)
		settings_add_credential(s, a, url_origin(&url, a), user, password, false);
	return status == ERR_ABSENT ? OK : status;
}

enum status netrc_load(struct settings *s, struct arena *a, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct stat st;
	bool has_index = false;
	buf_init(&text, NETRC_MAX);
	text.secret = true;
	for (size_t i = 0; i < s->n_places; i++)
		has_index = has_index || s->places[i].url;
	if (!s->netrc || !has_index)
		return OK;
	const char *path = choose_file(s, a);
	enum status status = file_read_named(path, &text, d);
	if (status == ERR_ABSENT && !s->netrc_must_exist)
		return OK;
	if (status == OK && stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)))
		settings_warn(s, a, "'%s' can be read by others: chmod 600 '%s'", path, path);
	if (status)
		status = fail(d, ERR_USAGE, 0, "cannot read '%s'", path);
	for (size_t i = 0; status == OK && i < s->n_places; i++)
		status = take_entry(s, a, buf_bytes(&text), s->places[i].url, d);
	if (status) {
		(void)explain(d, "'%s'", path);
		return recode(d, ERR_USAGE);
	}
	return OK;
}
