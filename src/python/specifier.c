#include "python/specifier.h"

#include "python/scan.h"

/* Longer operators first where one starts another. */
static const struct {
	struct bytes text;
	enum specifier_op op;
	bool prefix_allowed, local_allowed;
	size_t release_min; /* ~=1 would mean nothing: PEP 440 "Compatible release" */
} operators[] = {
	{ LIT("==="), SPECIFIER_ARBITRARY, false, false, 0 }, { LIT("=="), SPECIFIER_EQUAL, true, true, 1 },
	{ LIT("!="), SPECIFIER_NOT_EQUAL, true, true, 1 },    { LIT("~="), SPECIFIER_COMPATIBLE, false, false, 2 },
	{ LIT("<="), SPECIFIER_AT_MOST, false, false, 1 },    { LIT(">="), SPECIFIER_AT_LEAST, false, false, 1 },
	{ LIT("<"), SPECIFIER_LESS, false, false, 1 },        { LIT(">"), SPECIFIER_GREATER, false, false, 1 },
};

/* The row of the operator at the front of text, COUNT(operators) for none. */
static size_t find_operator(struct bytes text)
{
	size_t i = 0;
	while (i < COUNT(operators) && !bytes_starts(text, operators[i].text))
		i++;
	return i;
}

static struct bytes operator_text(enum specifier_op op)
{
	size_t i = 0;
	while (operators[i].op != op)
		i++;
	return operators[i].text;
}

/* What may stand behind ===: anything but blanks, ';' and ')'. */
static size_t arbitrary_prefix(struct bytes text)
{
	size_t n = 0;
	while (n < text.size && !byte_is_blank(text.data[n]) && text.data[n] != ';' && text.data[n] != ')')
		n++;
	return n;
}

/* Only digits, dots and an epoch: the one shape ".*" may follow. */
static bool is_bare_release(struct bytes text)
{
	size_t from = text.size > 0 && byte_lower(text.data[0]) == 'v' ? 1 : 0;
	for (size_t i = from; i < text.size; i++)
		if (!byte_is_digit(text.data[i]) && text.data[i] != '.' && text.data[i] != '!')
			return false;
	return true;
}

size_t specifier_clause_prefix(struct bytes text)
{
	size_t row = find_operator(text);
	if (row == COUNT(operators))
		return 0;
	size_t at = operators[row].text.size;
	while (at < text.size && byte_is_blank(text.data[at]))
		at++;
	struct bytes rest = bytes_from(text, at);
	if (operators[row].op == SPECIFIER_ARBITRARY)
		return at + arbitrary_prefix(rest);
	size_t size = version_prefix(rest);
	if (size == 0)
		return 0;
	struct bytes version = bytes_part(rest, 0, size);
	if (!operators[row].local_allowed)
		size = bytes_find(version, '+');
	else if (is_bare_release(version) && bytes_starts(bytes_from(rest, size), BYTES(".*")))
		size += 2;
	return at + size;
}

static enum status parse_arbitrary(struct bytes text, struct arena *a, struct specifier_clause *ret, struct diag *d)
{
	if (arbitrary_prefix(text) != text.size || !bytes_is_utf8(text))
		return fail(d, ERR_FORMAT, 0, "'===%.*s' is not a version specifier: blank, ';', ')' or bad UTF-8 in it",
			    SHOWN(text));
	struct specifier_clause clause = { .op = SPECIFIER_ARBITRARY, .text = arena_copy(a, text) };
	clause.has_version = version_parse(text, a, &clause.version, NULL) == OK;
	*ret = clause;
	return OK;
}

static enum status parse_clause(struct bytes text, struct arena *a, struct specifier_clause *ret, struct diag *d)
{
	size_t row = find_operator(text);
	if (row == COUNT(operators))
		return fail(d, ERR_FORMAT, 0, "'%.*s' does not start with a comparison such as '>='", SHOWN(text));
	struct bytes version = bytes_trim(bytes_from(text, operators[row].text.size));
	if (operators[row].op == SPECIFIER_ARBITRARY)
		return parse_arbitrary(version, a, ret, d);
	struct specifier_clause clause = { .op = operators[row].op, .text = arena_copy(a, version), .has_version = true };
	if (bytes_ends(version, BYTES(".*"))) {
		version.size -= 2;
		if (!operators[row].prefix_allowed || !is_bare_release(version))
			return fail(d, ERR_FORMAT, 0, "'%.*s': '.*' goes only with == or != and a plain release", SHOWN(text));
		clause.prefix = true;
	}
	enum status s = version_parse(version, a, &clause.version, d);
	if (s != OK)
		return s;
	if (version.size != version_prefix(version)) /* "==1.0 .*" */
		return fail(d, ERR_FORMAT, 0, "'%.*s': blank inside", SHOWN(text));
	if (clause.version.n_local > 0 && !operators[row].local_allowed)
		return fail(d, ERR_FORMAT, 0, "'%.*s': a local version goes only with == or !=", SHOWN(text));
	if (clause.version.n_release < operators[row].release_min)
		return fail(d, ERR_FORMAT, 0, "'%.*s': ~= needs at least two parts, as in ~=1.0", SHOWN(text));
	*ret = clause;
	return OK;
}

/* The order of str(clause). */
static int compare_clauses(const void *x, const void *y)
{
	const struct specifier_clause *a = x, *b = y;
	struct bytes op_a = operator_text(a->op), op_b = operator_text(b->op);
	if (a->op == b->op)
		return bytes_compare(a->text, b->text);
	/* One operator may start the other ("<" and "<="): then the first byte of the version decides. */
	if (bytes_starts(op_a, op_b))
		return b->text.size == 0 || op_a.data[op_b.size] >= b->text.data[0] ? 1 : -1;
	if (bytes_starts(op_b, op_a))
		return a->text.size == 0 || op_b.data[op_a.size] >= a->text.data[0] ? -1 : 1;
	return bytes_compare(op_a, op_b);
}

static bool same_clause(const struct specifier_clause *a, const struct specifier_clause *b)
{
	if (a->op != b->op || a->prefix != b->prefix)
		return false;
	if (a->op == SPECIFIER_ARBITRARY || a->prefix)
		return bytes_equal(a->text, b->text);
	if (a->op == SPECIFIER_COMPATIBLE && a->version.n_release != b->version.n_release)
		return false;
	return version_compare(&a->version, &b->version) == 0;
}

/* Sorts and drops every clause that means the same as an earlier one. */
static void canonicalise(struct specifier_clause *clauses, size_t *n)
{
	if (*n > 1)
		qsort(clauses, *n, sizeof *clauses, compare_clauses);
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++) {
		size_t j = 0;
		while (j < kept && !same_clause(&clauses[j], &clauses[i]))
			j++;
		if (j == kept)
			clauses[kept++] = clauses[i];
	}
	*n = kept;
}

enum status specifier_parse(struct bytes text, struct arena *a, struct specifier *ret_set, struct diag *d)
{
	if (text.size > SPECIFIER_SIZE_MAX)
		return fail(d, ERR_LIMIT, SPECIFIER_SIZE_MAX, "version specifiers of %zu bytes are longer than %d", text.size,
			    SPECIFIER_SIZE_MAX);
	struct specifier_clause *clauses = NULL;
	size_t n = 0;
	struct bytes rest = text;
	while (rest.size > 0) {
		size_t at = text.size - rest.size;
		struct bytes clause = bytes_trim(bytes_cut(&rest, ','));
		if (clause.size == 0)
			continue;
		if (n == SPECIFIER_CLAUSES_MAX)
			return fail(d, ERR_LIMIT, at, "more than %d version specifiers", SPECIFIER_CLAUSES_MAX);
		clauses = arena_grow(a, clauses, n, sizeof *clauses);
		enum status s = parse_clause(clause, a, &clauses[n], d);
		if (s != OK) {
			if (d)
				d->offset = at;
			return s;
		}
		n++;
	}
	canonicalise(clauses, &n);
	*ret_set = (struct specifier){ clauses, n };
	return OK;
}

static bool is_equal(const struct specifier_clause *c, const struct version *v)
{
	if (c->prefix)
		return version_has_prefix(v, &c->version, c->version.n_release);
	/* A clause without a local part takes every local version of its own (PEP 440, "Version matching"). */
	return c->version.n_local > 0 ? version_compare(v, &c->version) == 0 : version_same_public(v, &c->version);
}

/* <V is not met by the pre-releases of V, unless V is one. */
static bool is_less(const struct version *v, const struct version *limit)
{
	if (version_is_prerelease(limit))
		return version_compare(v, limit) < 0;
	struct version first = version_public(limit);
	first.has_dev = true;
	first.dev_n = BYTES("0");
	return version_compare(v, &first) < 0;
}

/* >V is not met by the local versions of V, nor by its post-releases, unless V is a post-release or dev release. */
static bool is_greater(const struct version *v, const struct version *limit)
{
	if (version_compare(v, limit) <= 0 || version_same_public(v, limit))
		return false;
	if (limit->has_dev || limit->has_post)
		return true;
	struct version family = version_public(v);
	family.has_post = family.has_dev = false;
	return !version_same_public(&family, limit);
}

static bool clause_contains(const struct specifier_clause *c, const struct version *v, struct bytes text)
{
	if (c->op == SPECIFIER_ARBITRARY)
		return bytes_equal_nocase(c->text, text);
	if (!v)
		return false;
	switch (c->op) {
	case SPECIFIER_EQUAL:
		return is_equal(c, v);
	case SPECIFIER_NOT_EQUAL:
		return !is_equal(c, v);
	case SPECIFIER_COMPATIBLE:
		return version_compare(v, &c->version) >= 0 && version_has_prefix(v, &c->version, c->version.n_release - 1);
	case SPECIFIER_AT_MOST:
		return version_compare(v, &c->version) <= 0 || version_same_public(v, &c->version);
	case SPECIFIER_AT_LEAST:
		return version_compare(v, &c->version) >= 0;
	case SPECIFIER_LESS:
		return is_less(v, &c->version);
	case SPECIFIER_GREATER:
		return is_greater(v, &c->version);
	case SPECIFIER_ARBITRARY:
		break;
	}
	return false;
}

bool specifier_contains(const struct specifier *set, const struct version *version, struct bytes text,
			enum specifier_prereleases prereleases)
{
	if (version && prereleases == SPECIFIER_DENY && version_is_prerelease(version))
		return false;
	for (size_t i = 0; i < set->n_clauses; i++)
		if (!clause_contains(&set->clauses[i], version, text))
			return false;
	return true;
}

bool specifier_names_prerelease(const struct specifier *set)
{
	for (size_t i = 0; i < set->n_clauses; i++) {
		const struct specifier_clause *c = &set->clauses[i];
		if (c->op != SPECIFIER_NOT_EQUAL && !c->prefix && c->has_version && version_is_prerelease(&c->version))
			return true;
	}
	return false;
}

void specifier_write(const struct specifier *set, struct buf *out)
{
	for (size_t i = 0; i < set->n_clauses; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		buf_add(out, operator_text(set->clauses[i].op));
		buf_add(out, set->clauses[i].text);
	}
}
