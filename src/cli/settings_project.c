/* The [tool.hwb] of the project that is built: the word of the party we defend against (DESIGN.md section 3). */
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "cli/settings_parts.h"
#include "crypto/digest.h"
#include "python/project.h"

struct project_check {
	struct settings *settings;
	const struct project *project;
	struct arena *arena;
	bool trusted;
};

static void digest_add(struct sha256_stream *h, struct bytes text)
{
	unsigned char size[8];
	for (size_t i = 0; i < sizeof size; i++)
		size[i] = (unsigned char)((uint64_t)text.size >> (8 * i));
	sha256_add(h, bytes_make(size, sizeof size));
	sha256_add(h, text);
}

/* Of the table's meaning, not its bytes: each key, whether it is an array, and its values, in the order of the file, all with
 * their lengths in front. */
static void digest_table(const struct project *p, char ret[SHA256_TEXT_SIZE])
{
	struct sha256_stream h;
	sha256_start(&h);
	for (size_t i = 0; i < p->n_settings; i++) {
		const struct project_setting *set = &p->settings[i];
		digest_add(&h, set->key);
		digest_add(&h, set->is_array ? BYTES("array") : BYTES("value"));
		for (size_t k = 0; k < set->n_values; k++)
			digest_add(&h, set->values[k]);
		digest_add(&h, BYTES(""));
	}
	struct sha256 digest = sha256_end(&h);
	sha256_text(&digest, ret);
}

/* The real path of the only source, when it is a directory. */
static bool only_directory(const struct settings *s, char ret[PATH_MAX])
{
	struct stat st;
	const char *source = s->sources.n ? s->sources.items[0] : ".";
	return s->sources.n <= 1 && stat(source, &st) == 0 && S_ISDIR(st.st_mode) && realpath(source, ret);
}

static bool all_directories(const struct settings *s)
{
	for (size_t i = 0; i < s->sources.n; i++) {
		struct stat st;
		if (stat(s->sources.items[i], &st) || !S_ISDIR(st.st_mode))
			return false;
	}
	return true;
}

static bool is_trusted(const struct settings *s, const char *digest)
{
	char path[PATH_MAX], trusted[PATH_MAX];
	if (s->trust_project)
		return all_directories(s);
	if (!only_directory(s, path))
		return false;
	for (size_t i = 0; i + 1 < s->trust.n; i += 2)
		if (strcmp(s->trust.items[i], digest) == 0 && realpath(s->trust.items[i + 1], trusted) && strcmp(path, trusted) == 0)
			return true;
	return false;
}

static enum status refuse(const struct project_setting *set, const char *why, struct diag *d)
{
	(void)fail(d, ERR_USAGE, 0, "pyproject.toml:%u:%u: the project sets '%.*s' in [tool.hwb]: %s", set->line, set->column,
		   BYTES_ARG(bytes_part(set->key, 0, 200)), why);
	locate(d, set->line, set->column);
	return ERR_USAGE;
}

static enum status refuse_untrusted(const struct project_check *c, const struct project_setting *set, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE], path[PATH_MAX];
	(void)refuse(set, "that is the operator's to allow", d);
	if (!all_directories(c->settings))
		return remedy(d, "only a local directory can be trusted: unpack the source, look at it, and build that");
	digest_table(c->project, digest);
	return remedy(
		d,
		"if you have read it: --trust-project, or in hwb.toml: [security] trust = [{ path = \"%.300s\", sha256 = \"%s\" }]",
		only_directory(c->settings, path) ? path : "...", digest);
}

/* A limit of the project's counts when it is lower; a higher one only for a trusted project, and not against the operator's. */
static enum status put_limit(const struct project_check *c, const struct project_setting *set, struct diag *d)
{
	size_t n;
	struct settings *s = c->settings;
	struct limits wanted = s->limits;
	struct bytes key = bytes_from(set->key, 7);
	const struct limit_row *rows = limit_rows(&n);
	if (set->n_values != 1 || set->is_array)
		return refuse(set, "it takes one value", d);
	if (limits_set(&wanted, key, set->values[0], d))
		return explain(d, "pyproject.toml:%u:%u: [tool.hwb]", set->line, set->column);
	for (size_t i = 0; i < n; i++) {
		if (!bytes_equal(key, bytes_of(rows[i].key)) || limits_get(&wanted, &rows[i]) <= limits_get(&s->limits, &rows[i]))
			continue;
		if (!c->trusted)
			return refuse_untrusted(c, set, d);
		if (s->limits_set >> i & 1)
			return OK;
	}
	s->limits = wanted;
	return OK;
}

static enum status put_row(const struct project_check *c, const struct project_setting *set, size_t row, struct diag *d)
{
	size_t n;
	char base[PATH_MAX];
	struct settings *s = c->settings;
	const struct setting_row *r = &setting_rows(&n)[row];
	if (s->rows_set[row]) /* whatever is stronger has said it already */
		return OK;
	if (set->is_array != r->is_list && !(r->is_list && set->n_values == 1))
		return refuse(set, arena_printf(c->arena, "it takes %s", r->takes), d);
	s->base = only_directory(s, base) ? arena_string(c->arena, bytes_of(base)) : NULL;
	enum status status = r->is_list ? r->set(s, c->arena, (struct bytes){ NULL, 0 }, true, d) : OK;
	for (size_t i = 0; status == OK && i < set->n_values; i++)
		status = r->set(s, c->arena, set->values[i], i == 0, d);
	s->base = NULL;
	return status ? explain(d, "pyproject.toml:%u:%u: [tool.hwb] '%s'", set->line, set->column, r->key) : OK;
}

/* What is stricter counts. A shorter age than the operator's is no less strict for being said: the longer one holds. */
static enum status tighten(const struct project_check *c, const struct project_setting *set, const struct setting_row *row,
			   struct diag *d)
{
	struct settings *s = c->settings;
	int64_t min_age = s->min_age;
	if (set->is_array || set->n_values != 1)
		return refuse(set, arena_printf(c->arena, "it takes %s", row->takes), d);
	/* Of a switch, true is the stricter value, and false is never a project's to say. */
	if (strcmp(row->takes, "true or false") == 0 && !bytes_equal(set->values[0], BYTES("true")))
		return refuse(set, "only the operator's hwb.toml can say that", d);
	enum status status = row->set(s, c->arena, set->values[0], true, d);
	if (status)
		return explain(d, "pyproject.toml:%u:%u: [tool.hwb] '%s'", set->line, set->column, row->key);
	s->min_age = s->min_age < min_age ? min_age : s->min_age;
	return OK;
}

static enum status check_one(const struct project_check *c, const struct project_setting *set, struct diag *d)
{
	size_t n, row = setting_find(set->key);
	const struct setting_row *rows = setting_rows(&n);
	bool is_limit = bytes_starts(set->key, BYTES("limits."));
	if (!is_limit && row == n)
		return refuse(set, "there is no such key", d);
	if (!set->is_plain)
		return refuse(set, "it cannot be a table", d);
	if (is_limit)
		return put_limit(c, set, d);
	if (set->is_array && set->n_values == 0 && rows[row].is_list) /* asks for nothing */
		return OK;
	switch (rows[row].project_may) {
	case PROJECT_TIGHTEN:
		return tighten(c, set, &rows[row], d);
	case PROJECT_TRUSTED:
		return c->trusted ? put_row(c, set, row, d) : refuse_untrusted(c, set, d);
	case PROJECT_NEVER:
		break;
	}
	(void)refuse(set, "only the operator can set it, not even --trust-project lets a project do so", d);
	return remedy(d, "set it in hwb.toml%s%s", rows[row].env ? ", by its option or by " : "", rows[row].env ? rows[row].env : "");
}

enum status settings_check_project(struct settings *s, const struct project *p, struct arena *a, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	if (!p->n_settings)
		return OK;
	digest_table(p, digest);
	struct project_check c = { .settings = s, .project = p, .arena = a, .trusted = is_trusted(s, digest) };
	for (size_t i = 0; i < p->n_settings; i++) {
		enum status status = check_one(&c, &p->settings[i], d);
		if (status)
			return status;
	}
	return OK;
}
