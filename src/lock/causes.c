#include "lock/causes.h"

static bool prereleases_count(const struct resolver *r, const struct package *p)
{
	for (size_t i = 0; i < p->n_wants; i++)
		if (r->wants[p->wants[i]].demand->prereleases)
			return true;
	return p->prereleases;
}

bool causes_is_viable(const struct resolver *r, const struct package *p, const struct candidate *c, size_t *ret_want)
{
	size_t at = (size_t)(c - p->candidates);
	*ret_want = NO_WANT;
	if (c->refused)
		return false;
	for (size_t i = 0; i < p->n_wants; i++) {
		if (!r->wants[p->wants[i]].demand->admits[at]) {
			*ret_want = p->wants[i];
			return false;
		}
	}
	return !c->prerelease || c->preferred || prereleases_count(r, p);
}

bool causes_any_viable(const struct resolver *r, const struct package *p)
{
	size_t want;
	for (size_t i = 0; i < p->n_candidates; i++)
		if (causes_is_viable(r, p, &p->candidates[i], &want))
			return true;
	return false;
}

void causes_add_level(uint64_t *causes, size_t level)
{
	causes[level / 64] |= UINT64_C(1) << (level % 64);
}

void causes_add_want(const struct resolver *r, size_t want, uint64_t *causes)
{
	for (; want != NO_WANT; want = r->wants[want].via)
		causes_add_level(causes, r->wants[want].level);
}

void causes_add_loss(const struct resolver *r, const struct candidate *c, size_t want, size_t top, uint64_t *causes)
{
	if (want != NO_WANT)
		causes_add_want(r, want, causes);
	else if (!c->refused)
		for (size_t i = 1; i < top; i++)
			causes_add_level(causes, i);
}

void causes_add_clash(const struct resolver *r, const struct package *p, uint64_t *causes)
{
	causes_add_want(r, p->wants[0], causes);
	for (size_t i = 0; i < p->n_candidates; i++) {
		size_t want;
		if (!causes_is_viable(r, p, &p->candidates[i], &want))
			causes_add_loss(r, &p->candidates[i], want, r->n_levels, causes);
	}
}
