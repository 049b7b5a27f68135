/* `hwb debug`: single parts of hwb on their own, for tests, oracles and developers. Bytes on stdin, text on stdout. */
#include "base/cleanup.h"
#include "base/fd.h"
#include "build/hook.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/debug.h"
#include "cli/exit.h"
#include "cli/options_build.h"
#include "format/json.h"
#include "format/json_write.h"
#include "format/rst.h"
#include "format/toml.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/sealed.h"
#include "python/record.h"
#include "python/vectors.h"

enum { INPUT_MAX = 1 << 30 };

static enum status toml_decode(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	struct toml_value *root;
	enum status s = toml_parse(in, a, &root, d);
	if (s == OK)
		toml_write_tagged_json(root, out);
	return s;
}

static enum status json_check(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	const struct json *root;
	enum status s = json_parse(in, a, &root, d);
	if (s == OK)
		buf_printf(out, "%s\n", json_type_name(root->type));
	return s;
}

/* The readers of archives and sources live in hwb-parse, here too. */
static enum status ask_parser(const char *verb, struct bytes in, struct buf *out, struct diag *d)
{
	struct limits limits;
	struct run_context run = { .limits = &limits };
	CLEANUP(fd_close) int fd = -1;
	limits_init(&limits);
	enum status s = sealed_make("hwb-debug", in, &fd, d);
	return s ? s : helper_call(&run, "hwb-parse", verb, (struct bytes){ NULL, 0 }, &fd, 1, out, d);
}

static enum status zip_list(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	(void)a;
	return ask_parser("zip-list", in, out, d);
}

static enum status python_facts(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	(void)a;
	return ask_parser("python-facts", in, out, d);
}

static enum status scan_files(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	(void)a;
	return ask_parser("scan-files", in, out, d);
}

static enum status record_check(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	struct record record;
	enum status s = record_parse(in, a, &record, d);
	for (size_t i = 0; s == OK && i < record.n_rows; i++) {
		const struct record_row *r = &record.rows[i];
		struct json_writer w;
		json_writer_init(&w, out, false);
		json_object_begin(&w);
		json_pair_string(&w, "path", r->path);
		json_pair_cstring(&w, "algorithm", record_algorithm_name(r->algorithm));
		json_pair_string(&w, "digest", r->digest);
		json_object_end(&w);
		buf_add_byte(out, '\n');
	}
	return s;
}

static enum status vectors(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	(void)a;
	(void)d;
	while (in.size) {
		CLEANUP(arena_done) struct arena scratch;
		struct bytes line = bytes_cut(&in, '\n');
		arena_init(&scratch);
		if (!bytes_trim(line).size)
			continue;
		vectors_answer(line, &scratch, out);
		buf_add_byte(out, '\n');
	}
	return OK;
}

/* Descriptions, each a JSON string on a line of its own; a verdict for each. */
static enum status rst_verdicts(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	static const char *const names[] = { [RST_RENDERS] = "renders", [RST_FAILS] = "fails", [RST_UNKNOWN] = "unknown" };
	(void)a;
	while (in.size) {
		CLEANUP(arena_done) struct arena scratch;
		struct bytes line = bytes_cut(&in, '\n');
		const struct json *text;
		struct diag why = { 0 };
		struct json_writer w;
		arena_init(&scratch);
		enum status s = json_parse(line, &scratch, &text, d);
		if (s)
			return s;
		enum rst_verdict verdict = rst_check(text->string, &scratch, &why);
		json_writer_init(&w, out, false);
		json_object_begin(&w);
		json_pair_cstring(&w, "verdict", names[verdict]);
		json_pair_integer(&w, "line", why.line);
		json_pair_cstring(&w, "why", why.text);
		json_object_end(&w);
		buf_add_byte(out, '\n');
	}
	return OK;
}

static enum status hook(struct bytes in, struct arena *a, struct buf *out, struct diag *d)
{
	static const char *const names[] = {
		[HOOK_NAME] = "name", [HOOK_LIST] = "list", [HOOK_ABSENT] = "absent", [HOOK_ERROR] = "error"
	};
	struct hook_answer answer;
	struct json_writer w;
	enum status s = hook_answer_parse(in, a, &answer, d);
	if (s)
		return s;
	json_writer_init(&w, out, false);
	json_object_begin(&w);
	json_pair_cstring(&w, "kind", names[answer.kind]);
	json_key(&w, "strings");
	json_array_begin(&w);
	for (size_t i = 0; i < answer.n_strings; i++)
		json_put_string(&w, answer.strings[i]);
	json_array_end(&w);
	json_object_end(&w);
	buf_add_byte(out, '\n');
	return OK;
}

static const struct {
	const char *name;
	enum status (*run)(struct bytes in, struct arena *a, struct buf *out, struct diag *d);
} verbs[] = {
	{ "toml-decode", toml_decode },   { "json-check", json_check }, { "zip-list", zip_list },
	{ "record-check", record_check }, { "vectors", vectors },       { "hook", hook },
	{ "python-facts", python_facts }, { "scan-files", scan_files }, { "rst-verdicts", rst_verdicts },
};

/* Output is JSON of our own writing, so it needs no escaping; the console would redact it. */
static enum status run_verb(size_t verb, struct arena *a, struct diag *d)
{
	CLEANUP(buf_done) struct buf in;
	CLEANUP(buf_done) struct buf out;
	buf_init(&in, INPUT_MAX);
	buf_init(&out, INPUT_MAX);
	enum status s = file_read_fd(0, &in, d);
	if (s == OK)
		s = verbs[verb].run(buf_bytes(&in), a, &out, d);
	if (s == OK)
		s = buf_check(&out, "the answer", d);
	return s ? s : fd_write_all(1, buf_bytes(&out), d);
}

#define VERBS \
	"toml-decode|json-check|zip-list|record-check|vectors|hook|python-facts|scan-files|rst-verdicts|sandbox|oidc|completion"

static int run_debug(struct settings *s, struct arena *a)
{
	const char *word = s->sources.n ? s->sources.items[0] : "";
	struct diag d = { 0 };
	enum status status = ERR_USAGE;
	if (strcmp(word, "sandbox") == 0)
		return debug_sandbox(s, a);
	if (strcmp(word, "oidc") == 0)
		return debug_oidc(s, a);
	if (strcmp(word, "completion") == 0)
		return debug_completion(s, a);
	(void)fail(&d, ERR_USAGE, 0, "hwb debug takes one of: " VERBS);
	for (size_t i = 0; s->sources.n == 1 && i < COUNT(verbs); i++)
		if (strcmp(word, verbs[i].name) == 0)
			status = run_verb(i, a, &d);
	if (status)
		console_error(console_open(s, environ, a), &d);
	return (int)exit_code_of(status);
}

static const struct option options[] = {
	{ "--env", 0, { 0 }, "NAME[=VALUE]", "sandbox: a variable.", option_take_env },
	{ "--allow-read", 0, { 0 }, "PATH", "sandbox: a path of the host.", option_take_allow_read },
	{ "--limit", 0, { 0 }, "KEY=VALUE", "sandbox: change a limit.", option_take_limit },
	{ 0 },
};

const struct command command_debug = {
	.name = "debug",
	.arguments = VERBS " [-- ARGUMENT...]",
	.what = "run one part of hwb on its own",
	.options = options,
	.run = run_debug,
};
