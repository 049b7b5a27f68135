#include "cli/lock_make.h"

#include "base/clock.h"
#include "net/url.h"

/* What tells targets apart in a marker, in the order in which it is written. */
static const enum marker_variable fields[] = { MARKER_PYTHON_VERSION, MARKER_SYS_PLATFORM, MARKER_PLATFORM_MACHINE,
					       MARKER_IMPLEMENTATION_NAME };

struct making {
	const struct lock_make_request *request;
	struct arena *arena;
	struct diag *diag;
	bool varies[COUNT(fields)]; /* among the targets */
	bool *has; /* of the package at hand: one for each target */
};

static struct bytes field_of(const struct making *m, size_t target, size_t field)
{
	return m->request->targets[target].python->env.field[fields[field]];
}

static void find_varying(struct making *m)
{
	for (size_t f = 0; f < COUNT(fields); f++)
		for (size_t t = 1; t < m->request->n_targets; t++)
			m->varies[f] = m->varies[f] || !bytes_equal(field_of(m, 0, f), field_of(m, t, f));
}

/* ---- markers ---- */

static void put_term(const struct making *m, size_t target, size_t field, struct buf *out)
{
	buf_printf(out, "%s == '%.*s'", marker_variable_name(fields[field]), BYTES_ARG(field_of(m, target, field)));
}

static void put_terms(const struct making *m, size_t target, const bool *which, struct buf *out)
{
	const char *between = "";
	for (size_t f = 0; f < COUNT(fields); f++) {
		if (which && !which[f])
			continue;
		buf_add_string(out, between);
		put_term(m, target, f, out);
		between = " and ";
	}
}

static struct bytes finish(const struct making *m, struct buf *b)
{
	struct bytes text = arena_copy(m->arena, buf_bytes(b));
	buf_done(b);
	return text;
}

static struct bytes environment_of(const struct making *m, size_t target)
{
	struct buf b;
	buf_init(&b, MARKER_SIZE_MAX);
	put_terms(m, target, NULL, &b);
	return finish(m, &b);
}

/* Whether this field alone tells who has the package. */
static bool tells(const struct making *m, size_t field)
{
	for (size_t t = 0; t < m->request->n_targets; t++)
		for (size_t u = 0; u < t; u++)
			if (m->has[t] != m->has[u] && bytes_equal(field_of(m, t, field), field_of(m, u, field)))
				return false;
	return true;
}

static bool is_first_of(const struct making *m, size_t target, size_t field)
{
	for (size_t t = 0; t < target; t++)
		if (m->has[t] && bytes_equal(field_of(m, t, field), field_of(m, target, field)))
			return false;
	return true;
}

static struct bytes marker_of(const struct making *m)
{
	struct buf b;
	const char *between = "";
	bool all = true;
	for (size_t t = 0; t < m->request->n_targets; t++)
		all = all && m->has[t];
	if (all)
		return (struct bytes){ NULL, 0 };
	buf_init(&b, MARKER_SIZE_MAX);
	size_t alone = 0;
	while (alone < COUNT(fields) && !(m->varies[alone] && tells(m, alone)))
		alone++;
	for (size_t t = 0; t < m->request->n_targets; t++) {
		if (!m->has[t] || (alone < COUNT(fields) && !is_first_of(m, t, alone)))
			continue;
		buf_add_string(&b, between);
		if (alone < COUNT(fields))
			put_term(m, t, alone, &b);
		else
			put_terms(m, t, m->varies, &b);
		between = " or ";
	}
	return finish(m, &b);
}

/* ---- files ---- */

static struct bytes local_path(const struct making *m, struct bytes url)
{
	struct url parsed;
	struct bytes path, folder = m->request->folder;
	if (url_parse(url, m->arena, &parsed, NULL) || url_decode(parsed.path, m->arena, &path, NULL))
		return url;
	bool is_below = folder.size && bytes_starts(path, folder) && path.size > folder.size + 1 && path.data[folder.size] == '/';
	return is_below ? bytes_from(path, folder.size + 1) : path;
}

static bool is_local(const struct index_file *f)
{
	return strcmp(f->hash_source, "local") == 0;
}

static struct pylock_file make_file(const struct making *m, const struct index_file *f)
{
	char time[CLOCK_TEXT_SIZE];
	struct pylock_file file = {
		.filename = f->filename,
		.url = is_local(f) ? local_path(m, f->url) : f->url,
		.is_sdist = f->kind == INDEX_SDIST,
		.has_size = f->has_size,
		.size = f->size,
		.digest = f->digest,
	};
	if (f->has_upload_time) {
		clock_text(f->upload_time, time);
		file.upload_time = arena_copy(m->arena, bytes_of(time));
	}
	return file;
}

struct file_list {
	struct pylock_file *items;
	size_t n;
};

static void add_file(const struct making *m, struct file_list *list, const struct index_file *f)
{
	for (size_t i = 0; i < list->n; i++)
		if (bytes_equal(list->items[i].filename, f->filename))
			return;
	if (list->n == PYLOCK_FILES_MAX)
		return;
	list->items = arena_grow(m->arena, list->items, list->n, sizeof *list->items);
	list->items[list->n++] = make_file(m, f);
}

static enum status add_all_wheels(const struct making *m, struct file_list *list, const struct lock_target *t,
				  const struct lock_pin *pin)
{
	const struct index_project *page;
	enum status s = index_project(t->index, pin->name, &page, m->diag);
	for (size_t i = 0; s == OK && i < page->n_files; i++) {
		const struct index_file *f = &page->files[i];
		bool is_late = m->request->exclude_newer != INT64_MAX && !is_local(f) &&
			       (!f->has_upload_time || f->upload_time > m->request->exclude_newer);
		if (f->kind == INDEX_WHEEL && f->has_digest && !f->yanked && !is_late &&
		    version_compare(&f->version, &pin->file.version) == 0)
			add_file(m, list, f);
	}
	return s;
}

static int compare_files(const void *a, const void *b)
{
	return bytes_compare(((const struct pylock_file *)a)->filename, ((const struct pylock_file *)b)->filename);
}

/* ---- packages ---- */

static const struct lock_pin *pin_of(const struct lock_target *t, struct bytes name)
{
	for (size_t i = 0; i < t->result.n_pins; i++)
		if (bytes_equal(t->result.pins[i].name, name))
			return &t->result.pins[i];
	return NULL;
}

/* One version of a project: for whom, and which files. */
static enum status make_package(struct making *m, const struct lock_pin *pin, struct pylock_package *ret)
{
	struct file_list files = { NULL, 0 };
	*ret = (struct pylock_package){ .name = pin->name, .version = pin->version };
	for (size_t t = 0; t < m->request->n_targets; t++) {
		const struct lock_pin *own = pin_of(&m->request->targets[t], pin->name);
		m->has[t] = own && bytes_equal(own->version, pin->version);
		if (!m->has[t])
			continue;
		add_file(m, &files, own->file.built_from ? own->file.built_from : &own->file);
		enum status s = m->request->universal ? add_all_wheels(m, &files, &m->request->targets[t], own) : OK;
		if (s)
			return s;
	}
	qsort(files.items, files.n, sizeof *files.items, compare_files);
	ret->files = files.items;
	ret->n_files = files.n;
	ret->marker = marker_of(m);
	if (strcmp(pin->file.hash_source, "index") == 0) /* not a folder's, nor that of a URL */
		ret->index = pin->file.index;
	if (pin->file.requires_python.size)
		ret->requires_python = pin->file.requires_python;
	return OK;
}

/* Two targets that markers do not tell apart, glibc and musl say, must agree. */
static enum status check_apart(const struct making *m, const struct lock_pin *pin, size_t target)
{
	for (size_t t = 0; t < m->request->n_targets; t++) {
		bool is_same = true;
		for (size_t f = 0; f < COUNT(fields); f++)
			is_same = is_same && bytes_equal(field_of(m, t, f), field_of(m, target, f));
		const struct lock_pin *other = pin_of(&m->request->targets[t], pin->name);
		const struct bytes version = other ? other->version : BYTES("none");
		if (is_same && (!other || !bytes_equal(other->version, pin->version)))
			return fail(m->diag, ERR_RESOLVE, 0,
				    "'%.*s' is %.*s for one target and %.*s for another that no marker tells apart",
				    BYTES_ARG(pin->name), BYTES_ARG(pin->version), BYTES_ARG(version));
	}
	return OK;
}

static bool is_made(const struct pylock_package *packages, size_t n, const struct lock_pin *pin)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(packages[i].name, pin->name) && bytes_equal(packages[i].version, pin->version))
			return true;
	return false;
}

static enum status make_packages(struct making *m, struct pylock *ret)
{
	struct pylock_package *packages = NULL;
	size_t n = 0;
	for (size_t t = 0; t < m->request->n_targets; t++) {
		const struct lock_result *r = &m->request->targets[t].result;
		for (size_t i = 0; i < r->n_pins; i++) {
			enum status s = check_apart(m, &r->pins[i], t);
			if (s)
				return s;
			if (is_made(packages, n, &r->pins[i]))
				continue;
			packages = arena_grow(m->arena, packages, n, sizeof *packages);
			s = make_package(m, &r->pins[i], &packages[n++]);
			if (s)
				return s;
		}
	}
	ret->packages = packages;
	ret->n_packages = n;
	return OK;
}

/* ---- the whole ---- */

static struct bytes requires_python(const struct making *m)
{
	const struct interpreter *least = m->request->targets[0].python;
	for (size_t t = 1; t < m->request->n_targets; t++) {
		const struct interpreter *p = m->request->targets[t].python;
		if (p->major < least->major || (p->major == least->major && p->minor < least->minor))
			least = p;
	}
	return bytes_of(arena_printf(m->arena, m->varies[0] ? ">=%u.%u" : "==%u.%u.*", least->major, least->minor));
}

static bool has_text(const struct bytes *items, size_t n, struct bytes text)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_equal(items[i], text))
			return true;
	return false;
}

enum status lock_make(const struct lock_make_request *request, struct arena *a, struct pylock *ret, struct diag *d)
{
	struct making m = { .request = request, .arena = a, .diag = d, .has = ARENA_ARRAY(a, bool, request->n_targets) };
	struct bytes *environments = ARENA_ARRAY(a, struct bytes, request->n_targets);
	struct bytes *targets = ARENA_ARRAY(a, struct bytes, request->n_targets);
	find_varying(&m);
	ret->n_environments = ret->n_targets = 0;
	for (size_t t = 0; t < request->n_targets; t++) {
		struct bytes environment = environment_of(&m, t);
		if (has_text(environments, ret->n_environments, environment))
			continue;
		environments[ret->n_environments++] = environment;
		targets[ret->n_targets++] = bytes_of(arena_printf(a, "%.*s %.*s %.*s %.*s", BYTES_ARG(field_of(&m, t, 3)),
								  BYTES_ARG(field_of(&m, t, 0)), BYTES_ARG(field_of(&m, t, 1)),
								  BYTES_ARG(field_of(&m, t, 2))));
	}
	ret->environments = environments;
	ret->targets = targets;
	ret->requires_python = requires_python(&m);
	ret->universal = request->universal;
	return make_packages(&m, ret);
}

/* ---- changes ---- */

static const struct pylock_package *find(const struct pylock *lock, const struct pylock_package *like, bool by_version)
{
	for (size_t i = 0; i < lock->n_packages; i++) {
		const struct pylock_package *p = &lock->packages[i];
		if (bytes_equal(p->name, like->name) && (!by_version || bytes_equal(p->version, like->version)))
			return p;
	}
	return NULL;
}

size_t lock_compare(const struct pylock *before, const struct pylock *after, lock_change *told, void *context)
{
	size_t n = 0;
	const struct bytes none = { NULL, 0 };
	for (size_t i = 0; i < after->n_packages; i++) {
		const struct pylock_package *p = &after->packages[i], *old = find(before, p, false);
		if (find(before, p, true))
			continue;
		n++;
		if (told)
			told(context, old ? "updated" : "added", p->name, old ? old->version : none, p->version);
	}
	for (size_t i = 0; i < before->n_packages; i++) {
		const struct pylock_package *p = &before->packages[i];
		if (find(after, p, false))
			continue;
		n++;
		if (told)
			told(context, "removed", p->name, p->version, none);
	}
	return n;
}
