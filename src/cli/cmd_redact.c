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
};

/* ---- values that are known ---- */

static bool has_word(struct bytes name)
{
	static const char *const words[] = { "TOKEN", "SECRET", "PASS", "KEY", "CREDENTIAL", "AUTH" };
	char upper[256];
	size_t n = name.size < sizeof upper ? name.size : sizeof upper;
	for (size_t i = 0; i < n; i++)
		upper[i] = (char)(byte_is_lower(name.data[i]) ? name.data[i] - 32 : name.data[i]);
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_search(bytes_make(upper, n), bytes_of(words[i])) < n)
			return true;
	return false;
}

/* Paths (SSH_AUTH_SOCK), switches and who one is are no secrets, whatever the name. */
static bool is_plain(const struct settings *s, struct bytes value)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "main", "master", "localhost", "none" };
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal_nocase(value, bytes_of(words[i])))
			return true;
	return !value.size || value.data[0] == '/' || value.data[0] == '~' || bytes_equal(value, bytes_of(s->user)) ||
	       (value.size < 3 && byte_is_digit(value.data[0]));
}

static void take_variable(struct redact_command *c, struct bytes variable, bool is_named)
{
	struct bytes value = variable, name = bytes_cut(&value, '=');
	if ((!is_named && is_plain(c->settings, value)) || !value.size)
		return;
	(void)console_add_secret(c->console, value);
	if (!known_add(&c->known, value))
		console_warning(c->console, "the value of '%.*s' is too short, too long or too common to be hidden", BYTES_ARG(name));
}

/* Names that were listed, else those that sound like a secret. */
static void take_environment(struct redact_command *c)
{
	const struct strings *names = &c->settings->mask_names;
	for (char **e = c->settings->environment; c->settings->mask_environment && e && *e; e++) {
		struct bytes rest = bytes_of(*e), name = bytes_cut(&rest, '=');
		bool is_named = false;
		for (size_t i = 0; i < names->n; i++)
			is_named = is_named || bytes_equal(name, bytes_of(names->items[i]));
		if (is_named || (!names->n && has_word(name)))
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
		(void)console_add_secret(c->console, value);
		if (!known_add(&c->known, value))
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
		(void)known_add(&c->known, bytes_of(login->password));
		(void)known_add(&c->known, bytes_of(arena_printf(c->arena, "%s:%s", login->user, login->password)));
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
	for (size_t i = 0; status == OK && i < s->mask_files.n; i++)
		status = take_file(&c, s->mask_files.items[i], &d);
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
	strings_add(&s->mask_files, a, bytes_of(value));
	return OK;
}

static enum status take_mask_environment(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->mask_environment = true;
	for (struct bytes rest = bytes_of(value); rest.data;) {
		struct bytes name = bytes_trim(bytes_cut(&rest, ','));
		if (name.size)
			strings_add(&s->mask_names, a, name);
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
