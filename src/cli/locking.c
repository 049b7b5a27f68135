#include "cli/locking.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "cli/artefact.h"
#include "cli/built.h"
#include "cli/deps_policy.h"
#include "cli/settings_parts.h"
#include "host/file.h"

enum { RECORD_MAX = 64 << 20 };

enum status lock_file_read(const struct run_context *run, const char *path, struct arena *a, struct lock_file *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	CLEANUP(buf_done) struct buf record;
	struct stat st;
	buf_init(&text, PYLOCK_SIZE_MAX);
	buf_init(&record, RECORD_MAX);
	/* It comes with the source: no link leads out of there, no pipe holds us. */
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fail(d, errno == ENOENT ? ERR_ABSENT : ERR_USAGE, 0, "the lock '%s': %s", path,
			    errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return fail(d, ERR_USAGE, 0, "the lock '%s' is not a regular file", path);
	enum status s = file_read_fd(fd, &text, d);
	if (s == OK)
		s = helper_call(run, "hwb-parse", "pylock", buf_bytes(&text), NULL, 0, &record, d);
	if (s == OK)
		s = pylock_record_read(buf_bytes(&record), a, &ret->lock, d);
	if (s == OK) {
		ret->path = path;
		ret->text = arena_copy(a, buf_bytes(&text));
		return OK;
	}
	(void)explain(d, "the lock '%s'", path);
	return s == ERR_FORMAT || s == ERR_IO ? recode(d, ERR_USAGE) : s;
}

/* Nobody is there to read a warning. */
static bool is_strict(const struct pipeline *p)
{
	return p->settings->lock.locked || p->settings->ci_provider || p->lock_file->is_named;
}

static enum status note_opened(struct pipeline *p, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	struct sha256 sum = sha256_of(p->lock_file->text);
	sha256_text(&sum, digest);
	return audit_note(p->run->audit, false, d, "lock.opened", "path", p->lock_file->path, "sha256", digest, NULL);
}

enum status locking_open(struct pipeline *p, const struct source_word *word, struct diag *d)
{
	const struct settings *set = p->settings;
	const char *path = set->lock.file;
	if (set->lock.none)
		return OK;
	if (!path && word->kind == SOURCE_DIRECTORY)
		path = arena_printf(p->arena, "%.*s/" LOCKING_FILE_NAME, BYTES_ARG(word->path));
	if (set->lock.file && !pylock_is_name(bytes_of(set->lock.file))) {
		/* Requirements with hashes: as constraints, and there is no choice beside them. */
		strings_add(&p->settings->constraints, p->arena, bytes_of(set->lock.file));
		p->settings->lock.require_hashes = true;
		return OK;
	}
	struct lock_file *file = ARENA_NEW(p->arena, struct lock_file);
	struct diag why = { 0 };
	enum status s = path ? lock_file_read(p->run, path, p->arena, file, &why) : ERR_ABSENT;
	if (s == OK) {
		file->is_named = set->lock.file != NULL;
		p->lock_file = file;
		return note_opened(p, d);
	}
	if (s != ERR_ABSENT || set->lock.file) {
		if (d)
			*d = why;
		return s == ERR_ABSENT ? recode(d, ERR_USAGE) : s;
	}
	if (!set->lock.locked)
		return OK;
	(void)fail(d, ERR_RESOLVE, 0, "--locked, and there is no lock%s%s", path ? ": " : "", path ? path : "");
	return remedy(d, path ? "make one: hwb lock" : "a lock inside of a fetched source does not count: name one with --lock FILE");
}

static enum status read_constraints(const struct pipeline *p, struct lock_request *request, struct diag *d)
{
	struct lock_constraint *all = NULL;
	size_t n = 0;
	for (size_t i = 0; i < p->settings->constraints.n; i++) {
		const char *file = p->settings->constraints.items[i];
		struct lock_constraint *some;
		size_t n_some;
		enum status s = artefact_read_constraints(file, p->arena, &some, &n_some, d);
		if (s)
			return s;
		struct lock_constraint *joined = ARENA_ARRAY(p->arena, struct lock_constraint, n + n_some);
		bytes_copy(joined, bytes_make(all, n * sizeof *all));
		bytes_copy(joined + n, bytes_make(some, n_some * sizeof *some));
		all = joined;
		n += n_some;
	}
	request->constraints = all;
	request->n_constraints = n;
	return OK;
}

enum status locking_request(struct pipeline *p, const struct bytes *more, size_t n_more, struct lock_request *ret, struct diag *d)
{
	const struct project *project = &p->source.project;
	const struct settings *set = p->settings;
	struct bytes *requires = ARENA_ARRAY(p->arena, struct bytes, project->n_requires + n_more);
	bytes_copy(requires, bytes_make(project->requires, project->n_requires * sizeof *requires));
	bytes_copy(requires + project->n_requires, bytes_make(more, n_more * sizeof *more));
	*ret = (struct lock_request){
		.requires = requires,
		.n_requires = project->n_requires + n_more,
		.python = &p->python.interpreter,
		.origin = BYTES("[build-system] requires"),
		.hints = p->hints,
		.n_hints = p->n_hints,
		.allow_prereleases = set->allow_prereleases,
		.offline = set->offline,
		.distrusts_cache = set->ci_provider != NULL || index_cache_is_foreign(p->index),
		.exclude_newer = set->exclude_newer,
	};
	deps_policy_fill(set, p->arena, ret);
	ret->builder = built_builder(p);
	return read_constraints(p, ret, d);
}

/* As pip has it: one hash, and every distribution needs one. */
static bool wants_hashes(const struct pipeline *p, const struct lock_request *request)
{
	for (size_t i = 0; !p->settings->lock.no_require_hashes && i < request->n_constraints; i++)
		if (request->constraints[i].n_digests)
			return true;
	return p->settings->lock.require_hashes;
}

static enum status check_hashes(const struct pipeline *p, const struct lock_request *request, struct diag *d)
{
	if (!wants_hashes(p, request))
		return OK;
	for (size_t i = 0; i < p->lock.n_pins; i++) {
		const struct lock_pin *pin = &p->lock.pins[i];
		char digest[SHA256_TEXT_SIZE];
		if (strcmp(pin->hash_source, "constraint") == 0 || strcmp(pin->hash_source, "lock") == 0 ||
		    strcmp(pin->hash_source, "url") == 0)
			continue;
		sha256_text(&pin->file.digest, digest);
		(void)fail(d, ERR_HASH, 0, "no hash is given for '%.*s' %.*s, and hashes are required", BYTES_ARG(pin->name),
			   BYTES_ARG(pin->version));
		return remedy(d, "if '%.*s' is the right file: %.*s==%.*s --hash=sha256:%s; or --no-require-hashes",
			      BYTES_ARG(pin->file.filename), BYTES_ARG(pin->name), BYTES_ARG(pin->version), digest);
	}
	return OK;
}

/* ---- does it still fit? ---- */

/* The first requirement that only one of the two has, for the message. */
static struct bytes lacks(const struct bytes *has, size_t n_has, const struct bytes *wants, size_t n_wants)
{
	for (size_t i = 0; i < n_wants; i++) {
		size_t k = 0;
		while (k < n_has && !bytes_equal(has[k], wants[i]))
			k++;
		if (k == n_has)
			return wants[i];
	}
	return (struct bytes){ NULL, 0 };
}

static enum status check_input(const struct pipeline *p, struct diag *d)
{
	const struct project *project = &p->source.project;
	const struct pylock *lock = &p->lock_file->lock;
	struct sha256 input = pylock_input(project->requires, project->n_requires, project->backend);
	if (p->parent || !lock->has_input || sha256_equal(&input, &lock->input))
		return OK;
	struct bytes more = lacks(lock->requires, lock->n_requires, project->requires, project->n_requires);
	struct bytes less = lacks(project->requires, project->n_requires, lock->requires, lock->n_requires);
	(void)fail(d, ERR_RESOLVE, 0, "the lock '%s' is out of date: [build-system] %s%.*s%s%s%.*s%s", p->lock_file->path,
		   more.data ? "now has '" : "", BYTES_ARG(more), more.data ? "'" : "", less.data ? " and no longer '" : "",
		   BYTES_ARG(less),
		   less.data   ? "'"
		   : more.data ? ""
			       : "is another one");
	return remedy(d, "bring it up to date: hwb lock");
}

void locking_hints(const struct pylock *lock, struct arena *a, const struct lock_hint **ret, size_t *ret_n)
{
	struct lock_hint *hints = ARENA_ARRAY(a, struct lock_hint, lock->n_packages);
	*ret_n = 0;
	for (size_t i = 0; i < lock->n_packages; i++)
		if (lock->packages[i].version.data)
			hints[(*ret_n)++] = (struct lock_hint){ lock->packages[i].name, lock->packages[i].version };
	*ret = hints;
}

static enum status resolve(struct pipeline *p, struct lock_request *request, struct diag *d)
{
	struct diag why = { 0 };
	if (!p->lock_file)
		return lock_run(p->run, request, p->index, p->arena, &p->lock, d);
	enum status s = check_input(p, &why);
	if (s == OK)
		s = lock_run_locked(p->run, request, &p->lock_file->lock, p->lock_file->path, p->index, p->arena, &p->lock, &why);
	if (s == ERR_RESOLVE && !is_strict(p)) {
		if (!p->said_stale)
			console_warning(p->console, "%s; its versions are preferred, 'hwb lock' brings it up to date", why.text);
		p->said_stale = true;
		locking_hints(&p->lock_file->lock, p->arena, &request->hints, &request->n_hints);
		return lock_run(p->run, request, p->index, p->arena, &p->lock, d);
	}
	if (s && d)
		*d = why;
	return s;
}

enum status locking_resolve(struct pipeline *p, struct lock_request *request, struct diag *d)
{
	enum status s = resolve(p, request, d);
	return s ? s : check_hashes(p, request, d);
}
