/* `hwb redact`: standard input to standard output without what is secret. hwb-parse alone reads the one and writes the other, so
 * that nothing comes out which it has not looked at: when it dies, nothing more does. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/settings_parts.h"
#include "host/file.h"
#include "host/helper.h"
#include "redact/request.h"

enum { MASK_FILE_MAX = 8 << 20 };
/* A filter lasts as long as what it filters. */
#define NO_LIMIT_MS (UINT64_MAX / 4)

struct redact_command {
	struct settings *settings;
	struct console *console;
	struct arena *arena;
	struct known known;
	bool is_over; /* there were more values than can be hidden */
};

/* ---- values that are known ---- */

/* A word of a name of which the value is secret: one of these, or what ends with one of the longer ones (PGPASSWORD, AUTHTOKEN). */
static bool is_secret_word(struct bytes word)
{
	static const char *const words[] = { "PASS",       "SSHPASS",       "PWD",       "PASSCODE",  "KEY",     "KEYS",
					     "APIKEY",     "AUTHKEY",       "ACCESSKEY", "SECRETKEY", "SIGNKEY", "SIGNINGKEY",
					     "PRIVATEKEY", "ENCRYPTIONKEY", "DEPLOYKEY", "CREDS",     "AUTH",    "BEARER" };
	static const char *const ends[] = { "PASSWORD", "PASSWD", "PASSPHRASE", "TOKEN", "SECRET", "CREDENTIAL" };
	if (bytes_ends(word, BYTES("S")) && !bytes_ends(word, BYTES("SS")) && word.size > 5) /* TOKENS, APIKEYS */
		word.size--;
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(word, bytes_of(words[i])))
			return true;
	for (size_t i = 0; i < COUNT(ends); i++)
		if (bytes_ends(word, bytes_of(ends[i])))
			return true;
	return false;
}

/* Words are what stands between underscores, between digits and behind them, and of "apiKey", "APIKey" each. */
static bool starts_word(struct bytes name, size_t at)
{
	unsigned char before = name.data[at - 1], c = name.data[at];
	bool is_lower_next = at + 1 < name.size && byte_is_lower(name.data[at + 1]);
	return !byte_is_alpha(before) || !byte_is_alpha(c) || (byte_is_upper(c) && (byte_is_lower(before) || is_lower_next));
}

static bool has_secret_word(struct bytes name)
{
	char upper[256];
	size_t n = name.size < sizeof upper ? name.size : sizeof upper, from = 0;
	if (bytes_equal(name, BYTES("PWD")) || bytes_equal(name, BYTES("OLDPWD"))) /* POSIX: where one is */
		return false;
	for (size_t i = 0; i < n; i++)
		upper[i] = (char)(byte_is_lower(name.data[i]) ? name.data[i] - 32 : name.data[i]);
	for (size_t i = 1; i <= n; i++)
		if (i == n || starts_word(bytes_part(name, 0, n), i)) {
			if (is_secret_word(bytes_make(upper + from, i - from)))
				return true;
			from = i;
		}
	return false;
}

/* "/..." and "~/...": a secret may begin so, a path is there. */
static bool is_path(const struct redact_command *c, struct bytes value)
{
	struct stat st;
	const char *home = env_get(c->settings->environment, "HOME");
	if (bytes_starts(value, BYTES("/")))
		return stat(arena_string(c->arena, value), &st) == 0;
	bool is_home = bytes_equal(value, BYTES("~")) || bytes_starts(value, BYTES("~/"));
	return is_home && home && stat(arena_printf(c->arena, "%s%.*s", home, BYTES_ARG(bytes_from(value, 1))), &st) == 0;
}

/* Switches and who one is are no secrets, whatever the name. */
static bool is_plain(const struct settings *s, struct bytes value)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "main", "master", "localhost", "none" };
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal_nocase(value, bytes_of(words[i])))
			return true;
	return !value.size || bytes_equal(value, bytes_of(s->user)) || (value.size < 3 && byte_is_digit(value.data[0]));
}

/* false: the caller says whose value will not be hidden. When all will not be, the command ends before it says anything. */
static bool take_value(struct redact_command *c, struct bytes value)
{
	(void)console_add_secret(c->console, value);
	if (known_add(&c->known, value))
		return true;
	c->is_over = c->is_over || known_is_full(&c->known);
	return false;
}

static void take_variable(struct redact_command *c, struct bytes variable, bool is_named)
{
	struct bytes value = variable, name = bytes_cut(&value, '=');
	if ((!is_named && is_plain(c->settings, value)) || !value.size)
		return;
	if (!is_named && is_path(c, value)) { /* SSH_AUTH_SOCK */
		console_note(c->console, "the value of '%.*s' is a path that exists: it is not hidden", BYTES_ARG(name));
		return;
	}
	if (!take_value(c, value))
		console_warning(c->console, "the value of '%.*s' is too short, too long or too common to be hidden", BYTES_ARG(name));
}

/* Names that were listed, else those that sound like a secret. */
static void take_environment(struct redact_command *c)
{
	const struct strings *names = &c->settings->masks.names;
	for (char **e = c->settings->environment; c->settings->masks.environment && e && *e; e++) {
		struct bytes rest = bytes_of(*e), name = bytes_cut(&rest, '=');
		bool is_named = false;
		for (size_t i = 0; i < names->n; i++)
			is_named = is_named || bytes_equal(name, bytes_of(names->items[i]));
		if (is_named || (!names->n && has_secret_word(name)))
			take_variable(c, bytes_of(*e), is_named);
	}
	for (size_t i = 0; i < names->n; i++)
		if (!env_get(c->settings->environment, names->items[i]))
			console_warning(c->console, "there is no variable '%s' whose value could be hidden", names->items[i]);
}

static enum status open_mask_file(struct redact_command *c, const char *path, struct buf *content, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return fail(d, ERR_USAGE, 0, "the file of secrets '%s' cannot be read", path);
	if (S_ISREG(st.st_mode) && st.st_mode & 077)
		console_warning(c->console, "others can read the secrets in '%s': chmod 600 it", path);
	if (file_read_fd(fd, content, d) == OK)
		return OK;
	(void)explain(d, "the file of secrets '%s'", path);
	return recode(d, ERR_USAGE);
}

static enum status take_file(struct redact_command *c, const char *path, struct diag *d)
{
	CLEANUP(buf_done) struct buf content;
	unsigned line = 0;
	buf_init(&content, MASK_FILE_MAX);
	content.secret = true;
	enum status s = open_mask_file(c, path, &content, d);
	if (s)
		return s;
	for (struct bytes rest = buf_bytes(&content); rest.data && rest.size;) {
		struct bytes value = bytes_cut(&rest, '\n');
		line++;
		if (bytes_ends(value, BYTES("\r")))
			value.size--;
		if (!value.size)
			continue;
		if (!take_value(c, value))
			console_warning(c->console, "%s:%u: too short, too long or too common to be hidden", path, line);
	}
	return OK;
}

/* What hwb itself would use. */
static void take_credentials(struct redact_command *c)
{
	for (size_t i = 0; i < c->settings->n_credentials; i++) {
		const struct index_credential *login = &c->settings->credentials[i];
		if (!login->password || !login->password[0])
			continue;
		(void)take_value(c, bytes_of(login->password));
		(void)take_value(c, bytes_of(arena_printf(c->arena, "%s:%s", login->user, login->password)));
	}
}

/* ---- the filter ---- */

static void say_hits(const struct redact_command *c, const struct redaction *r)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < r->n_hits; i++)
		buf_printf(&text, "%s %llu %s", i ? "," : ":", (unsigned long long)r->hits[i].n, r->hits[i].rule);
	console_note(c->console, "redacted %llu secret%s in %llu bytes%s", (unsigned long long)r->n, PLURAL(r->n),
		     (unsigned long long)r->in, buf_string(&text));
}

static enum status filter(struct redact_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf request;
	CLEANUP(buf_done) struct buf reply;
	struct redaction result;
	struct limits limits = c->settings->limits;
	const struct run_context run = { .limits = &limits };
	limits.wall_ms = NO_LIMIT_MS;
	buf_init(&request, (KNOWN_SIZE_MAX + 4) * KNOWN_SECRETS_MAX + 4);
	buf_init(&reply, 1 << 20);
	request.secret = true;
	redaction_request(&c->known, &request);
	enum status s = helper_call(&run, "hwb-parse", "redact", buf_bytes(&request), (const int[]){ 0, 1 }, 2, &reply, d);
	if (s == OK)
		s = redaction_reply(buf_bytes(&reply), c->arena, &result, d);
	if (s) {
		(void)explain(d, "what was not redacted yet stays unsaid");
		return recode(d, ERR_UNCHECKED);
	}
	if (c->settings->verbose)
		say_hits(c, &result);
	return OK;
}

/* Whoever read our output has enough: as other filters end then, without a word. */
static void end_with_reader(void)
{
	struct pollfd out = { .fd = 1 };
	if (poll(&out, 1, 0) == 1 && out.revents & POLLERR)
		(void)raise(SIGPIPE);
}

static int run_redact(struct settings *s, struct arena *a)
{
	struct redact_command c = { .settings = s, .console = console_open(s, environ, a), .arena = a };
	struct diag d = { 0 };
	enum status status = OK;
	known_init(&c.known, a);
	if (s->sources.n)
		status = fail(&d, ERR_USAGE, 0, "hwb redact reads standard input and takes no argument");
	take_credentials(&c);
	take_environment(&c);
	for (size_t i = 0; status == OK && i < s->masks.files.n; i++)
		status = take_file(&c, s->masks.files.items[i], &d);
	if (status == OK && c.is_over)
		status = fail(&d, ERR_USAGE, 0, "there are more than %d values to hide", KNOWN_SECRETS_MAX);
	if (status == OK)
		status = filter(&c, &d);
	known_wipe(&c.known);
	if (status == ERR_UNCHECKED)
		end_with_reader();
	if (status)
		console_error(c.console, &d);
	return (int)exit_code_of(status);
}

/* ---- options ---- */

static enum status take_mask_file(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	strings_add(&s->masks.files, a, bytes_of(value));
	return OK;
}

static enum status take_mask_environment(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->masks.environment = true;
	for (struct bytes rest = bytes_of(value); rest.data;) {
		struct bytes name = bytes_trim(bytes_cut(&rest, ','));
		if (name.size)
			strings_add(&s->masks.names, a, name);
	}
	return OK;
}

static const struct option options[] = {
	{ "--mask-file", 0, { 0 }, "FILE", "Hide these values too: a secret a line.", take_mask_file },
	{ "--add-mask-from-env",
	  0,
	  { 0 },
	  "[NAME,...]",
	  "Hide the values of these variables, or of those whose names sound secret.",
	  take_mask_environment },
	{ 0 },
};

const struct command command_redact = {
	.name = "redact",
	.arguments = "",
	.what = "copy standard input to standard output without secrets",
	.options = options,
	.run = run_redact,
};
