/* Which sdist a name means. */
#include "base/clock.h"
#include "source/parts.h"

static bool python_fits(const struct index_file *f, const struct interpreter *python, struct arena *a)
{
	struct specifier wanted;
	struct version have;
	if (!f->requires_python.size)
		return true;
	if (specifier_parse(f->requires_python, a, &wanted, NULL) || version_parse(python->version, a, &have, NULL))
		return false;
	return specifier_contains(&wanted, &have, python->version, SPECIFIER_ALLOW);
}

static bool is_old_enough(const struct index_file *f, int64_t cutoff)
{
	if (cutoff == INT64_MAX || strcmp(f->hash_source, "local") == 0)
		return true;
	return f->has_upload_time && f->upload_time <= cutoff;
}

/* === compares text, so the version goes in as it is written. */
static bool version_fits(const struct source_word *word, const struct index_file *f, struct arena *a)
{
	CLEANUP(buf_done) struct buf text;
	buf_init(&text, 4096);
	version_write(&f->version, &text);
	return specifier_contains(&word->specifier, &f->version, arena_copy(a, buf_bytes(&text)), SPECIFIER_ALLOW);
}

/* Better: .tar.gz before .zip of the same version. */
static bool is_better(const struct index_file *f, const struct index_file *best)
{
	int c = best ? version_compare(&f->version, &best->version) : 1;
	return c > 0 || (c == 0 && bytes_ends(f->filename, BYTES(".tar.gz")));
}

/* What the index says, and that nothing here has that name either. */
static enum status refuse_name(enum status s, const struct diag *why, struct diag *d)
{
	if (d)
		*d = *why;
	if (s != ERR_ABSENT)
		return s;
	(void)fail(d, ERR_RESOLVE, 0, "%s, and no directory or archive of that name is here", why->text);
	(void)remedy(d, "%s", why->help);
	return ERR_RESOLVE;
}

enum status index_choose_sdist(const struct source_request *request, struct arena *a, const struct index_file **ret, struct diag *d)
{
	const struct source_word *word = request->word;
	const struct index_project *project;
	const struct index_file *best = NULL, *best_pre = NULL;
	size_t n_sdists = 0, n_unusable = 0, n_new = 0;
	struct diag why = { 0 };
	enum status s = index_project(request->index, word->name, &project, &why);
	if (s)
		return refuse_name(s, &why, d);
	if (project->status == INDEX_QUARANTINED)
		return fail(d, ERR_RESOLVE, 0, "the index has put '%.*s' under quarantine (PEP 792)%s%.*s", BYTES_ARG(word->name),
			    project->status_reason.size ? ": " : "", BYTES_ARG(project->status_reason));
	bool pinned = word->specifier.n_clauses > 0;
	for (size_t i = 0; i < project->n_files; i++) {
		const struct index_file *f = &project->files[i];
		n_unusable += f->kind == INDEX_SDIST && !f->has_digest;
		if (f->kind != INDEX_SDIST || !f->has_digest)
			continue;
		n_sdists++;
		if (!is_old_enough(f, request->exclude_newer)) {
			n_new++;
			continue;
		}
		if ((f->yanked && !pinned) || !python_fits(f, request->python, a) || (pinned && !version_fits(word, f, a)))
			continue;
		if (version_is_prerelease(&f->version) && is_better(f, best_pre))
			best_pre = f;
		if (!version_is_prerelease(&f->version) && is_better(f, best))
			best = f;
	}
	if (!best || request->allow_prereleases || specifier_names_prerelease(&word->specifier))
		best = best_pre && is_better(best_pre, best) ? best_pre : best;
	if (!best && !n_sdists && !n_unusable) {
		(void)fail(d, ERR_RESOLVE, 0, "'%.*s' publishes no sdists, and hwb builds from source", BYTES_ARG(word->name));
		return remedy(d, "build it from its repository: git+https://..., or from a directory");
	}
	if (!best && n_new == n_sdists) {
		char cutoff[CLOCK_TEXT_SIZE];
		clock_text(request->exclude_newer, cutoff);
		return fail(d, ERR_RESOLVE, 0,
			    "all %zu sdists of '%.*s' were uploaded after %s, or nobody says when (exclude-newer, min-age)",
			    n_sdists, BYTES_ARG(word->name), cutoff);
	}
	if (!best)
		return fail(d, ERR_RESOLVE, 0,
			    "no sdist of '%.*s' fits: the index has %zu, %zu of them too new, for this version and Python %.*s none",
			    BYTES_ARG(word->name), n_sdists, n_new, BYTES_ARG(request->python->version));
	*ret = best;
	return OK;
}
