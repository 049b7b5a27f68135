/* Which uploads and which uses are one entry for people: several tries of one file, many requests of one run. */
#include <stdlib.h>

#include "cli/responding.h"

static int compare_words(const char *const *x, const char *const *y, size_t n)
{
	int order = 0;
	for (size_t i = 0; order == 0 && i < n; i++)
		order = strcmp(x[i], y[i]);
	return order;
}

static bool is_trusted(const struct publication *p)
{
	return strcmp(p->authentication, "trusted_publisher") == 0;
}

/* Of the same bytes, at one registry, both by what leaked or both by a Trusted Publisher. */
static int compare_publications(const struct publication *x, const struct publication *y)
{
	const char *const first[] = { x->file, x->sha256, x->registry }, *const second[] = { y->file, y->sha256, y->registry };
	int order = compare_words(first, second, COUNT(first));
	return order ? order : (int)is_trusted(x) - (int)is_trusted(y);
}

static int compare_uses(const struct response_use *x, const struct response_use *y)
{
	const char *const first[] = { x->kind, x->name, x->registry }, *const second[] = { y->kind, y->name, y->registry };
	int order = compare_words(first, second, COUNT(first));
	return order ? order : (x->run > y->run) - (x->run < y->run);
}

/* Equal ones as the log has them: qsort keeps no order, and they lie in one array. */
static int by_publication(const void *x, const void *y)
{
	const struct publication *const *p = x, *const *q = y;
	int order = compare_publications(*p, *q);
	return order ? order : (*p > *q) - (*p < *q);
}

static int by_use(const void *x, const void *y)
{
	const struct response_use *const *p = x, *const *q = y;
	int order = compare_uses(*p, *q);
	return order ? order : (*p > *q) - (*p < *q);
}

static void group_publications(struct response *r)
{
	struct publication **sorted = ARENA_ARRAY(r->arena, struct publication *, r->n_publications + 1);
	for (size_t i = 0; i < r->n_publications; i++)
		sorted[i] = &r->publications[i];
	qsort(sorted, r->n_publications, sizeof *sorted, by_publication);
	for (size_t i = 0; i < r->n_publications; i++) {
		bool is_same = i && compare_publications(sorted[i - 1], sorted[i]) == 0;
		size_t at = (size_t)(sorted[i] - r->publications);
		sorted[i]->first = is_same ? sorted[i - 1]->first : at;
		sorted[i]->next = SIZE_MAX;
		if (is_same)
			sorted[i - 1]->next = at;
	}
}

static void group_uses(struct response *r)
{
	struct response_use **sorted = ARENA_ARRAY(r->arena, struct response_use *, r->n_uses + 1);
	for (size_t i = 0; i < r->n_uses; i++)
		sorted[i] = &r->uses[i];
	qsort(sorted, r->n_uses, sizeof *sorted, by_use);
	for (size_t i = 0; i < r->n_uses; i++) {
		bool is_same = i && compare_uses(sorted[i - 1], sorted[i]) == 0;
		size_t at = (size_t)(sorted[i] - r->uses);
		sorted[i]->first = is_same ? sorted[i - 1]->first : at;
		sorted[i]->next = SIZE_MAX;
		if (is_same)
			sorted[i - 1]->next = at;
	}
}

void response_group(struct response *r)
{
	group_publications(r);
	group_uses(r);
}
