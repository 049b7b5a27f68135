/* The build's own output on its way to people: hostile bytes in, redacted and escaped text out. */
#include <sys/random.h>

#include "base/cleanup.h"
#include "base/encode.h"
#include "cli/console_parts.h"

void console_set_log(struct console *c, void (*write)(void *context, struct bytes output), void *context)
{
	c->write = write;
	c->context = context;
}

bool console_add_secret(struct console *c, struct bytes secret)
{
	return known_add(&c->known, secret);
}

bool console_add_brief_secret(struct console *c, struct bytes secret)
{
	return known_add_brief(&c->known, secret);
}

void console_forget(struct console *c)
{
	known_wipe(&c->known);
}

const struct known *console_known(const struct console *c)
{
	return &c->known;
}

uint64_t console_n_hidden(const struct console *c)
{
	return c->raw.n_masks + c->escaped.n_masks;
}

void console_redact(const struct console *c, struct bytes text, bool is_cut, struct buf *out)
{
	if (is_cut)
		known_redact_cut(&c->known, text, out);
	else
		known_redact(&c->known, text, out);
}

const char *console_redacted(const struct console *c, const char *text, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 16 * DIAG_TEXT_SIZE);
	known_redact(&c->known, bytes_of(text), &out);
	return arena_string(a, buf_bytes(&out));
}

const char *console_redacted_diag(const struct console *c, const struct diag *d, struct arena *a)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, 16 * DIAG_TEXT_SIZE);
	console_redact(c, bytes_of(d->text), console_is_full(d->text, sizeof d->text), &out);
	return arena_string(a, buf_bytes(&out));
}

/* Between these two lines a GitHub runner takes nothing for a command; the build cannot guess the token that ends it. */
static void commands_stop(struct console *c)
{
	unsigned char random[16];
	char line[64];
	if (!c->github || c->stop_token[0])
		return;
	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		return;
	hex_write(bytes_make(random, sizeof random), c->stop_token);
	(void)snprintf(line, sizeof line, "::stop-commands::%s\n", c->stop_token);
	console_write(bytes_of(line));
}

static void commands_resume(struct console *c)
{
	char line[64];
	if (!c->stop_token[0])
		return;
	(void)snprintf(line, sizeof line, "::%s::\n", c->stop_token);
	console_write(bytes_of(line));
	c->stop_token[0] = '\0';
}

static void print(struct console *c, struct bytes text)
{
	if (!text.size)
		return;
	console_clear(c);
	commands_stop(c);
	/* Without a token nothing of a stranger's goes to a runner that obeys it. */
	if (c->github && !c->stop_token[0])
		return;
	console_write(text);
	c->streaming = true;
	c->line_open = text.data[text.size - 1] != '\n';
}

static void keep(struct console *c, struct bytes text)
{
	if (!c->tail)
		c->tail = arena_alloc(c->arena, 2 * (size_t)TAIL_SIZE, 1);
	if (text.size > TAIL_SIZE)
		text = bytes_from(text, text.size - TAIL_SIZE);
	if (c->tail_size + text.size > 2 * (size_t)TAIL_SIZE) {
		memmove(c->tail, c->tail + c->tail_size - TAIL_SIZE, TAIL_SIZE);
		c->tail_size = TAIL_SIZE;
	}
	bytes_copy(c->tail + c->tail_size, text);
	c->tail_size += text.size;
}

/* One block through the rest of the way; final: what is held back comes too. */
static void pass(struct console *c, struct bytes redacted, bool final)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(buf_done) struct buf safe;
	buf_init(&text, 8 * (redacted.size + 64)); /* a byte becomes at most "\xNN" */
	buf_init(&safe, 24 * (redacted.size + 64 + KNOWN_SIZE_MAX * 6)); /* and six of those a mask of sixteen */
	escaper_add(&c->escaper, redacted, &text);
	if (final)
		escaper_end(&c->escaper, &text);
	known_stream_add(&c->escaped, buf_bytes(&text), &safe);
	if (final)
		known_stream_end(&c->escaped, &safe);
	if (c->write && safe.size)
		c->write(c->context, buf_bytes(&safe));
	keep(c, buf_bytes(&safe));
	if (c->verbose)
		print(c, buf_bytes(&safe));
}

void console_output(struct console *c, struct bytes output)
{
	for (; output.size; output = bytes_from(output, OUTPUT_BLOCK)) {
		CLEANUP(buf_done) struct buf redacted;
		buf_init(&redacted, 4 * (OUTPUT_BLOCK + 8 * KNOWN_SIZE_MAX));
		known_stream_add(&c->raw, bytes_part(output, 0, OUTPUT_BLOCK), &redacted);
		pass(c, buf_bytes(&redacted), false);
	}
}

void console_output_end(struct console *c)
{
	CLEANUP(buf_done) struct buf redacted;
	buf_init(&redacted, 32 * KNOWN_SIZE_MAX);
	known_stream_end(&c->raw, &redacted);
	pass(c, buf_bytes(&redacted), true);
	if (c->line_open)
		console_write(BYTES("\n"));
	c->line_open = c->streaming = false;
	commands_resume(c);
}

static struct bytes last_lines(struct bytes text, size_t n)
{
	size_t at = text.size, lines = 0;
	if (at && text.data[at - 1] == '\n')
		at--;
	for (; at; at--)
		if (text.data[at - 1] == '\n' && ++lines == n)
			return bytes_from(text, at);
	return text;
}

static void show_tail(struct console *c, struct bytes text)
{
	console_clear(c);
	console_write(BYTES("hwb: the last lines of the build's output:\n"));
	print(c, text);
	console_output_end(c);
}

void console_tail(struct console *c, const char *whole_is_at)
{
	CLEANUP(buf_done) struct buf line;
	console_output_end(c);
	struct bytes text = last_lines(bytes_make(c->tail, c->tail_size), TAIL_LINES);
	if (!text.size)
		return;
	if (!c->verbose) /* else it has just been shown */
		show_tail(c, text);
	c->tail_size = 0;
	buf_init(&line, MESSAGE_MAX);
	buf_add_string(&line, "hwb: the whole output: ");
	console_escape(bytes_of(whole_is_at), &line);
	buf_add_byte(&line, '\n');
	console_write(buf_bytes(&line));
}
