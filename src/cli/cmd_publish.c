/* `hwb publish`: checked distributions to a registry, each once, with a credential that lives in two processes for seconds. */
#include <limits.h>

#include "base/cleanup.h"
#include "cli/commands.h"
#include "cli/option_take.h"
#include "cli/options_build.h"
#include "cli/publish_credential.h"
#include "cli/publish_files.h"
#include "cli/settings_parts.h"
#include "finding/policy.h"
#include "host/locked.h"
#include "host/undumpable.h"
#include "publish/journal.h"

/* Unless publish.concurrent-uploads says otherwise: a registry mostly waits, for its disk and its database. */
enum { AT_ONCE = 4 };

struct publish_command {
	struct checked checked;
	struct publish_target target;
	struct publish_credentials credentials;
	struct publish_files files;
	struct publish_request request;
	struct index *index, *own_index;
	struct index_place place;
	struct s3_key key; /* of a bucket */
	int home, journal;
};

/* ---- options ---- */

FLAG(take_password_stdin, publish.password_stdin)
FLAG(take_skip_existing, publish.skip_existing)
FLAG(take_dry_run, publish.dry_run)
FLAG(take_allow_http, publish.allow_http)

/* Its words never repeat the URL. */
static enum status take_url(struct arena *a, const char *value, const char **ret, struct diag *d)
{
	struct url url;
	if (url_parse(bytes_of(value), a, &url, d)) {
		(void)explain(d, "takes a URL");
		(void)remedy(d, "https://HOST/..., or s3://BUCKET/PREFIX for --repository-url; no user name and no password in it");
		return recode(d, ERR_USAGE);
	}
	if (url.userinfo.data) {
		(void)fail(d, ERR_USAGE, 0,
			   "takes a URL without a user name and a password: a command line can be read by everybody");
		return remedy(d, "use --username, and HWB_PUBLISH_TOKEN or --password-stdin; and change that password");
	}
	*ret = arena_string(a, bytes_of(value));
	return OK;
}

/* What is wrong with s3:// is said when its other words are known. */
TAKE(take_repository_url)
{
	if (s3_is_url(value)) {
		s->publish.url = arena_string(a, bytes_of(value));
		return OK;
	}
	return take_url(a, value, &s->publish.url, d);
}

TAKE(take_s3_endpoint)
{
	return setting_put_flag(s, a, "publish.s3-endpoint", value, d);
}

TAKE(take_s3_region)
{
	return setting_put_flag(s, a, "publish.s3-region", value, d);
}

TAKE(take_check_url)
{
	return take_url(a, value, &s->publish.check_url, d);
}

TAKE(take_registry)
{
	return setting_put_flag(s, a, "publish.registry", value, d);
}

TAKE(take_trusted)
{
	return setting_put_flag(s, a, "publish.trusted-publisher", value ? value : "always", d);
}

TAKE(take_username)
{
	if (!value[0] || strchr(value, ':'))
		return fail(d, ERR_USAGE, 0, "takes the name of a user");
	s->publish.user = arena_string(a, bytes_of(value));
	return OK;
}

TAKE(take_password)
{
	UNUSED(s);
	UNUSED(a);
	UNUSED(value);
	(void)fail(d, ERR_USAGE, 0,
		   "is refused: a command line can be read by everybody on this machine, and is kept in a shell's history");
	return remedy(d, "use HWB_PUBLISH_TOKEN, --password-stdin, a keyring or 'hwb credential add'; and change that password");
}

TAKE(take_attestations)
{
	UNUSED(d);
	strings_add(&s->publish.attestations, a, bytes_of(value));
	return OK;
}

static const struct option options[] = {
	{ "--registry",
	  'r',
	  { "--repository" },
	  "pypi|testpypi|NAME",
	  "Where to: pypi, testpypi, or a name of publish.registries or ~/.pypirc.",
	  take_registry },
	{ "--repository-url",
	  0,
	  { "--publish-url" },
	  "URL",
	  "The URL that takes uploads, instead of a name; s3://BUCKET/PREFIX is one too.",
	  take_repository_url },
	{ "--s3-endpoint", 0, { 0 }, "URL", "The host of the bucket's store, where it is not AWS.", take_s3_endpoint },
	{ "--s3-region", 0, { 0 }, "NAME", "The region of the bucket; default: AWS_REGION, else us-east-1.", take_s3_region },
	{ "--check-url", 0, { 0 }, "URL", "The registry's simple index, where hwb sees what is there already.", take_check_url },
	{ "--skip-existing",
	  0,
	  { 0 },
	  NULL,
	  "Pass over files that are there with the same sha256; needs an index to look at.",
	  take_skip_existing },
	{ "--dry-run", 0, { 0 }, NULL, "Do everything but the upload.", take_dry_run },
	{ "--username", 'u', { 0 }, "USER", "Whose password it is; a token's is mostly __token__.", take_username },
	{ "--password-stdin", 0, { 0 }, NULL, "Read the password or token from standard input.", take_password_stdin },
	{ "--password", 'p', { "--token" }, "PASSWORD", "Refused: a command line is no place for a secret.", take_password },
	{ "--trusted-publisher",
	  0,
	  { "--trusted-publishing" },
	  "[auto|always|never]",
	  "Exchange a CI's identity for a token: without a credential, always, never.",
	  take_trusted },
	{ "--attestations",
	  0,
	  { 0 },
	  "FILE",
	  "A ready-made attestation (PEP 740), NAME.whl.*.attestation; can be repeated.",
	  take_attestations },
	{ "--allow-http", 0, { 0 }, NULL, "Let the registry be asked over plain http.", take_allow_http },
	{ "--json", 0, { 0 }, NULL, "Print what was published as one JSON object.", option_take_json },
	{ 0 },
};

static const char *const borrowed[] = { "--allow", "--deny", "--fail-on", "--limit", "--cert", "--proxy", "--keyring-provider",
					"--netrc", NULL };

/* ---- what people see ---- */

static void on_progress(void *context, const struct publish_file *f, uint64_t sent)
{
	struct publish_command *c = context;
	char name[NAME_MAX + 1]; /* not in the arena: hwb-net says how often it reports */
	(void)snprintf(name, sizeof name, "%.*s", BYTES_ARG(f->name));
	console_progress(c->checked.session.console, name, sent, f->size);
}

static void on_say(void *context, const struct publish_file *f, const char *text)
{
	struct publish_command *c = context;
	UNUSED(f);
	console_warning(c->checked.session.console, "%s; trying again", text);
}

/* Said once of a project. */
static bool is_news(const struct publish_command *c, const struct publish_file *f)
{
	for (const struct publish_file *p = c->files.files; p < f; p++)
		if (bytes_equal(p->project, f->project))
			return false;
	return f->is_first;
}

/* As soon as it is known: a log of a CI that stands still for minutes looks dead. */
static void on_ended(void *context, const struct publish_file *f)
{
	const struct publish_command *c = context;
	struct console *console = c->checked.session.console;
	const char *name = c->target.registry.name;
	const char *news = is_news(c, f)
				   ? arena_printf(c->checked.arena, "; '%.*s' is new there, its index says", BYTES_ARG(f->project))
				   : "";
	switch (f->outcome) {
	case PUBLISH_DONE:
		console_note(console, "published '%s' to '%s'%s", f->path, name, news);
		break;
	case PUBLISH_WAS_THERE:
		console_note(console, "'%s' has '%s' already, with the same sha256", name, f->path);
		break;
	case PUBLISH_WOULD:
		console_note(console, "would publish '%s' to '%s'%s", f->path, name, news);
		break;
	case PUBLISH_FAILED:
		console_note(console, "failed: '%s'", f->path);
		break;
	case PUBLISH_NOT_TRIED:
	case N_PUBLISH_OUTCOMES:
		break;
	}
}

/* One by one when they are few. */
static void say_not_tried(const struct publish_command *c, size_t n)
{
	enum { FEW = 5 };
	struct console *console = c->checked.session.console;
	for (size_t i = 0; n <= FEW && i < c->files.n; i++)
		if (c->files.files[i].outcome == PUBLISH_NOT_TRIED)
			console_note(console, "not tried: '%s'", c->files.files[i].path);
	if (n > FEW)
		console_note(console, "not tried: %zu of %zu files", n, c->files.n);
}

static void say_all(const struct publish_command *c)
{
	size_t n[N_PUBLISH_OUTCOMES] = { 0 };
	for (size_t i = 0; i < c->files.n; i++)
		n[c->files.files[i].outcome]++;
	say_not_tried(c, n[PUBLISH_NOT_TRIED]);
	if (c->files.n > 1 && n[PUBLISH_DONE] + n[PUBLISH_WAS_THERE] == c->files.n)
		console_note(c->checked.session.console, "all %zu files are at '%s'", c->files.n, c->target.registry.upload_url);
	else if (n[PUBLISH_DONE] + n[PUBLISH_WAS_THERE] && n[PUBLISH_FAILED] + n[PUBLISH_NOT_TRIED])
		console_note(c->checked.session.console, "%zu of %zu files are there; the same command again sends the others",
			     n[PUBLISH_DONE] + n[PUBLISH_WAS_THERE], c->files.n);
}

static void put_file(struct json_writer *w, const struct publish_command *c, const struct publish_file *f)
{
	char digest[SHA256_TEXT_SIZE];
	sha256_text(&f->digest, digest);
	json_object_begin(w);
	json_pair_string(w, "name", f->name);
	json_pair_cstring(w, "path", console_redacted(c->checked.session.console, f->path, c->checked.arena));
	json_pair_cstring(w, "kind", f->kind == FORM_WHEEL ? "wheel" : "sdist");
	json_pair_string(w, "package", f->project);
	json_pair_string(w, "version", f->form.version);
	json_pair_unsigned(w, "size", f->size);
	json_key(w, "hashes");
	json_object_begin(w);
	json_pair_cstring(w, "sha256", digest);
	json_object_end(w);
	json_pair_cstring(w, "outcome", publish_outcome_name(f->outcome));
	json_pair_unsigned(w, "tries", f->n_tries);
	json_object_end(w);
}

static void print_json(const struct publish_command *c, enum status s, const struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct json_writer w;
	const struct publish_credential *used = c->credentials.is_found ? &c->credentials.found : NULL;
	buf_init(&text, 64 << 20);
	json_writer_init(&w, &text, true);
	json_object_begin(&w);
	json_pair_cstring(&w, "version", "1.0");
	json_key(&w, "registry");
	json_object_begin(&w);
	json_pair_cstring(&w, "name", c->target.registry.name);
	json_pair_cstring(&w, "url", c->target.registry.upload_url);
	json_pair_cstring(&w, "index", c->index ? c->target.registry.check_url : NULL);
	json_object_end(&w);
	json_pair_cstring(&w, "authentication", used ? used->kind : NULL);
	json_pair_bool(&w, "dry_run", c->request.dry_run);
	json_key(&w, "files");
	json_array_begin(&w);
	for (size_t i = 0; i < c->files.n; i++)
		put_file(&w, c, &c->files.files[i]);
	json_array_end(&w);
	json_key(&w, "exit");
	json_object_begin(&w);
	json_pair_integer(&w, "code", exit_code_of(s));
	json_pair_cstring(&w, "reason", exit_reason(exit_code_of(s)));
	json_pair_cstring(&w, "error", s ? console_redacted(c->checked.session.console, d->text, c->checked.arena) : NULL);
	json_object_end(&w);
	json_object_end(&w);
	console_result(c->checked.session.console, buf_bytes(&text));
}

static void print(const struct publish_command *c, enum status s, const struct diag *d)
{
	say_all(c);
	for (size_t i = 0; !c->checked.settings->json && i < c->files.n; i++) {
		const struct publish_file *f = &c->files.files[i];
		if (f->outcome == PUBLISH_DONE || f->outcome == PUBLISH_WAS_THERE)
			console_result(c->checked.session.console, bytes_of(f->path));
	}
	if (c->checked.settings->json)
		print_json(c, s, d);
}

/* ---- the run ---- */

/* Whom we publish as, for the index beside it. */
static enum status find_own(void *context, const char *origin, struct index_credential *ret, struct diag *d)
{
	const struct publish_credential *found;
	enum status s = publish_credential_get(context, &found, d);
	if (s == OK)
		*ret = (struct index_credential){ origin, found->user, found->password };
	return s;
}

/* What the credential is for anyway: the registry's own host. PyPI's index is of another, and is open. */
static enum status open_own_index(struct publish_command *c, const struct index_options *open, struct diag *d)
{
	struct index_options how = *open;
	struct url upload, check;
	struct arena *a = c->checked.arena;
	const struct registry *r = &c->target.registry;
	if (url_parse(bytes_of(r->upload_url), a, &upload, NULL) || url_parse(bytes_of(r->check_url), a, &check, NULL) ||
	    !url_same_origin(&upload, &check))
		return OK;
	how.n_credentials = 0;
	how.find_credential = find_own;
	how.credential_context = &c->credentials;
	how.renews = true; /* a token of Trusted Publishing is wiped when there is a newer one */
	return index_open(&c->checked.session.run, &how, &c->own_index, d);
}

/* The registry's own index, with the credentials that the operator has for indexes. */
static enum status open_index(struct publish_command *c, struct diag *d)
{
	struct settings *s = c->checked.settings;
	const struct registry *r = &c->target.registry;
	if (!r->check_url && s->publish.skip_existing) {
		(void)fail(d, ERR_USAGE, 0, "--skip-existing compares with the index of '%s', and nobody knows where that is",
			   r->name);
		return remedy(d, "name it with --check-url: devpi's is at USER/INDEX/+simple/, pypiserver's at /simple/");
	}
	if (!r->check_url) {
		console_warning(
			c->checked.session.console,
			"the index of '%s' is not known: what is there already only its answers will tell; --check-url names it",
			r->name);
		return OK;
	}
	c->place = (struct index_place){ r->name, r->check_url };
	struct index_options how = publish_target_asking(s, &c->place);
	how.http_hosts = c->target.http_hosts.items;
	how.n_http_hosts = c->target.http_hosts.n;
	enum status status = index_open(&c->checked.session.run, &how, &c->index, d);
	return status ? status : open_own_index(c, &how, d);
}

static enum status open_journal(struct publish_command *c, struct diag *d)
{
	enum status s = session_open_home(c->checked.settings->home_dir, &c->home, d);
	return s ? s : journal_open(c->home, &c->journal, d);
}

static enum status send_all(struct publish_command *c, struct diag *d)
{
	struct settings *s = c->checked.settings;
	const struct run_context *run = &c->checked.session.run;
	const struct fetch_options net = {
		.ca_file = s->ca_file,
		.proxy_url = s->proxy_url,
		.allow_http_loopback = true,
		.http_hosts = c->target.http_hosts.items,
		.n_http_hosts = c->target.http_hosts.n,
		/* A registry looks through a large file before it answers. */
		.idle_ms = (uint32_t)(run->limits->http_ms < UINT32_MAX / 4 ? run->limits->http_ms * 3 : UINT32_MAX),
	};
	c->request = (struct publish_request){
		.registry = &c->target.registry,
		.files = c->files.files,
		.n_files = c->files.n,
		.index = c->index,
		.own_index = c->own_index,
		.net = &net,
		.journal = c->journal,
		.at_once = s->publish.at_once ? s->publish.at_once : AT_ONCE,
		.file_max = run->limits->wheel_size > run->limits->download_size ? run->limits->wheel_size
										 : run->limits->download_size,
		.dry_run = s->publish.dry_run,
		.credential = publish_credential_get,
		.credential_context = &c->credentials,
		.progress = on_progress,
		.say = on_say,
		.ended = on_ended,
		.context = c,
	};
	console_stage(c->checked.session.console, "publish");
	enum status status = c->target.s3 ? s3_run(run, &c->request, c->target.s3, &c->key, c->checked.arena, d)
					  : publish_run(run, &c->request, c->checked.arena, d);
	console_stage(c->checked.session.console, NULL);
	print(c, status, d);
	return status;
}

static enum status publish(struct publish_command *c, struct diag *d)
{
	struct settings *s = c->checked.settings;
	enum status status = process_hide(d);
	locked_process(); /* the console's patterns are secrets in other words */
	if (status == OK && s->publish.url && s->rows_by_flag[setting_find(BYTES("publish.registry"))])
		status = fail(d, ERR_USAGE, 0, "--registry and --repository-url both say where to: name one");
	if (status == OK)
		status = publish_target_find(s, c->checked.arena, &c->target, d);
	if (status == OK)
		status = publish_credentials_take(&c->credentials, d);
	if (status == OK && c->target.s3)
		status = publish_credential_aws(&c->credentials, &c->key, d);
	if (status == OK)
		status = publish_files_find(&c->checked, &c->target.registry, &c->files, d);
	if (status == OK && !c->target.s3) /* a bucket says itself what it has */
		status = open_index(c, d);
	if (status == OK && !c->target.s3)
		status = open_journal(c, d);
	return status ? status : send_all(c, d);
}

static int run_publish(struct settings *settings, struct arena *a)
{
	struct publish_command c = { .checked = { .settings = settings, .arena = a, .command = "publish" }, .home = -1, .journal = -1 };
	struct diag d = { 0 };
	if (settings->findings.profile == PROFILE_BUILD) /* a registry's rules, unless they are stricter still */
		settings->findings.profile = PROFILE_PYPI;
	enum status s = session_open(settings, "publish", environ, a, &c.checked.session, &d);
	c.credentials = (struct publish_credentials){
		.run = &c.checked.session.run, .settings = settings, .console = c.checked.session.console, .arena = a, .target = &c.target
	};
	if (s == OK)
		s = publish(&c, &d);
	publish_credentials_done(&c.credentials);
	publish_files_done(&c.files);
	checked_done(&c.checked);
	index_free(c.index);
	index_free(c.own_index);
	fd_close(&c.journal);
	fd_close(&c.home);
	enum exit_code code = session_close(&c.checked.session, settings, s, &d);
	console_forget(c.checked.session.console);
	audit_free(c.checked.session.run.audit);
	return (int)code;
}

const struct command command_publish = {
	.name = "publish",
	.arguments = "[FILE...]",
	.what = "upload wheels and sdists to a registry",
	.options = options,
	.borrowed = options_build,
	.names = borrowed,
	.run = run_publish,
};
