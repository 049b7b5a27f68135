/* What the indexes serve now of what the log says was published. */
#include "base/clock.h"
#include "cli/publish_target.h"
#include "cli/responding.h"
#include "cli/settings_parts.h"
#include "publish/s3_place.h"
#include "python/name.h"

/* One project at one registry. */
struct place_asked {
	const char *registry;
	struct registry_index at; /* url NULL: nobody knows where */
	bool is_asked;
	const char *package;
	const struct index_project *project; /* NULL: the index has none, or was not asked */
	const char *unchecked; /* why it was not; NULL: it was */
	const char *gone; /* why it has no files; NULL: it has */
};

struct open_index {
	struct index_place place; /* borrowed by index */
	bool has_own; /* the credentials of the store and the keyring are asked for */
	struct index *index;
};

struct comparing {
	struct response *r;
	struct credentials *credentials;
	struct place_asked *places;
	size_t n_places;
	struct open_index **indexes;
	size_t n_indexes;
	int64_t from; /* what an index got before is none of this incident's; INT64_MIN: everything is */
};

/* What it does not have may be elsewhere. */
static bool is_guess(const struct place_asked *p)
{
	return p->at.word == INDEX_BY_SHAPE;
}

static const char *index_in_log(const struct response *r, const char *registry)
{
	const char *spelling = registry_spelling(registry, r->arena);
	for (size_t i = 0; i < r->n_registries; i++)
		if (strcmp(r->registries[i].spelling, spelling) == 0)
			return r->registries[i].index;
	return NULL;
}

static void add_place(struct comparing *c, const char *registry, const char *package)
{
	struct arena *a = c->r->arena;
	package = arena_string(a, name_normalize(bytes_of(package), a));
	for (size_t i = 0; i < c->n_places; i++)
		if (strcmp(c->places[i].registry, registry) == 0 && strcmp(c->places[i].package, package) == 0)
			return;
	c->places = arena_grow(a, c->places, c->n_places, sizeof *c->places);
	c->places[c->n_places++] = (struct place_asked){ .registry = registry,
							 .at = registry_index_find(c->r->settings, &c->r->meant, registry,
										   index_in_log(c->r, registry), a),
							 .package = package };
}

/* Whose --check-url is: the only one's, else the only one's whose index nobody knows for certain; NULL: there are several. */
static const char *find_owner(const struct comparing *c)
{
	const char *any = NULL, *unknown = NULL;
	bool is_only = true, is_only_unknown = true;
	for (size_t i = 0; i < c->n_places; i++) {
		const struct place_asked *p = &c->places[i];
		is_only = is_only && (!any || strcmp(any, p->registry) == 0);
		any = p->registry;
		if (p->at.url && !is_guess(p))
			continue;
		is_only_unknown = is_only_unknown && (!unknown || strcmp(unknown, p->registry) == 0);
		unknown = p->registry;
	}
	return is_only ? any : is_only_unknown ? unknown : NULL;
}

static void take_check_url(struct comparing *c)
{
	struct response *r = c->r;
	const char *given = r->settings->respond.check_url, *owner = given ? find_owner(c) : NULL;
	if (given && c->n_places && !owner)
		strings_add(&r->unchecked, r->arena,
			    BYTES("--check-url was not used: it is one registry's, and there are several: name one with --registry"));
	for (size_t i = 0; owner && i < c->n_places; i++) {
		struct place_asked *p = &c->places[i];
		if (strcmp(p->registry, owner) != 0)
			continue;
		p->at.url = bytes_ends(bytes_of(given), BYTES("/")) ? given : arena_printf(r->arena, "%s/", given);
		p->at.word = INDEX_BY_FLAG;
	}
}

/* Where the log has nothing, the index still has something to say, if somebody names it: no index is told a name on a guess. */
static void list_places(struct comparing *c)
{
	struct response *r = c->r;
	const char *named = r->meant.upload_url ? r->meant.upload_url : r->registry ? r->registry : "";
	if (r->meant.unread)
		strings_add(&r->unchecked, r->arena,
			    bytes_of(arena_printf(r->arena, "whether '%s' is a name of ~/.pypirc: %s", r->registry, r->meant.unread)));
	for (size_t i = 0; i < r->n_publications; i++)
		add_place(c, r->publications[i].registry, r->publications[i].package);
	if (!r->n_publications && r->package && (r->registry || r->settings->respond.check_url))
		add_place(c, named, r->package);
	else if (!r->n_publications && r->package)
		strings_add(
			&r->unchecked, r->arena,
			BYTES("the log has no upload of it, so no index was asked: name the registry with --registry or --check-url"));
	take_check_url(c);
}

static enum status open_index(struct comparing *c, const char *simple, bool has_own, struct index **ret, struct diag *d)
{
	for (size_t i = 0; i < c->n_indexes; i++)
		if (strcmp(c->indexes[i]->place.url, simple) == 0 && c->indexes[i]->has_own == has_own) {
			*ret = c->indexes[i]->index;
			return OK;
		}
	struct open_index *o = ARENA_NEW(c->r->arena, struct open_index);
	o->place = (struct index_place){ "registry", simple };
	struct index_options options = publish_target_asking(c->r->settings, &o->place);
	o->has_own = has_own;
	options.find_credential = has_own ? credentials_find : NULL;
	options.credential_context = c->credentials;
	enum status status = index_open(c->credentials->run, &options, &o->index, d);
	if (status)
		return status;
	c->indexes = arena_grow(c->r->arena, c->indexes, c->n_indexes, sizeof *c->indexes);
	c->indexes[c->n_indexes++] = o;
	*ret = o->index;
	return OK;
}

static void say_unchecked(struct comparing *c, struct place_asked *p, const char *why)
{
	struct response *r = c->r;
	p->unchecked = arena_string(r->arena, bytes_of(why));
	strings_add(&r->unchecked, r->arena, bytes_of(arena_printf(r->arena, "%s: %s", p->package, why)));
}

/* What a guess does not have may be elsewhere. */
static void say_gone(struct comparing *c, struct place_asked *p, const char *why)
{
	struct arena *a = c->r->arena;
	if (is_guess(p))
		say_unchecked(c, p,
			      arena_printf(a, "'%s', which may not be the index of '%s', has nothing of it: name that with --check-url",
					   p->at.url, p->registry));
	else
		p->gone = why;
}

/* HWB_PUBLISH_TOKEN and its like are not looked at: they may be what leaked. */
static void say_how_to_get_in(struct comparing *c, const struct place_asked *p)
{
	struct response *r = c->r;
	const char *word = r->meant.word, *name = word && settings_index_name(bytes_of(word), NULL) == OK ? word : "NAME";
	const char *variable = settings_index_variable(r->arena, name);
	if (!r->remedy)
		r->remedy = arena_printf(r->arena,
					 "'%s' wants a password: make it an index with --index %s=%s, and give HWB_INDEX_%s_USERNAME and "
					 "HWB_INDEX_%s_PASSWORD, or keep them with 'hwb credential add %s -u USER'",
					 p->at.url, name, p->at.url, variable, variable, name);
}

/* An index that is open to everybody is not told who we are, and no passphrase is asked for. */
static enum status ask_project(struct comparing *c, struct place_asked *p, struct diag *d)
{
	struct index *index;
	enum status s = open_index(c, p->at.url, false, &index, d);
	if (s)
		return s;
	p->is_asked = true;
	s = index_project(index, bytes_of(p->package), &p->project, d);
	if (!s || !index_wants_credential(index))
		return s;
	s = open_index(c, p->at.url, true, &index, d);
	if (s == OK)
		s = index_project(index, bytes_of(p->package), &p->project, d);
	if (s && s != ERR_ABSENT)
		say_how_to_get_in(c, p);
	return s;
}

/* ERR_CANCELLED alone is a failure; every other is an answer that there is none. */
static enum status ask(struct comparing *c, struct place_asked *p, struct diag *d)
{
	struct diag why = { 0 };
	struct arena *a = c->r->arena;
	if (!p->at.url) {
		say_unchecked(c, p,
			      arena_printf(a,
					   s3_is_url(p->registry)
						   ? "'%s' is a bucket: name with --check-url the simple index that is served from it"
						   : "the index of '%s' is not known: name it with --check-url",
					   p->registry));
		return OK;
	}
	if (c->r->settings->offline) {
		say_unchecked(c, p, "no index is asked with --offline");
		return OK;
	}
	enum status s = ask_project(c, p, &why);
	if (s == ERR_CANCELLED)
		return fail(d, s, 0, "%s", why.text);
	if (s == ERR_ABSENT)
		say_gone(c, p, "the index has no such project");
	else if (s)
		say_unchecked(c, p, why.text);
	else if (p->project->status == INDEX_QUARANTINED)
		say_gone(c, p, "the index holds the project in quarantine and offers no file of it");
	return OK;
}

static const struct place_asked *place_of(const struct comparing *c, const struct publication *p)
{
	for (size_t i = 0; i < c->n_places; i++)
		if (strcmp(c->places[i].registry, p->registry) == 0 &&
		    name_equal(bytes_of(c->places[i].package), bytes_of(p->package)))
			return &c->places[i];
	return NULL;
}

static const char *digest_text(const struct index_file *f, struct arena *a)
{
	if (!f->has_digest)
		return NULL;
	char *text = arena_alloc(a, SHA256_TEXT_SIZE, 1);
	sha256_text(&f->digest, text);
	return text;
}

static void compare_file(struct response *r, struct publication *p, const struct index_file *f)
{
	const char *digest = digest_text(f, r->arena);
	p->yanked = f->yanked;
	if (!digest || !p->sha256[0]) {
		p->why = digest ? "the log has no digest of it" : "the index says no digest of it";
		strings_add(&r->unchecked, r->arena, bytes_of(arena_printf(r->arena, "%s: %s", p->file, p->why)));
	} else if (strcmp(digest, p->sha256) == 0)
		p->served = SERVED_SAME;
	else {
		p->served = SERVED_OTHER;
		p->served_sha256 = digest;
	}
}

static void compare(struct comparing *c, struct publication *p)
{
	struct response *r = c->r;
	const struct place_asked *place = place_of(c, p);
	p->why = place ? place->unchecked : "nobody was asked";
	if (place && place->is_asked)
		p->asked = place->at;
	if (p->why)
		return;
	p->served = is_guess(place) ? SERVED_UNCHECKED : SERVED_GONE;
	p->why = place->gone ? place->gone : "the index has no file of that name";
	for (size_t i = 0; place->project && i < place->project->n_files; i++)
		if (bytes_equal(place->project->files[i].filename, bytes_of(p->file))) {
			p->served = SERVED_UNCHECKED;
			p->why = NULL;
			compare_file(r, p, &place->project->files[i]);
			return;
		}
	if (is_guess(place)) {
		p->why = arena_printf(r->arena, "'%s', which may not be the index of '%s', has no file of that name", place->at.url,
				      p->registry);
		strings_add(&r->unchecked, r->arena, bytes_of(arena_printf(r->arena, "%s: %s", p->file, p->why)));
	}
}

/* What was there before the token was used here for the first time, or before --since, says nothing about it. */
static int64_t find_start(const struct response *r)
{
	int64_t from = r->settings->log.since, at;
	if (r->kind == RESPONSE_COMPROMISED || from != INT64_MIN)
		return r->kind == RESPONSE_COMPROMISED ? INT64_MIN : from;
	from = INT64_MAX;
	for (size_t i = 0; i < r->n_publications; i++)
		if (clock_parse(bytes_of(r->publications[i].at), &at) == OK && at < from)
			from = at;
	for (size_t i = 0; i < r->n_uses; i++)
		if (clock_parse(bytes_of(r->uses[i].at), &at) == OK && at < from)
			from = at;
	return from == INT64_MAX ? INT64_MIN : from;
}

static bool is_of_versions(const struct response *r, const struct version *version)
{
	struct version want;
	for (size_t i = 0; i < r->versions.n; i++)
		if (version_parse(bytes_of(r->versions.items[i]), r->arena, &want, NULL) == OK && version_compare(version, &want) == 0)
			return true;
	return r->kind == RESPONSE_LEAK;
}

static bool is_in_log(const struct response *r, const struct index_file *f)
{
	for (size_t i = 0; i < r->n_publications; i++)
		if (bytes_equal(f->filename, bytes_of(r->publications[i].file)))
			return true;
	return false;
}

/* Whoever has the token can upload from elsewhere, and then no log of ours has it. */
static void find_strangers(struct comparing *c, const struct place_asked *p)
{
	struct response *r = c->r;
	for (size_t i = 0; p->project && i < p->project->n_files && r->n_strangers < RESPONSE_ITEMS_MAX; i++) {
		CLEANUP(buf_done) struct buf version;
		const struct index_file *f = &p->project->files[i];
		if (!is_of_versions(r, &f->version) || is_in_log(r, f) || (f->has_upload_time && f->upload_time < c->from))
			continue;
		buf_init(&version, 2 * VERSION_SIZE_MAX);
		version_write(&f->version, &version);
		r->strangers = arena_grow(r->arena, r->strangers, r->n_strangers, sizeof *r->strangers);
		r->strangers[r->n_strangers++] = (struct response_stranger){
			.package = p->package,
			.version = arena_string(r->arena, buf_bytes(&version)),
			.file = arena_string(r->arena, f->filename),
			.sha256 = digest_text(f, r->arena),
			.uploaded = f->has_upload_time ? arena_string(r->arena, f->upload_time_text) : NULL,
			.index = p->at.url,
			.registry = p->registry,
		};
	}
}

enum status response_compare(struct response *r, struct credentials *credentials, struct diag *d)
{
	struct comparing c = { .r = r, .credentials = credentials, .from = find_start(r) };
	enum status s = OK;
	list_places(&c);
	for (size_t i = 0; s == OK && i < c.n_places; i++)
		s = ask(&c, &c.places[i], d);
	for (size_t i = 0; s == OK && i < r->n_publications; i++)
		compare(&c, &r->publications[i]);
	for (size_t i = 0; s == OK && i < c.n_places; i++)
		find_strangers(&c, &c.places[i]);
	for (size_t i = 0; i < c.n_indexes; i++) /* nothing of theirs is borrowed: it was copied */
		index_free(c.indexes[i]->index);
	return s;
}
