/* `hwb respond`: what a person needs when a token has leaked or a release is not what it should be, from the audit log and the indexes.
 * It changes nothing at a registry. */
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/number.h"
#include "cli/commands.h"
#include "cli/log_select.h"
#include "cli/options_build.h"
#include "cli/responding.h"
#include "cli/settings_parts.h"
#include "host/file.h"
#include "python/name.h"

enum { FILES_A_DAY_MAX = 1000, TEXT_MAX = 256 << 20, NAMED_MAX = 3, KNOWN_MAX = 8 };

struct respond_command {
	struct settings *settings;
	struct arena *arena;
	struct session session;
	struct credentials credentials;
	struct response response;
	const char *path; /* of the incident file */
};

static enum status usage(struct diag *d)
{
	(void)fail(d, ERR_USAGE, 0, "hwb respond takes 'token-leak --registry NAME' or 'compromised PACKAGE VERSION...'");
	return remedy(d, "hwb respond token-leak --registry pypi --since 30d");
}

static enum status take_words(struct respond_command *c, struct diag *d)
{
	const struct strings *words = &c->settings->sources;
	struct response *r = &c->response;
	r->registry = c->settings->respond.registry;
	if (words->n && strcmp(words->items[0], "token-leak") == 0) {
		r->kind = RESPONSE_LEAK;
		if (words->n > 1 || !r->registry)
			return usage(d);
		return OK;
	}
	if (words->n < 3 || strcmp(words->items[0], "compromised") != 0)
		return usage(d);
	r->kind = RESPONSE_COMPROMISED;
	if (!name_is_valid(bytes_of(words->items[1])))
		return fail(d, ERR_USAGE, 0, "'%.100s' is no name of a project", words->items[1]);
	r->package = arena_string(c->arena, name_normalize(bytes_of(words->items[1]), c->arena));
	for (size_t i = 2; i < words->n; i++) {
		struct version version;
		if (version_parse(bytes_of(words->items[i]), c->arena, &version, NULL))
			return fail(d, ERR_USAGE, 0, "'%.100s' is no version", words->items[i]);
		strings_add(&r->versions, c->arena, bytes_of(words->items[i]));
	}
	return OK;
}

/* A break is a fact of the incident, not the end of it. */
static void verify_chain(struct respond_command *c, int logs)
{
	struct response *r = &c->response;
	struct diag d = { 0 };
	uint64_t from = c->settings->log.from_seq ? c->settings->log.from_seq : 1;
	if (chain_verify(logs, NULL, &r->chain, &d))
		r->chain_error = arena_string(c->arena, bytes_of(d.text));
	else if (r->chain.first_seq > from)
		r->chain_error = arena_printf(c->arena, "the log begins with event %llu: what was before it is gone",
					      (unsigned long long)r->chain.first_seq);
}

/* "'a.whl', 'b.whl' and 3 more"; NULL: none is served so. */
static const char *files_that_are(const struct response *r, enum response_served served)
{
	size_t n = 0;
	const char *list = NULL;
	for (size_t i = 0; i < r->n_publications; i++) {
		const struct publication *p = &r->publications[i];
		if (p->served != served || p->first != i)
			continue;
		if (n++ < NAMED_MAX)
			list = arena_printf(r->arena, "%s%s'%.200s'", list ? list : "", list ? ", " : "", p->file);
	}
	return n > NAMED_MAX ? arena_printf(r->arena, "%s and %zu more", list, n - NAMED_MAX) : list;
}

static enum status say_unchecked(const struct response *r, struct diag *d)
{
	const char *files = files_that_are(r, SERVED_UNCHECKED);
	size_t n = r->unchecked.n;
	if (files)
		(void)fail(d, ERR_UNCHECKED, 0, "what the index has of %s could not be checked: %.1000s", files,
			   r->unchecked.items[0]);
	else
		(void)fail(d, ERR_UNCHECKED, 0, "%zu thing%s could not be checked: %.1000s", n, PLURAL(n), r->unchecked.items[0]);
	return r->remedy ? remedy(d, "%s", r->remedy) : ERR_UNCHECKED;
}

/* What is worst of what was found. */
static enum status judge(const struct response *r, struct diag *d)
{
	const char *others = files_that_are(r, SERVED_OTHER);
	if (r->chain_error) {
		(void)fail(d, ERR_LOG, 0, "the chain of the audit log is broken: %s", r->chain_error);
		return remedy(d, "the lists are of what can still be read; compare with a copy that was kept elsewhere");
	}
	if (others)
		return fail(d, ERR_HASH, 0, "the index serves other bytes than were published: %s", others);
	if (r->unchecked.n)
		return say_unchecked(r, d);
	if (r->n_publications || r->n_uses || r->n_strangers)
		return OK;
	(void)fail(d, ERR_BACKEND, 0, "no event of the log matches"); /* exit 1, as 'hwb log show' has it */
	return remedy(d, "another machine, user or CI run may have done it: HWB_HOME names the log that is read");
}

/* INCIDENT-2026-11-26-token-leak.md, or the next that is free. */
static enum status write_file(struct respond_command *c, struct bytes content, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	const struct response *r = &c->response;
	const char *folder = c->settings->respond.out_dir ? c->settings->respond.out_dir : ".";
	enum status s = directory_open(AT_FDCWD, folder, &dir, d);
	if (s)
		return recode(d, ERR_USAGE);
	for (unsigned n = 1; n <= FILES_A_DAY_MAX; n++) {
		const char *number = n == 1 ? "" : arena_printf(c->arena, "-%u", n);
		const char *name = arena_printf(c->arena, "INCIDENT-%.10s-%s%s.md", r->opened,
						r->kind == RESPONSE_LEAK ? "token-leak" : "compromised", number);
		s = file_create(dir, name, content, 0600, d);
		if (s == ERR_ABSENT)
			continue;
		c->path = arena_printf(c->arena, "%s/%s", folder, name);
		return s;
	}
	return fail(d, ERR_LIMIT, 0, "there are %d incident files of today in '%s'", FILES_A_DAY_MAX, folder);
}

static enum status write_incident(struct respond_command *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf raw;
	CLEANUP(buf_done) struct buf safe;
	buf_init(&raw, TEXT_MAX);
	buf_init(&safe, TEXT_MAX);
	response_put_incident(&c->response, &c->session.who, &raw);
	console_put_safe(c->session.console, buf_bytes(&raw), &safe);
	enum status s = buf_check(&raw, "the incident file", d);
	if (s == OK)
		s = buf_check(&safe, "the incident file", d);
	if (s == OK)
		s = write_file(c, buf_bytes(&safe), d);
	if (s)
		return s;
	struct json_writer *w = audit_begin(c->session.run.audit, "incident.opened");
	json_pair_cstring(w, "kind", c->response.kind == RESPONSE_LEAK ? "token-leak" : "compromised");
	json_pair_cstring(w, "registry", c->response.registry);
	json_pair_cstring(w, "package", c->response.package);
	json_pair_cstring(w, "path", c->path);
	json_pair_unsigned(w, "publications", c->response.n_publications);
	return audit_end(c->session.run.audit, true, d);
}

static void print(struct respond_command *c, int exit_code)
{
	CLEANUP(buf_done) struct buf out;
	buf_init(&out, TEXT_MAX);
	if (c->settings->json)
		response_put_json(&c->response, c->path, exit_code, &out);
	else {
		response_put_summary(&c->response, &out);
		response_put_facts(&c->response, &out);
		buf_printf(&out, "The file to fill in, with what to do:\n%s", c->path);
	}
	console_result(c->session.console, buf_bytes(&out));
}

/* A word that nobody knows finds nothing, which must not look like an all-clear. What a broken log has lost may have known it. */
static enum status check_registry(const struct respond_command *c, struct diag *d)
{
	const struct response *r = &c->response;
	const char *list = "";
	if (!r->registry || r->is_registry_logged || r->meant.unread || r->chain_error ||
	    registry_word_is_known(c->settings, &r->meant))
		return OK;
	for (size_t i = 0; i < r->n_registries && i < KNOWN_MAX; i++)
		list = arena_printf(c->arena, "%s%s%.100s", list, i ? ", " : "", r->registries[i].name);
	(void)fail(d, ERR_USAGE, 0,
		   "there is no registry '%.100s': no name that 'hwb publish' knows, no URL, and none of the log's", r->registry);
	if (!r->n_registries)
		return remedy(d, "the log knows of no registry: HWB_HOME names the one that is read");
	return remedy(d, "the log knows: %s%s", list, r->n_registries > KNOWN_MAX ? ", and more" : "");
}

static enum status respond(struct respond_command *c, struct diag *d)
{
	CLEANUP(fd_close) int logs = -1;
	char now[CLOCK_TEXT_SIZE];
	clock_text_now(now);
	c->response.opened = arena_string(c->arena, bytes_of(now));
	enum status s = directory_open(AT_FDCWD, c->session.logs_path, &logs, d);
	if (s)
		return recode(d, ERR_LOG);
	verify_chain(c, logs);
	c->response.meant = registry_meant_find(c->settings, c->response.registry, c->arena);
	s = response_read(&c->response, logs, d);
	if (s == OK)
		s = check_registry(c, d);
	if (s == OK)
		s = response_compare(&c->response, &c->credentials, d);
	if (s)
		return s;
	response_group(&c->response);
	s = write_incident(c, d);
	if (s)
		return s;
	s = judge(&c->response, d);
	print(c, (int)exit_code_of(s));
	return s;
}

static int run_respond(struct settings *settings, struct arena *a)
{
	struct respond_command c = { .settings = settings, .arena = a, .response = { .settings = settings, .arena = a } };
	struct diag d = { 0 };
	enum status s = session_open(settings, "respond", environ, a, &c.session, &d);
	c.credentials = (struct credentials){ .run = &c.session.run, .settings = settings, .console = c.session.console, .arena = a };
	if (s == OK)
		s = take_words(&c, &d);
	if (s == OK)
		s = respond(&c, &d);
	enum exit_code code = session_close(&c.session, settings, s, &d);
	audit_free(c.session.run.audit);
	return (int)code;
}

static enum status take_registry(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	if (!value[0])
		return fail(d, ERR_USAGE, 0, "takes the name, the host or the upload URL of a registry");
	s->respond.registry = arena_string(a, bytes_of(value));
	return OK;
}

static enum status take_check_url(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	struct url url;
	enum status status = settings_url(s, a, bytes_of(value), &url, d);
	if (status == OK)
		s->respond.check_url = url_text(&url, a);
	return status;
}

static enum status take_out_dir(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	(void)d;
	s->respond.out_dir = arena_string(a, bytes_of(value));
	return OK;
}

static const struct option options[] = {
	{ "--registry",
	  'r',
	  { 0 },
	  "pypi|testpypi|NAME|HOST|URL",
	  "The registry whose credential leaked, or that has the releases.",
	  take_registry },
	{ "--since", 0, { 0 }, "DATE|AGE", "Nothing older; an age such as 12h, 30d, 1w.", option_take_since },
	{ "--check-url", 0, { 0 }, "URL", "The simple index of the registry, where hwb does not know it.", take_check_url },
	{ "--out-dir", 'o', { 0 }, "DIR", "Where the incident file is written; the working directory unless said.", take_out_dir },
	{ "--json", 0, { 0 }, NULL, "Print one JSON object.", option_take_json },
	{ 0 },
};

static const char *const options_of_respond[] = { "--index", "--offline", "--cert", "--proxy", "--limit", NULL };

const struct command command_respond = {
	.name = "respond",
	.arguments = "token-leak|compromised [PACKAGE VERSION...]",
	.what = "list what a leaked token or a bad release has reached",
	.options = options,
	.borrowed = options_build,
	.names = options_of_respond,
	.run = run_respond,
};
