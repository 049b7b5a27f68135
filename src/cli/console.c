#include "cli/console.h"

#include <errno.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/fd.h"
#include "cli/console_parts.h"
#include "cli/settings_parts.h"
#include "net/url.h"

/* The rest of the set is for the credentials that are found later. */
enum { VARIABLES_MAX = KNOWN_SECRETS_MAX - 64 };

void console_write(struct bytes text)
{
	(void)!fd_write_all(2, text, NULL);
}

void console_clear(struct console *c)
{
	if (c->status_shown)
		console_write(BYTES("\r\x1b[2K"));
	c->status_shown = false;
}

/* Redact, escape, redact again: an escape or a CR that goes away could put a value together. Of a text that was cut the first look
 * only takes its end away: a mask there would hide from the second where a value begins. */
static void put_safe(const struct console *c, struct bytes text, bool is_cut, struct buf *out)
{
	CLEANUP(buf_done) struct buf redacted;
	CLEANUP(buf_done) struct buf escaped;
	CLEANUP(buf_done) struct buf guarded;
	buf_init(&redacted, 3 * text.size + 64);
	buf_init(&escaped, 8 * text.size + 512);
	buf_init(&guarded, 8 * text.size + 512);
	bool has_lost_end = is_cut && known_redact_start(&c->known, text, &redacted);
	if (!is_cut)
		known_redact(&c->known, text, &redacted);
	console_escape(buf_bytes(&redacted), &escaped);
	escape_line_starts(buf_bytes(&escaped), &guarded);
	console_redact(c, buf_bytes(&guarded), is_cut, out);
	if (has_lost_end && !bytes_ends(buf_bytes(out), BYTES(MASK_KNOWN)))
		buf_add_string(out, MASK_KNOWN);
}

static void write_result(struct console *c, struct bytes text)
{
	if (fd_write_all(1, text, NULL) && !c->lost_because)
		c->lost_because = errno;
}

void console_put_safe(const struct console *c, struct bytes text, struct buf *out)
{
	put_safe(c, text, false, out);
}

void console_print(struct console *c, struct bytes safe, enum console_stream to)
{
	if (c->streaming)
		console_output_end(c);
	console_clear(c);
	if (to == CONSOLE_STDOUT)
		write_result(c, safe);
	else
		console_write(safe);
}

bool console_has_colour(const struct console *c, enum console_stream to)
{
	return c->colour && (to == CONSOLE_STDERR || c->colours_results);
}

/* ---- secrets ---- */

static bool name_is_secret(struct bytes name)
{
	static const char *const words[] = { "TOKEN",      "SECRET",  "PASSWORD", "PASSWD",     "PASSPHRASE",
					     "CREDENTIAL", "API_KEY", "APIKEY",   "ACCESS_KEY", "PRIVATE_KEY" };
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_search(name, bytes_of(words[i])) < name.size)
			return true;
	return false;
}

bool console_is_secret_variable(struct bytes variable)
{
	struct bytes value = variable, name = bytes_cut(&value, '=');
	bool is_number = true;
	for (size_t i = 0; i < value.size; i++)
		is_number = is_number && byte_is_digit(value.data[i]);
	return value.size >= 8 && !is_number && value.data[0] != '/' && name_is_secret(name);
}

/* false: there are too many. */
static bool add_variable(struct console *c, struct bytes variable)
{
	struct bytes value = variable;
	(void)bytes_cut(&value, '=');
	if (!console_is_secret_variable(variable))
		return true;
	if (c->known.n_secrets >= VARIABLES_MAX)
		return false;
	(void)console_add_secret(c, value);
	return true;
}

static void add_password(struct console *c, const char *user, const char *password)
{
	if (!password || !password[0])
		return;
	if (!console_add_secret(c, bytes_of(password)))
		console_warning(c, "a password is too short or too common to be hidden in what hwb prints");
	/* What HTTP basic authentication sends. */
	(void)console_add_secret(c, bytes_of(arena_printf(c->arena, "%s:%s", user, password)));
}

static void add_secrets(struct console *c, const struct settings *s, char **env)
{
	struct url proxy;
	const char *user, *password;
	for (size_t i = 0; i < s->n_credentials; i++)
		add_password(c, s->credentials[i].user, s->credentials[i].password);
	if (s->proxy_url && url_parse(bytes_of(s->proxy_url), c->arena, &proxy, NULL) == OK &&
	    url_credentials(&proxy, c->arena, &user, &password, NULL) == OK)
		add_password(c, user, password);
	bool are_all = true;
	for (size_t i = 0; env && env[i]; i++)
		are_all = add_variable(c, bytes_of(env[i])) && are_all;
	for (size_t i = 0; i < s->env.n; i++)
		are_all = add_variable(c, bytes_of(s->env.items[i])) && are_all;
	if (!are_all)
		console_warning(c, "more than %d variables look like secrets: the others are not hidden in what hwb prints",
				VARIABLES_MAX);
}

/* ---- opening ---- */

static bool is_true(char **env, const char *name)
{
	const char *value = env_get(env, name);
	return value && strcmp(value, "true") == 0;
}

struct console *console_open(const struct settings *s, char **env, struct arena *a)
{
	struct console *c = ARENA_NEW(a, struct console);
	const char *no_color = env_get(env, "NO_COLOR"), *term = env_get(env, "TERM");
	bool is_terminal = isatty(2) && term && strcmp(term, "dumb") != 0;
	c->arena = a;
	c->quiet = s->quiet;
	c->verbose = s->quiet ? 0 : s->verbose;
	c->colour = s->color == WHEN_ALWAYS || (s->color == WHEN_AUTO && is_terminal && !(no_color && no_color[0]));
	c->colours_results = s->color == WHEN_ALWAYS || isatty(1);
	c->progress = is_terminal && !s->no_progress && !s->quiet;
	c->github = !is_terminal && is_true(env, "GITHUB_ACTIONS");
	c->gitlab = !is_terminal && is_true(env, "GITLAB_CI");
	known_init(&c->known, a);
	known_stream_init(&c->raw, &c->known);
	known_stream_init(&c->escaped, &c->known);
	add_secrets(c, s, env);
	for (size_t i = 0; i < s->warnings.n; i++)
		console_warning(c, "%s", s->warnings.items[i]);
	return c;
}

/* ---- sentences ---- */

/* What of a sentence may come from strangers. */
struct words {
	struct bytes text;
	bool is_cut; /* at the size of the buffer that it came in */
};

static struct words words_of(const char *text, size_t size)
{
	return (struct words){ bytes_of(text), console_is_full(text, size) };
}

/* The lines after the first begin with a mark: no line of a stranger's stands where a CI system looks for commands.
 * behind: ours, at the end of the last line. */
static void put_lines(const struct console *c, struct words words, const char *behind, struct buf *out)
{
	CLEANUP(buf_done) struct buf safe;
	buf_init(&safe, 16 * MESSAGE_MAX);
	put_safe(c, bytes_trim(words.text), words.is_cut, &safe);
	buf_add_string(&safe, behind);
	struct bytes rest = buf_bytes(&safe);
	for (bool is_first = true; rest.data; is_first = false) {
		struct bytes line = bytes_cut(&rest, '\n');
		if (!is_first)
			buf_add_string(out, "  | ");
		buf_add(out, line);
		buf_add_byte(out, '\n');
	}
	if (!safe.size)
		buf_add_byte(out, '\n');
}

enum tone { TONE_PLAIN, TONE_WARNING, TONE_ERROR };

static void say(struct console *c, enum tone tone, struct words words, const char *behind, struct words help)
{
	static const struct {
		const char *label, *colour;
	} tones[] = {
		[TONE_PLAIN] = { "", "" }, [TONE_WARNING] = { "warning: ", "\x1b[1;33m" }, [TONE_ERROR] = { "error: ", "\x1b[1;31m" }
	};
	CLEANUP(buf_done) struct buf line;
	buf_init(&line, 64 * MESSAGE_MAX);
	if (c->streaming)
		console_output_end(c);
	console_clear(c);
	buf_add_string(&line, "hwb: ");
	if (tone != TONE_PLAIN)
		buf_printf(&line, "%s%s%s", c->colour ? tones[tone].colour : "", tones[tone].label, c->colour ? "\x1b[0m" : "");
	put_lines(c, words, behind, &line);
	if (help.text.size) {
		buf_add_string(&line, "  help: ");
		put_lines(c, help, "", &line);
	}
	console_write(buf_bytes(&line));
}

static void end_stage(struct console *c);

void console_error(struct console *c, const struct diag *d)
{
	char place[64], column[32] = "";
	end_stage(c);
	(void)snprintf(place, sizeof place, ":%u:%u", d->line, d->column);
	bool is_told = !d->line || strstr(d->text, place);
	if (d->column)
		(void)snprintf(column, sizeof column, ", column %u", d->column);
	(void)snprintf(place, sizeof place, " (line %u%s)", d->line, column);
	say(c, TONE_ERROR, words_of(d->text, sizeof d->text), is_told ? "" : place, words_of(d->help, sizeof d->help));
}

void console_warning(struct console *c, const char *format, ...)
{
	char text[MESSAGE_MAX / 8];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	say(c, TONE_WARNING, words_of(text, sizeof text), "", (struct words){ .is_cut = false });
}

void console_note(struct console *c, const char *format, ...)
{
	char text[MESSAGE_MAX / 8];
	va_list args;
	if (c->quiet)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	say(c, TONE_PLAIN, words_of(text, sizeof text), "", (struct words){ .is_cut = false });
}

/* ---- stages and progress ---- */

static void end_stage(struct console *c)
{
	char line[96];
	console_output_end(c);
	console_clear(c);
	if (!c->stage)
		return;
	c->stage = NULL;
	if (c->quiet)
		return;
	if (c->github)
		console_write(BYTES("::endgroup::\n"));
	if (c->gitlab) {
		(void)snprintf(line, sizeof line, "\x1b[0Ksection_end:%lld:hwb_%llu\r\x1b[0K\n", (long long)clock_unix(),
			       (unsigned long long)c->n_stages);
		console_write(bytes_of(line));
	}
}

static void show_status(struct console *c, const char *text)
{
	CLEANUP(buf_done) struct buf line;
	buf_init(&line, 4096);
	buf_printf(&line, "\r\x1b[2Khwb: %.150s", text);
	console_write(buf_bytes(&line));
	c->status_shown = true;
}

/* name: one of ours, never a stranger's. */
void console_stage(struct console *c, const char *name)
{
	char line[256];
	end_stage(c);
	if (!name)
		return;
	c->stage = name;
	c->n_stages++;
	if (c->quiet)
		return;
	if (c->github)
		(void)snprintf(line, sizeof line, "::group::hwb: %.100s\n", name);
	else if (c->gitlab)
		(void)snprintf(line, sizeof line, "\x1b[0Ksection_start:%lld:hwb_%llu\r\x1b[0Khwb: %.100s\n",
			       (long long)clock_unix(), (unsigned long long)c->n_stages, name);
	else
		(void)snprintf(line, sizeof line, "hwb: %.100s\n", name);
	if (c->progress)
		show_status(c, name);
	else
		console_write(bytes_of(line));
}

void console_progress(struct console *c, const char *what, uint64_t done, uint64_t size)
{
	CLEANUP(buf_done) struct buf safe;
	char text[256];
	buf_init(&safe, MESSAGE_MAX);
	if (!c->progress)
		return;
	put_safe(c, bytes_of(what), false, &safe); /* whole, before it is cut */
	if (size)
		(void)snprintf(text, sizeof text, "%.100s %llu of %llu KiB", buf_string(&safe), (unsigned long long)done / 1024,
			       (unsigned long long)size / 1024);
	else
		(void)snprintf(text, sizeof text, "%.100s", buf_string(&safe));
	show_status(c, text);
}

void console_result(struct console *c, struct bytes line)
{
	CLEANUP(buf_done) struct buf safe;
	console_clear(c);
	buf_init(&safe, 8 * line.size + 256);
	put_safe(c, line, false, &safe);
	buf_add_byte(&safe, '\n');
	write_result(c, buf_bytes(&safe));
}

enum exit_code console_end(struct console *c, enum exit_code code)
{
	struct diag d = { 0 };
	int reason = c->lost_because;
	c->lost_because = 0;
	if (!reason)
		return code;
	if (reason == EPIPE)
		return code == EXIT_OK ? EXIT_UNCHECKED : code;
	(void)fail(&d, ERR_UNCHECKED, 0, "the result cannot be written to standard output: %s", strerror(reason));
	console_error(c, &d);
	return EXIT_UNCHECKED;
}
