#include "lock/explain.h"

#include "lock/causes.h"
#include "lock/obstacles.h"

/* Links of a chain and chains of a conflict that are shown: more than a person reads. The diag is cut anyway. */
enum { LINKS_MAX = 12, CHAINS_MAX = 6, WORDS_MAX = DIAG_TEXT_SIZE };

static void put_version(const struct version *v, struct buf *out)
{
	buf_add_byte(out, ' ');
	version_write(v, out);
}

static void put_parent(const struct resolver *r, const struct want *w, struct buf *out)
{
	if (!w->parent) {
		buf_add(out, r->request->origin);
		return;
	}
	buf_add(out, w->parent->name);
	if (w->extra.size) {
		buf_add_byte(out, '[');
		buf_add(out, w->extra);
		buf_add_byte(out, ']');
	}
	put_version(&w->candidate->file->version, out);
}

/* Why the parent of a want is there: what asked for the extra, else the first that wanted it. Always further down the stack. */
static size_t cause_of(const struct resolver *r, size_t want)
{
	const struct want *w = &r->wants[want];
	if (!w->parent)
		return NO_WANT;
	return w->via != NO_WANT ? w->via : w->parent->wants[0];
}

static void put_chain(const struct resolver *r, size_t want, struct buf *out)
{
	size_t links[LINKS_MAX], n = 0;
	for (size_t i = want; i != NO_WANT; i = cause_of(r, i)) {
		if (n == LINKS_MAX) {
			buf_add_string(out, "..., ");
			break;
		}
		links[n++] = i;
	}
	while (n-- > 0) {
		const struct want *w = &r->wants[links[n]];
		put_parent(r, w, out);
		buf_printf(out, " want%s '%.*s'%s", w->parent ? "s" : "", BYTES_ARG(bytes_part(w->demand->text, 0, 300)),
			   n ? ", " : "");
	}
}

enum status explain_wanted(const struct resolver *r, size_t want, struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	buf_init(&words, 16 * WORDS_MAX);
	put_chain(r, want, &words);
	return explain(d, "%s", buf_string(&words));
}

enum status explain_chain_of(const struct resolver *r, const struct package *p, struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	if (!d || !p || !p->n_wants)
		return ERR_LIMIT;
	buf_init(&words, 16 * WORDS_MAX);
	put_chain(r, p->wants[0], &words);
	size_t at = strlen(d->text);
	(void)snprintf(d->text + at, sizeof d->text - at, ": %s", buf_string(&words));
	return d->code;
}

enum status explain_failure(const struct diag *first, struct diag *d)
{
	if (d)
		*d = *first;
	return first->code;
}

/* ---- one want that nothing meets ---- */

static bool admits_any(const struct want *w)
{
	for (size_t i = 0; i < w->demand->package->n_candidates; i++)
		if (w->demand->admits[i])
			return true;
	return false;
}

static enum status explain_alone(const struct resolver *r, size_t want, struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	buf_init(&words, 32 * WORDS_MAX);
	put_chain(r, want, &words);
	buf_add_string(&words, "; ");
	enum status s = obstacles_describe(&r->rules, r->wants[want].demand, &words);
	(void)fail(d, s, 0, "%s", buf_string(&words));
	const struct package *p = r->wants[want].demand->package;
	if (p->absent_help)
		(void)remedy(d, "%s", p->absent_help);
	return s;
}

/* ---- candidates that their own metadata excludes ---- */

/* The best one that all wants admit; NULL when there is none. */
static const struct candidate *find_refused(const struct resolver *r, const struct package *p)
{
	for (size_t i = 0; i < p->n_candidates; i++) {
		size_t want;
		if (!causes_is_viable(r, p, &p->candidates[i], &want) && p->candidates[i].refused)
			return &p->candidates[i];
	}
	return NULL;
}

static enum status explain_refused(const struct resolver *r, const struct package *p, const struct candidate *c, struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	buf_init(&words, 32 * WORDS_MAX);
	put_chain(r, p->wants[0], &words);
	buf_add_string(&words, "; ");
	buf_add(&words, p->name);
	put_version(&c->file->version, &words);
	buf_printf(&words, " cannot be used: %s", c->refused);
	return fail(d, ERR_RESOLVE, 0, "%s", buf_string(&words));
}

/* ---- several wants that do not go together ---- */

/* Marks, for each candidate, the first want that excludes it: together they exclude all. Returns how many are marked. */
static size_t mark_excluding(const struct resolver *r, const struct package *p, size_t *ret_wants, bool *ret_prerelease)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_candidates; i++) {
		size_t want, k = 0;
		if (causes_is_viable(r, p, &p->candidates[i], &want))
			continue;
		if (want == NO_WANT) {
			*ret_prerelease = *ret_prerelease || !p->candidates[i].refused;
			continue;
		}
		while (k < n && ret_wants[k] != want)
			k++;
		if (k == n && n < CHAINS_MAX)
			ret_wants[n++] = want;
	}
	return n;
}

static enum status explain_together(const struct resolver *r, const struct package *p, struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	size_t marked[CHAINS_MAX];
	bool prerelease = false;
	buf_init(&words, 64 * WORDS_MAX);
	buf_printf(&words, "no version of '%.*s' meets all of this: ", BYTES_ARG(p->name));
	size_t n = mark_excluding(r, p, marked, &prerelease);
	for (size_t i = 0; i < n; i++) {
		buf_add_string(&words, i ? "; " : "");
		put_chain(r, marked[i], &words);
	}
	(void)fail(d, ERR_RESOLVE, 0, "%s", buf_string(&words));
	if (d && prerelease)
		(void)remedy(d, "a pre-release would meet it: allow pre-releases, or name one in a requirement");
	return ERR_RESOLVE;
}

/* A choice that would have to change, and was changed often enough. */
static enum status explain_chosen(const struct resolver *r, const struct package *p, size_t want, struct diag *d)
{
	CLEANUP(buf_done) struct buf words;
	buf_init(&words, 64 * WORDS_MAX);
	buf_add(&words, p->name);
	put_version(&p->chosen->file->version, &words);
	buf_add_string(&words, " does not go with all that came with it: ");
	put_chain(r, p->wants[0], &words);
	buf_add_string(&words, "; ");
	put_chain(r, want, &words);
	return fail(d, ERR_RESOLVE, 0, "%s", buf_string(&words));
}

enum status explain_clash(const struct resolver *r, size_t want, struct diag *d)
{
	const struct want *w = &r->wants[want];
	const struct package *p = w->demand->package;
	if (w->demand->refused) {
		(void)fail(d, ERR_RESOLVE, 0, "%s", w->demand->refused);
		(void)explain_wanted(r, want, d);
		return ERR_RESOLVE;
	}
	if (!admits_any(w))
		return explain_alone(r, want, d);
	for (size_t i = 0; i < p->n_wants; i++)
		if (!admits_any(&r->wants[p->wants[i]]))
			return explain_alone(r, p->wants[i], d);
	size_t unused;
	bool other = false;
	for (size_t i = 0; i < p->n_candidates; i++)
		other = other || causes_is_viable(r, p, &p->candidates[i], &unused);
	if (p->chosen && other)
		return explain_chosen(r, p, want, d);
	const struct candidate *refused = find_refused(r, p);
	return refused ? explain_refused(r, p, refused, d) : explain_together(r, p, d);
}
