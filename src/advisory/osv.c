#include "advisory/osv.h"

#include "base/clock.h"
#include "format/json.h"
#include "python/name.h"

struct reading {
	bool with_others;
	struct arena *a;
	struct diag *d;
};

static enum status check_word(struct bytes word, const char *key, struct diag *d)
{
	if (word.size <= ADVISORY_WORD_MAX)
		return OK;
	return fail(d, ERR_LIMIT, 0, "'%s' is longer than %d bytes", key, ADVISORY_WORD_MAX);
}

/* ERR_ABSENT when the key is not there or null, which some exports write for it. */
static enum status get_text(const struct json *object, const char *key, struct bytes *ret, struct diag *d)
{
	const struct json *value = json_find(object, key);
	if (!value || value->type == JSON_TYPE_NULL)
		return ERR_ABSENT;
	return json_get_string(object, key, ret, d);
}

static enum status get_list(const struct json *object, const char *key, size_t max, const struct json **ret, struct diag *d)
{
	const struct json *value = json_find(object, key);
	*ret = NULL;
	if (!value || value->type == JSON_TYPE_NULL)
		return OK;
	enum status s = json_get_array(object, key, ret, d);
	if (s == OK && (*ret)->n_items > max)
		return fail(d, ERR_LIMIT, max, "'%s' has more than %zu items", key, max);
	return s;
}

/* Of an array of strings. */
static enum status take_texts(const struct json *list, const char *key, const struct bytes **ret, size_t *ret_n, struct reading *r)
{
	size_t n = list ? list->n_items : 0;
	struct bytes *texts = ARENA_ARRAY(r->a, struct bytes, n);
	for (size_t i = 0; i < n; i++) {
		if (list->items[i].type != JSON_TYPE_STRING)
			return fail(r->d, ERR_FORMAT, 0, "'%s' has %s where a string should be", key,
				    json_type_name(list->items[i].type));
		texts[i] = list->items[i].string;
		if (check_word(texts[i], key, r->d))
			return ERR_LIMIT;
	}
	*ret = texts;
	*ret_n = n;
	return OK;
}

/* For people: never in the middle of a character. */
static struct bytes cut_text(struct bytes text)
{
	size_t n = text.size > ADVISORY_TEXT_MAX ? ADVISORY_TEXT_MAX : text.size;
	while (n && n < text.size && (text.data[n] & 0xc0) == 0x80)
		n--;
	return bytes_part(text, 0, n);
}

static enum status take_event(const struct json *item, struct advisory_event *ret, struct reading *r)
{
	static const char *const kinds[N_EVENT_KINDS] = {
		[EVENT_INTRODUCED] = "introduced",
		[EVENT_FIXED] = "fixed",
		[EVENT_LAST_AFFECTED] = "last_affected",
		[EVENT_LIMIT] = "limit",
	};
	size_t n = 0;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		enum status s = get_text(item, kinds[i], &ret->version, r->d);
		if (s == ERR_FORMAT)
			return s;
		if (s == OK) {
			ret->kind = (enum advisory_event_kind)i;
			n++;
		}
	}
	if (n != 1)
		return fail(r->d, ERR_FORMAT, 0, "an event of a range has %zu of introduced, fixed, last_affected and limit", n);
	return check_word(ret->version, kinds[ret->kind], r->d);
}

static enum status take_range(const struct json *item, struct advisory_range *ret, struct reading *r)
{
	const struct json *events;
	enum status s = get_list(item, "events", ADVISORY_EVENTS_MAX, &events, r->d);
	if (s)
		return s;
	struct advisory_event *all = ARENA_ARRAY(r->a, struct advisory_event, events ? events->n_items : 0);
	for (size_t i = 0; s == OK && events && i < events->n_items; i++)
		s = take_event(&events->items[i], &all[i], r);
	*ret = (struct advisory_range){ all, events ? events->n_items : 0 };
	return s;
}

static enum status take_ranges(const struct json *affected, struct advisory_package *p, struct reading *r)
{
	const struct json *list;
	enum status s = get_list(affected, "ranges", ADVISORY_RANGES_MAX, &list, r->d);
	if (s || !list)
		return s;
	struct advisory_range *ranges = ARENA_ARRAY(r->a, struct advisory_range, list->n_items);
	for (size_t i = 0; s == OK && i < list->n_items; i++) {
		struct bytes type;
		s = json_get_string(&list->items[i], "type", &type, r->d);
		if (s)
			return s == ERR_ABSENT ? fail(r->d, ERR_FORMAT, 0, "a range has no 'type'") : s;
		if (bytes_equal(type, BYTES("ECOSYSTEM")))
			s = take_range(&list->items[i], &ranges[p->n_ranges++], r);
	}
	p->ranges = ranges;
	return s;
}

/* "PyPI", also with a repository behind a colon. */
static bool is_pypi(struct bytes ecosystem)
{
	return bytes_equal(bytes_part(ecosystem, 0, bytes_find(ecosystem, ':')), BYTES("PyPI"));
}

/* "pkg:deb/debian/libssl@1.2?arch=x": a version, and what follows, is not part of the name. */
static struct bytes purl_name(struct bytes purl)
{
	return bytes_part(purl, 0, bytes_find(bytes_part(purl, 0, bytes_find(purl, '?')), '@'));
}

/* *ret_kept: it is about a package that we could be asked about. */
static enum status take_package(const struct json *affected, struct advisory_package *p, bool *ret_kept, struct reading *r)
{
	const struct json *package = json_find(affected, "package"), *versions;
	struct bytes ecosystem = { NULL, 0 }, name = { NULL, 0 }, purl = { NULL, 0 };
	*ret_kept = false;
	if (!package || package->type == JSON_TYPE_NULL)
		return OK; /* about a repository */
	enum status s = json_get_string(package, "ecosystem", &ecosystem, r->d);
	if (s == OK)
		s = json_get_string(package, "name", &name, r->d);
	if (s)
		return s == ERR_ABSENT ? fail(r->d, ERR_FORMAT, 0, "a 'package' without ecosystem or name") : s;
	if (get_text(package, "purl", &purl, r->d) == ERR_FORMAT)
		return ERR_FORMAT;
	p->is_pypi = is_pypi(ecosystem);
	if (!p->is_pypi && (!r->with_others || !bytes_starts(purl, BYTES("pkg:"))))
		return OK;
	if (p->is_pypi && !name_is_valid(name))
		return fail(r->d, ERR_FORMAT, 0, "a package of PyPI has a name that is none");
	p->name = p->is_pypi ? name_normalize(name, r->a) : purl_name(purl);
	s = check_word(p->name, "purl", r->d);
	if (s == OK)
		s = get_list(affected, "versions", ADVISORY_VERSIONS_MAX, &versions, r->d);
	if (s == OK)
		s = take_texts(versions, "versions", &p->versions, &p->n_versions, r);
	*ret_kept = s == OK;
	return s ? s : take_ranges(affected, p, r);
}

static enum status take_time(const struct json *root, const char *key, struct bytes *ret_text, int64_t *ret, struct diag *d)
{
	enum status s = get_text(root, key, ret_text, d);
	if (s == OK && clock_parse(*ret_text, ret))
		return fail(d, ERR_FORMAT, 0, "'%s' is no time", key);
	return s ? s : check_word(*ret_text, key, d);
}

static enum status take_ids(const struct json *root, struct advisory *v, struct reading *r)
{
	const struct json *aliases;
	enum status s = json_get_string(root, "id", &v->id, r->d);
	if (s)
		return s == ERR_ABSENT ? fail(r->d, ERR_FORMAT, 0, "an advisory has no 'id'") : s;
	if (!advisory_id_is_valid(v->id))
		return fail(r->d, ERR_FORMAT, 0, "the 'id' of an advisory is not letters, digits, '.', '_', ':' and '-'");
	s = get_list(root, "aliases", ADVISORY_ALIASES_MAX, &aliases, r->d);
	if (s == OK)
		s = take_texts(aliases, "aliases", &v->aliases, &v->n_aliases, r);
	for (size_t i = 0; s == OK && i < v->n_aliases; i++)
		if (!advisory_id_is_valid(v->aliases[i]))
			s = fail(r->d, ERR_FORMAT, 0, "an alias is not letters, digits, '.', '_', ':' and '-'");
	return s;
}

static enum status take_words(const struct json *root, struct advisory *v, struct reading *r)
{
	struct bytes withdrawn;
	const struct json *severity;
	enum status s = take_time(root, "modified", &v->modified, &v->modified_unix, r->d);
	if (s)
		return s == ERR_ABSENT ? fail(r->d, ERR_FORMAT, 0, "an advisory has no 'modified'") : s;
	v->withdrawn_unix = INT64_MAX;
	s = take_time(root, "withdrawn", &withdrawn, &v->withdrawn_unix, r->d);
	if (s == OK || s == ERR_ABSENT)
		s = get_text(root, "summary", &v->summary, r->d);
	if (s != OK && s != ERR_ABSENT)
		return s;
	v->summary = cut_text(v->summary);
	s = get_list(root, "severity", ADVISORY_ALIASES_MAX, &severity, r->d);
	if (s == OK && severity && severity->n_items && get_text(&severity->items[0], "score", &v->severity, r->d) == ERR_FORMAT)
		return ERR_FORMAT;
	v->severity = cut_text(v->severity);
	return s;
}

enum status osv_advisory_parse(struct bytes text, bool with_others, struct arena *a, struct advisory *ret, struct diag *d)
{
	struct reading r = { .with_others = with_others, .a = a, .d = d };
	struct advisory v = { .n_packages = 0 };
	const struct json *root, *affected;
	enum status s = json_parse(text, a, &root, d);
	if (s == OK && root->type != JSON_TYPE_OBJECT)
		s = fail(d, ERR_FORMAT, 0, "an advisory is %s, not an object", json_type_name(root->type));
	if (s == OK)
		s = take_ids(root, &v, &r);
	if (s == OK)
		s = take_words(root, &v, &r);
	if (s == OK)
		s = get_list(root, "affected", ADVISORY_PACKAGES_MAX, &affected, d);
	if (s)
		return s;
	struct advisory_package *packages = ARENA_ARRAY(a, struct advisory_package, affected ? affected->n_items : 0);
	for (size_t i = 0; affected && i < affected->n_items; i++) {
		bool kept;
		packages[v.n_packages] = (struct advisory_package){ .n_versions = 0 };
		s = take_package(&affected->items[i], &packages[v.n_packages], &kept, &r);
		if (s) {
			(void)explain(d, "'%.*s'", BYTES_ARG(v.id));
			return s;
		}
		v.n_packages += kept;
	}
	v.packages = packages;
	*ret = v;
	return OK;
}

static enum status take_result(const struct json *item, struct arena *a, struct batch_result *ret, struct diag *d)
{
	const struct json *vulns;
	*ret = (struct batch_result){ .n_ids = 0 };
	if (item->type != JSON_TYPE_OBJECT)
		return fail(d, ERR_FORMAT, 0, "'results' has %s where an object should be", json_type_name(item->type));
	enum status s = get_list(item, "vulns", BATCH_IDS_MAX, &vulns, d);
	if (s)
		return s;
	struct batch_id *ids = ARENA_ARRAY(a, struct batch_id, vulns ? vulns->n_items : 0);
	for (size_t i = 0; vulns && i < vulns->n_items; i++) {
		s = json_get_string(&vulns->items[i], "id", &ids[i].id, d);
		if (s == ERR_ABSENT || (s == OK && !advisory_id_is_valid(ids[i].id)))
			s = fail(d, ERR_FORMAT, 0, "'vulns' has an id that is none");
		if (s || get_text(&vulns->items[i], "modified", &ids[i].modified, d) == ERR_FORMAT)
			return ERR_FORMAT;
	}
	ret->ids = ids;
	ret->n_ids = vulns ? vulns->n_items : 0;
	if (get_text(item, "next_page_token", &ret->token, d) == ERR_FORMAT)
		return ERR_FORMAT;
	if (!ret->token.size)
		ret->token.data = NULL;
	return ret->token.size > BATCH_TOKEN_MAX ? fail(d, ERR_LIMIT, 0, "a 'next_page_token' is too long") : OK;
}

enum status osv_batch_parse(struct bytes text, size_t n, struct arena *a, struct batch_answer *ret, struct diag *d)
{
	const struct json *root, *list;
	enum status s = json_parse(text, a, &root, d);
	if (s == OK)
		s = json_get_array(root, "results", &list, d);
	if (s)
		return s == ERR_ABSENT ? fail(d, ERR_FORMAT, 0, "the answer has no 'results'") : s;
	if (list->n_items != n)
		return fail(d, ERR_FORMAT, 0, "%zu results for %zu queries", list->n_items, n);
	struct batch_result *results = ARENA_ARRAY(a, struct batch_result, n);
	for (size_t i = 0; i < n; i++) {
		s = take_result(&list->items[i], a, &results[i], d);
		if (s)
			return s;
	}
	*ret = (struct batch_answer){ results, n };
	return OK;
}
