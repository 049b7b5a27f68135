/* An incident as the audit log tells it. */
#include "base/clock.h"
#include "cli/responding.h"
#include "cli/settings_parts.h"
#include "format/json.h"
#include "python/name.h"

static const char *text_of(const struct response *r, const struct json *event, const char *key)
{
	struct bytes text;
	return json_get_string(event, key, &text, NULL) == OK ? arena_string(r->arena, text) : NULL;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

/* A time is printed as it is, so it has to be one. */
static const char *time_of(const struct response *r, const struct json *event)
{
	int64_t unix_seconds;
	const char *text = or_empty(text_of(r, event, "timestamp"));
	return clock_parse(bytes_of(text), &unix_seconds) == OK ? text : RESPONSE_NO_TIME;
}

/* The place of a run, which is added when it is new; SIZE_MAX for none. */
static size_t find_run(const struct response *r, const char *id)
{
	for (size_t i = r->n_runs; id && i-- > 0;)
		if (strcmp(r->runs[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

static size_t add_run(struct response *r, const char *id)
{
	size_t at = find_run(r, or_empty(id));
	if (at != SIZE_MAX)
		return at;
	if (r->n_runs == RESPONSE_RUNS_MAX) {
		r->is_over_limit = true;
		return 0;
	}
	r->runs = arena_grow(r->arena, r->runs, r->n_runs, sizeof *r->runs);
	r->runs[r->n_runs] = (struct response_run){ .id = or_empty(id) };
	return r->n_runs++;
}

static bool is_since(const struct response *r, const char *timestamp)
{
	int64_t at;
	int64_t since = r->settings->log.since;
	return since == INT64_MIN || clock_parse(bytes_of(timestamp), &at) || at >= since;
}

/* "1.0" and "1.0.0" are one version. */
static bool is_version(const struct response *r, const char *version)
{
	struct version have, want;
	if (!version)
		return false;
	bool is_valid = version_parse(bytes_of(version), r->arena, &have, NULL) == OK;
	for (size_t i = 0; i < r->versions.n; i++)
		if (strcmp(r->versions.items[i], version) == 0 ||
		    (is_valid && version_parse(bytes_of(r->versions.items[i]), r->arena, &want, NULL) == OK &&
		     version_compare(&have, &want) == 0))
			return true;
	return false;
}

static bool is_wanted(const struct response *r, const struct publication *p)
{
	if (!is_since(r, p->at) || (r->registry && !registry_is_meant(&r->meant, bytes_of(p->registry))))
		return false;
	return r->kind == RESPONSE_LEAK || (name_equal(bytes_of(p->package), bytes_of(r->package)) && is_version(r, p->version));
}

/* publish.started of the same upload, which has ended now. */
static struct publication *find_started(const struct response *r, const struct publication *p)
{
	for (size_t i = r->n_publications; i-- > 0;) {
		struct publication *q = &r->publications[i];
		if (q->upload == UPLOAD_STARTED && strcmp(q->file, p->file) == 0 && strcmp(q->registry, p->registry) == 0 &&
		    q->run == p->run)
			return q;
	}
	return NULL;
}

/* Two spellings of one place are one registry, called as the log called it first. NULL: it is one too many, and keeps its own name. */
static struct logged_registry *find_registry(struct response *r, const char *logged)
{
	for (size_t i = 0; i < r->n_registries; i++)
		if (strcmp(r->registries[i].name, logged) == 0)
			return &r->registries[i];
	const char *spelling = registry_spelling(logged, r->arena);
	for (size_t i = 0; i < r->n_registries; i++)
		if (strcmp(r->registries[i].spelling, spelling) == 0)
			return &r->registries[i];
	if (r->n_registries == RESPONSE_REGISTRIES_MAX)
		return NULL;
	r->registries = arena_grow(r->arena, r->registries, r->n_registries, sizeof *r->registries);
	r->registries[r->n_registries] = (struct logged_registry){ .name = logged, .spelling = spelling };
	return &r->registries[r->n_registries++];
}

static const char *one_name(struct response *r, const char *logged)
{
	const struct logged_registry *known = logged ? find_registry(r, logged) : NULL;
	return known ? known->name : logged;
}

struct reading {
	struct response *r;
	void (*take)(struct response *r, const struct json *event, const char *name);
};

/* Of all that the log has: which registries there are, and where each shows what it has. */
static void take_registry(struct response *r, const struct json *event, const char *name)
{
	const char *registry = text_of(r, event, "registry"), *index = text_of(r, event, "index");
	const char *origin = strcmp(name, "credential.used") == 0 ? text_of(r, event, "name") : NULL;
	struct logged_registry *known = registry ? find_registry(r, registry) : NULL;
	if (known && index && bytes_starts(bytes_of(name), BYTES("publish.")))
		known->index = index;
	const char *where = registry ? registry : origin;
	if (where && r->registry)
		r->is_registry_logged = r->is_registry_logged || registry_is_meant(&r->meant, bytes_of(where));
}

static void take_publication(struct response *r, const struct json *event, const char *name)
{
	static const struct {
		const char *name;
		enum response_upload upload;
	} kinds[] = { { "publish.started", UPLOAD_STARTED },
		      { "publish.completed", UPLOAD_COMPLETED },
		      { "publish.failed", UPLOAD_FAILED } };
	take_registry(r, event, name);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (strcmp(name, kinds[i].name) != 0)
			continue;
		struct publication p = { .at = time_of(r, event),
					 .package = or_empty(text_of(r, event, "package")),
					 .version = or_empty(text_of(r, event, "version")),
					 .file = or_empty(text_of(r, event, "file")),
					 .sha256 = or_empty(text_of(r, event, "sha256")),
					 .registry = or_empty(one_name(r, text_of(r, event, "registry"))),
					 .authentication = or_empty(text_of(r, event, "authentication")),
					 .username = text_of(r, event, "username"),
					 .oidc_issuer = text_of(r, event, "oidc_issuer"),
					 .claims = text_of(r, event, "claims"),
					 .built_in = SIZE_MAX,
					 .upload = kinds[i].upload };
		if (!is_wanted(r, &p))
			return;
		p.run = add_run(r, text_of(r, event, "run"));
		struct publication *started = find_started(r, &p);
		if (started) {
			*started = p;
			return;
		}
		if (r->n_publications == RESPONSE_ITEMS_MAX) {
			r->is_over_limit = true;
			return;
		}
		r->publications = arena_grow(r->arena, r->publications, r->n_publications, sizeof p);
		r->publications[r->n_publications++] = p;
	}
}

/* Of a leak: whoever had it, and when, also where nothing was published. The credential of an index has its origin for a name. */
static void take_use(struct response *r, const struct json *event, const char *name)
{
	take_registry(r, event, name);
	struct response_use use = { .at = time_of(r, event),
				    .kind = or_empty(text_of(r, event, "kind")),
				    .name = or_empty(text_of(r, event, "name")),
				    .registry = one_name(r, text_of(r, event, "registry")) };
	const char *where = use.registry ? use.registry : use.name;
	if (r->kind != RESPONSE_LEAK || !is_since(r, use.at) || !registry_is_meant(&r->meant, bytes_of(where)))
		return;
	if (r->n_uses == RESPONSE_ITEMS_MAX) {
		r->is_over_limit = true;
		return;
	}
	use.registry = where;
	use.run = add_run(r, text_of(r, event, "run"));
	r->uses = arena_grow(r->arena, r->uses, r->n_uses, sizeof use);
	r->uses[r->n_uses++] = use;
}

/* The run in which these bytes were made: what was in reach there is another list than what was in reach of the upload. */
static void take_written(struct response *r, const struct json *event, const char *name)
{
	(void)name;
	struct bytes digest;
	if (json_get_string(event, "sha256", &digest, NULL))
		return;
	for (size_t i = 0; i < r->n_publications; i++)
		if (bytes_equal(digest, bytes_of(r->publications[i].sha256)))
			r->publications[i].built_in = add_run(r, text_of(r, event, "run"));
}

static struct response_run *run_of(const struct response *r, const struct json *event)
{
	struct bytes id;
	size_t at = json_get_string(event, "run", &id, NULL) == OK ? find_run(r, arena_string(r->arena, id)) : SIZE_MAX;
	return at == SIZE_MAX ? NULL : &r->runs[at];
}

static void take_run(struct response *r, const struct json *event, const char *name)
{
	(void)name;
	const struct json *environment;
	struct response_run *run = run_of(r, event);
	if (!run)
		return;
	run->started = text_of(r, event, "timestamp");
	run->user = text_of(r, event, "user");
	run->host = text_of(r, event, "host");
	run->command = text_of(r, event, "command");
	if (json_get_object(event, "environment", &environment, NULL))
		return;
	run->ci_provider = text_of(r, environment, "ci_provider");
	run->workflow = text_of(r, environment, "workflow");
	run->ci_run = text_of(r, environment, "run_id");
}

static void add_once(struct strings *list, struct arena *a, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], text) == 0)
			return;
	strings_add(list, a, bytes_of(text));
}

static void take_credential(struct response *r, const struct json *event, const char *name)
{
	(void)name;
	struct response_run *run = run_of(r, event);
	const char *registry = text_of(r, event, "registry");
	if (run)
		add_once(&run->credentials, r->arena,
			 arena_printf(r->arena, "%s '%s'%s%s", or_empty(text_of(r, event, "kind")),
				      or_empty(text_of(r, event, "name")), registry ? " for " : "", or_empty(registry)));
}

static void take_variables(struct response *r, const struct json *event, const char *name)
{
	(void)name;
	const struct json *variables;
	struct response_run *run = run_of(r, event);
	if (!run || json_get_array(event, "variables", &variables, NULL))
		return;
	for (JSON_EACH(item, variables))
		if (item->type == JSON_TYPE_STRING)
			add_once(&run->variables, r->arena, arena_string(r->arena, item->string));
}

static void read_line(void *context, struct bytes line)
{
	struct reading *reading = context;
	CLEANUP(arena_done) struct arena a;
	const struct json *root;
	struct bytes event;
	arena_init(&a);
	if (json_parse(line, &a, &root, NULL) || json_get_string(root, "event", &event, NULL))
		reading->r->n_unreadable++;
	else
		reading->take(reading->r, root, arena_string(&a, event));
}

enum status response_read(struct response *r, int logs_dir, struct diag *d)
{
	/* In this order: the runs are those of what the first three find. */
	static const struct {
		const char *event;
		void (*take)(struct response *r, const struct json *event, const char *name);
	} passes[] = {
		{ "publish.", take_publication }, { "credential.used", take_use },        { "artifact.written", take_written },
		{ "run.started", take_run },      { "credential.used", take_credential }, { "build.started", take_variables },
	};
	enum status s = OK;
	for (size_t i = 0; s == OK && i < COUNT(passes); i++) {
		struct reading reading = { r, passes[i].take };
		s = chain_show(logs_dir, NULL, passes[i].event, read_line, &reading, d);
	}
	if (s == OK && r->is_over_limit)
		return fail(d, ERR_LIMIT, 0, "the log has more than %d uploads or %d runs of this incident: narrow it with --since",
			    RESPONSE_ITEMS_MAX, RESPONSE_RUNS_MAX);
	return s;
}
