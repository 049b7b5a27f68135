/* `hwb log`: shows, exports and verifies the audit log. It only reads, so it opens no run of its own. */
#include <fcntl.h>

#include "audit/chain.h"
#include "audit/view.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "cli/log_ecs.h"
#include "cli/log_select.h"
#include "cli/option_take.h"
#include "cli/options_build.h"
#include "format/json.h"
#include "format/json_write.h"
#include "host/file.h"

struct log_command {
	struct settings *settings;
	struct console *console;
	const char *path;
	char last_run[64]; /* the one that began last; "" when the log has none */
	uint64_t n_shown, n_unreadable;
};

static enum status open_logs(const struct log_command *c, int *ret_dir, struct diag *d)
{
	enum status s = directory_open(AT_FDCWD, c->path, ret_dir, d);
	if (s != ERR_ABSENT)
		return s ? fail(d, ERR_LOG, 0, "cannot read the audit log in '%s'", c->path) : OK;
	(void)fail(d, ERR_LOG, 0, "there is no audit log in '%s'", c->path);
	return remedy(d, "the first 'hwb build' makes it; HWB_HOME says where it is");
}

static enum status log_path(struct log_command *c, struct diag *d)
{
	(void)d;
	console_result(c->console, bytes_of(c->path));
	return OK;
}

static void print_verified(const struct log_command *c, const struct chain_report *r, bool ok)
{
	CLEANUP(buf_done) struct buf out;
	struct json_writer w;
	buf_init(&out, 4096);
	if (c->settings->json) {
		json_writer_init(&w, &out, false);
		json_object_begin(&w);
		json_pair_bool(&w, "ok", ok);
		json_pair_unsigned(&w, "files", r->n_files);
		json_pair_unsigned(&w, "lines", r->n_lines);
		json_pair_unsigned(&w, "first_seq", r->first_seq);
		json_pair_cstring(&w, "head", r->head);
		json_object_end(&w);
	} else if (ok) {
		buf_add_string(&out, "the chain is whole");
		if (r->first_seq > 1)
			buf_printf(&out, " from event %llu on", (unsigned long long)r->first_seq);
		buf_printf(&out, ": %llu line%s in %llu file%s, head %s", (unsigned long long)r->n_lines, PLURAL(r->n_lines),
			   (unsigned long long)r->n_files, PLURAL(r->n_files), r->head[0] ? r->head : "(none)");
	}
	if (out.size)
		console_result(c->console, buf_bytes(&out));
}

/* The lines that are there hang together; whether they are all is another question, and one that only the operator can answer
 * who removes old files. */
static enum status judge(const struct log_command *c, const struct chain_report *r, const char *wanted, struct diag *d)
{
	uint64_t from = c->settings->log.from_seq ? c->settings->log.from_seq : 1;
	if (wanted && !r->head_found)
		return fail(d, ERR_LOG, 0, "no line of the log has the sha256 %s: the log was cut or replaced", wanted);
	if (c->settings->log.from_seq > r->last_seq)
		return fail(d, ERR_LOG, 0, "the log ends with event %llu: it has no event %llu", (unsigned long long)r->last_seq,
			    (unsigned long long)from);
	if (r->first_seq <= from)
		return OK;
	(void)fail(d, ERR_LOG, 0, "the log begins with event %llu, not with %llu: what was before it is gone",
		   (unsigned long long)r->first_seq, (unsigned long long)from);
	return remedy(d, "if you removed the older files yourself, --from-seq %llu verifies what is left",
		      (unsigned long long)r->first_seq);
}

static enum status log_verify(struct log_command *c, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	struct chain_report report;
	struct sha256 digest;
	char head[SHA256_TEXT_SIZE];
	const char *wanted = c->settings->log.head;
	if (wanted) {
		if (sha256_parse(bytes_of(wanted), &digest))
			return fail(d, ERR_USAGE, 0, "--head takes 64 hexadecimal digits");
		sha256_text(&digest, head); /* in lower case, as the chain has them */
		wanted = head;
	}
	enum status s = open_logs(c, &dir, d);
	if (s == OK)
		s = chain_verify(dir, wanted, &report, d);
	if (s)
		return s;
	s = judge(c, &report, wanted, d);
	print_verified(c, &report, s == OK);
	return s;
}

/* A line that is no event can be selected by nothing, and has no fields to name: it is shown as it is, to people. */
static void show_line(void *context, struct bytes line)
{
	struct log_command *c = context;
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf out;
	const struct json *root;
	arena_init(&a);
	buf_init(&out, 4 * AUDIT_LINE_MAX); /* ECS has some fields twice */
	bool is_event = json_parse(line, &a, &root, NULL) == OK && root->type == JSON_TYPE_OBJECT;
	if (!is_event && (c->settings->log.ecs || log_is_selective(&c->settings->log))) {
		c->n_unreadable++;
		return;
	}
	if (is_event && !log_selects(&c->settings->log, root))
		return;
	c->n_shown++;
	if (c->settings->log.ecs)
		ecs_put(line, root, &out);
	else if (c->settings->json || !is_event || !view_put(root, &out))
		buf_add(&out, line);
	console_result(c->console, buf_bytes(&out));
}

static void note_run(void *context, struct bytes line)
{
	struct log_command *c = context;
	CLEANUP(arena_done) struct arena a;
	const struct json *root;
	struct bytes run;
	arena_init(&a);
	if (json_parse(line, &a, &root, NULL) == OK && json_get_string(root, "run", &run, NULL) == OK)
		(void)snprintf(c->last_run, sizeof c->last_run, "%.*s", BYTES_ARG(run));
}

static enum status log_show(struct log_command *c, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	const char *run = c->settings->log.run;
	if (run && c->settings->log.last)
		return fail(d, ERR_USAGE, 0, "--run and --last cannot go together");
	enum status s = open_logs(c, &dir, d);
	if (s == OK && c->settings->log.last) {
		s = chain_show(dir, NULL, "run.started", note_run, c, d);
		run = c->last_run;
	}
	if (s == OK)
		s = chain_show(dir, run, c->settings->log.event, show_line, c, d);
	if (c->n_unreadable)
		console_warning(c->console, "%llu line%s of the log cannot be read and %s left out: see 'hwb log verify'",
				(unsigned long long)c->n_unreadable, PLURAL(c->n_unreadable), c->n_unreadable == 1 ? "is" : "are");
	if (s || c->n_shown || (!run && !c->settings->log.event && !log_is_selective(&c->settings->log)))
		return s;
	(void)fail(d, ERR_BACKEND, 0, "no event of the log matches"); /* exit 1, as grep has it */
	return remedy(d, "'hwb log show' has them all, each with the first digits of its run");
}

/* What another program reads: the lines as they are, or as ECS has them. */
static enum status log_export(struct log_command *c, struct diag *d)
{
	c->settings->json = true;
	return log_show(c, d);
}

FLAG(take_ecs, log.ecs)

static enum status take_head(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->log.head = arena_string(a, bytes_of(value));
	return OK;
}

static enum status take_from_seq(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)a;
	if (number_parse_u64(bytes_of(value), INT64_MAX, &s->log.from_seq) || !s->log.from_seq)
		return fail(d, ERR_USAGE, 0, "takes the number of an event, not '%.100s'", value);
	return OK;
}

/* Ids and events are compared as text with the log's own: what they cannot hold would never be found. */
static enum status take_word(const char **field, struct arena *a, const char *value, struct diag *d)
{
	for (const char *c = value; *c; c++)
		if (!byte_is_alnum((unsigned char)*c) && *c != '.' && *c != '_' && *c != '-')
			return fail(d, ERR_USAGE, 0, "takes a word of letters, digits, '.', '_' and '-'");
	*field = arena_string(a, bytes_of(value));
	return OK;
}

static enum status take_run(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	return take_word(&s->log.run, a, value, d);
}

FLAG(take_last, log.last)

static enum status take_event(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	return take_word(&s->log.event, a, value, d);
}

static const struct option options[] = {
	{ "--head", 0, { 0 }, "SHA256", "verify: this line must be in the log.", take_head },
	{ "--from-seq", 0, { 0 }, "NUMBER", "verify: events before this one may be gone.", take_from_seq },
	{ "--run", 0, { 0 }, "ID", "show|export: only this run (the beginning of its id is enough).", take_run },
	{ "--last", 0, { 0 }, NULL, "show|export: only the run that began last.", take_last },
	{ "--event", 0, { 0 }, "NAME", "show|export: only events that begin so.", take_event },
	{ "--package", 0, { 0 }, "NAME", "show|export: only events about this project.", option_take_package },
	{ "--since", 0, { 0 }, "DATE|AGE", "show|export: nothing older; an age such as 30s, 5m (minutes), 2h, 7d, 1w.", option_take_since },
	{ "--ecs", 0, { 0 }, NULL, "show|export: JSON lines with the field names of ECS.", take_ecs },
	{ "--json", 0, { 0 }, NULL, "Print JSON; show: the lines as they are.", option_take_json },
	{ 0 },
};

static int run_log(struct settings *s, struct arena *a)
{
	static const struct {
		const char *name;
		enum status (*run)(struct log_command *c, struct diag *d);
	} verbs[] = { { "show", log_show }, { "export", log_export }, { "verify", log_verify }, { "path", log_path } };
	struct log_command c = { .settings = s,
				 .console = console_open(s, environ, a),
				 .path = arena_printf(a, "%s/logs", s->home_dir) };
	struct diag d = { 0 };
	enum status status = ERR_USAGE;
	(void)fail(&d, ERR_USAGE, 0, "hwb log takes one of: show, export, verify, path");
	for (size_t i = 0; s->sources.n == 1 && i < COUNT(verbs); i++)
		if (strcmp(s->sources.items[0], verbs[i].name) == 0)
			status = verbs[i].run(&c, &d);
	if (status)
		console_error(c.console, &d);
	return (int)console_end(c.console, exit_code_of(status));
}

const struct command command_log = {
	.name = "log",
	.arguments = "show|export|verify|path",
	.what = "show, export or verify the audit log",
	.options = options,
	.run = run_log,
};
