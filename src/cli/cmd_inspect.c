/* `hwb inspect`: what is in a wheel, for a person or as JSON. It judges nothing; `hwb check` does. */

#include "base/cleanup.h"
#include "base/wire.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/named_file.h"
#include "cli/options_build.h"
#include "crypto/digest.h"
#include "format/json_write.h"
#include "host/helper.h"

enum { REPLY_MAX = 64 << 20, LABEL_WIDTH = 19 };

struct pair {
	struct bytes label, value;
};

struct inspected {
	struct bytes path;
	char digest[SHA256_TEXT_SIZE];
	uint64_t size;
	struct pair *pairs;
	uint32_t n;
};

static enum status read_pairs(struct bytes reply, struct arena *a, struct inspected *ret, struct diag *d)
{
	enum { PAIR_SIZE_MIN = 8 };
	struct wire w = wire_over(reply);
	ret->n = wire_get_count(&w, PAIR_SIZE_MIN);
	ret->pairs = ARENA_ARRAY(a, struct pair, ret->n + 1);
	for (uint32_t i = 0; i < ret->n; i++) {
		ret->pairs[i].label = arena_copy(a, wire_get_bytes(&w));
		ret->pairs[i].value = arena_copy(a, wire_get_bytes(&w));
	}
	return wire_end(&w, "inspect", d) ? recode(d, ERR_UNCHECKED) : OK;
}

static enum status look(const struct run_context *run, const char *path, struct arena *a, struct inspected *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = -1;
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	struct bytes name = bytes_of(path);
	struct sha256 digest;
	ret->path = name;
	buf_init(&ask, 65536);
	buf_init(&reply, REPLY_MAX);
	wire_put_bytes(&ask, bytes_base_name(name));
	enum status s = named_file_copy(run, path, run->limits->wheel_size, &fd, d);
	if (s)
		return s;
	s = sha256_of_fd(fd, run->limits->wheel_size, &digest, &ret->size, d);
	if (s == OK)
		s = helper_call(run, "hwb-parse", "inspect", buf_bytes(&ask), &fd, 1, &reply, d);
	if (s == OK)
		s = read_pairs(buf_bytes(&reply), a, ret, d);
	if (s == OK)
		sha256_text(&digest, ret->digest);
	else
		(void)explain(d, "'%s'", path);
	/* What cannot be opened is not a wheel that anybody should install. */
	return s == ERR_FORMAT || s == ERR_LIMIT || s == ERR_REFUSED ? recode(d, ERR_ARTEFACT) : s;
}

static bool same_label(const struct inspected *in, uint32_t i)
{
	return i > 0 && bytes_equal(in->pairs[i].label, in->pairs[i - 1].label);
}

static void write_text(struct console *c, const struct inspected *in, struct buf *out)
{
	buf_printf(out, "%-*s", LABEL_WIDTH, "File");
	console_put_safe(c, in->path, out);
	buf_printf(out, "\n%-*s%llu bytes\n%-*s%s\n", LABEL_WIDTH, "Size", (unsigned long long)in->size, LABEL_WIDTH, "SHA-256",
		   in->digest);
	for (uint32_t i = 0; i < in->n; i++) {
		buf_printf(out, "%-*.*s", LABEL_WIDTH, (int)(same_label(in, i) ? 0 : in->pairs[i].label.size),
			   (const char *)in->pairs[i].label.data);
		for (struct bytes rest = in->pairs[i].value; rest.data;) {
			buf_add_string(out, rest.data == in->pairs[i].value.data ? "" : "                   ");
			console_put_safe(c, bytes_cut(&rest, '\n'), out);
			buf_add_byte(out, '\n');
		}
	}
}

static void put_safe_string(struct console *c, struct bytes text, struct json_writer *w)
{
	CLEANUP(buf_done) struct buf safe;
	buf_init(&safe, 16 * text.size + 64);
	console_put_safe(c, text, &safe);
	json_put_string(w, buf_bytes(&safe));
}

/* The labels in lower case; those that are there more than once as lists. */
static void write_json(struct console *c, const struct inspected *in, struct json_writer *w)
{
	json_object_begin(w);
	json_key(w, "path");
	put_safe_string(c, in->path, w);
	json_pair_unsigned(w, "size", in->size);
	json_pair_cstring(w, "sha256", in->digest);
	for (uint32_t i = 0; i < in->n;) {
		json_key_bytes(w, in->pairs[i].label);
		json_array_begin(w);
		do {
			put_safe_string(c, in->pairs[i].value, w);
		} while (++i < in->n && same_label(in, i));
		json_array_end(w);
	}
	json_object_end(w);
}

static enum status inspect_all(struct settings *s, struct console *c, struct arena *a, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	struct json_writer w;
	struct run_context run = { .limits = &s->limits, .spool_path = s->spool_path };
	buf_init(&out, REPLY_MAX);
	json_writer_init(&w, &out, true);
	if (!s->sources.n)
		return fail(d, ERR_USAGE, 0, "hwb inspect takes wheels");
	if (s->json)
		json_array_begin(&w);
	for (size_t i = 0; i < s->sources.n; i++) {
		struct inspected in = { .n = 0 };
		enum status status = look(&run, s->sources.items[i], a, &in, d);
		if (status)
			return status;
		if (s->json)
			write_json(c, &in, &w);
		else
			write_text(c, &in, &out);
		if (!s->json && i + 1 < s->sources.n)
			buf_add_byte(&out, '\n');
	}
	if (s->json) {
		json_array_end(&w);
		buf_add_byte(&out, '\n');
	}
	console_print(c, buf_bytes(&out), CONSOLE_STDOUT);
	return OK;
}

static int run_inspect(struct settings *s, struct arena *a)
{
	struct console *c = console_open(s, environ, a);
	struct diag d = { 0 };
	enum status status = inspect_all(s, c, a, &d);
	if (status)
		console_error(c, &d);
	return (int)console_end(c, exit_code_of(status));
}

static const char *const options_of_inspect[] = { "--limit", "--json", NULL };

const struct command command_inspect = {
	.name = "inspect",
	.arguments = "WHEEL...",
	.what = "say what is in a wheel",
	.borrowed = options_build,
	.names = options_of_inspect,
	.run = run_inspect,
};
