#include "format/rst_references.h"

/* Names of different kinds never meet. */
enum space { SPACE_TARGET, SPACE_SUBSTITUTION, SPACE_SUBSTITUTION_NOCASE };

struct entry {
	enum space space;
	struct rst_text name;
	uint32_t hash;
	bool is_explicit, is_lost; /* is_lost: there were two, so that nobody can refer to it */
	struct rst_place place;
	size_t definition; /* of a substitution: its index */
	struct entry *next;
};

struct use {
	struct rst_text name;
	uint32_t line;
	size_t inside; /* of a substitution: the definition it stands in, or NOWHERE */
	bool is_footnote; /* "[1]_" or "[word]_" */
};
#define NOWHERE SIZE_MAX

struct uses {
	struct use *items;
	size_t n;
};

/* Definitions within definitions are copied each time: more levels than anybody writes are not followed. */
enum { N_BUCKETS = 4096, SUBSTITUTION_DEPTH = 6 };

struct rst_names {
	struct entry *buckets[N_BUCKETS];
	size_t n, n_definitions, current; /* current: the definition that is being read */
	struct uses references, aliases, substitutions, auto_references, footnotes;
	size_t n_anonymous_references, n_anonymous_targets, n_symbol_references, n_symbols;
	uint32_t anonymous_line, symbol_line;
	unsigned *depths; /* of definitions, when known */
};

struct rst_names *rst_names_make(struct arena *a)
{
	struct rst_names *names = ARENA_NEW(a, struct rst_names);
	names->current = NOWHERE;
	return names;
}

static uint32_t hash_of(enum space space, struct rst_text name)
{
	uint32_t h = 2166136261u + (uint32_t)space;
	for (size_t i = 0; i < name.n; i++)
		h = (h ^ name.c[i]) * 16777619u;
	return h ^ h >> 15;
}

static struct entry *find(const struct rst *r, enum space space, struct rst_text name)
{
	uint32_t hash = hash_of(space, name);
	struct entry *e = r->names->buckets[hash % N_BUCKETS];
	while (e && (e->hash != hash || e->space != space || !rst_equal(e->name, name)))
		e = e->next;
	return e;
}

static bool has_room(struct rst *r, uint32_t line)
{
	if (r->names->n++ < RST_MAX_NAMES)
		return true;
	rst_unknown(r, line, "it has more than %d names and references", RST_MAX_NAMES);
	return false;
}

static struct entry *add(struct rst *r, enum space space, struct rst_text name, uint32_t line)
{
	struct entry *e = ARENA_NEW(r->a, struct entry);
	if (!has_room(r, line))
		return NULL;
	e->space = space;
	e->name = name;
	e->hash = hash_of(space, name);
	e->next = r->names->buckets[e->hash % N_BUCKETS];
	r->names->buckets[e->hash % N_BUCKETS] = e;
	return e;
}

static void note(struct rst *r, struct uses *uses, struct rst_text name, uint32_t line)
{
	if (!has_room(r, line))
		return;
	uses->items = arena_grow(r->a, uses->items, uses->n, sizeof *uses->items);
	uses->items[uses->n++] = (struct use){ .name = name, .line = line, .inside = r->names->current };
}

/* ---- targets ---- */

static bool same_place(const struct rst_place *a, const struct rst_place *b)
{
	return ((a->has_uri && b->has_uri) || (a->has_alias && b->has_alias)) && rst_equal(a->to, b->to);
}

bool rst_target_explicit(struct rst *r, struct rst_text name, struct rst_place place, uint32_t line)
{
	struct entry *e = find(r, SPACE_TARGET, name);
	if (!e) {
		e = add(r, SPACE_TARGET, name, line);
		if (e) {
			e->place = place;
			e->is_explicit = true;
		}
		return false;
	}
	bool was_explicit = e->is_explicit, was_lost = e->is_lost;
	e->is_explicit = true;
	r->n_messages++;
	if (!was_lost && same_place(&place, &e->place))
		return true;
	if (was_explicit) {
		rst_fails(r, line, "the target '%s' is there twice", rst_say(name, r->a));
		return false;
	}
	e->is_lost = false;
	e->place = place;
	return !was_lost;
}

bool rst_target_implicit(struct rst *r, struct rst_text name, struct rst_place place, uint32_t line)
{
	struct entry *e = find(r, SPACE_TARGET, name);
	if (!e) {
		e = add(r, SPACE_TARGET, name, line);
		if (e)
			e->place = place;
		return false;
	}
	r->n_messages++;
	if (!e->is_explicit && !(!e->is_lost && same_place(&place, &e->place)))
		e->is_lost = true;
	return true;
}

bool rst_target_is_there(const struct rst *r, struct rst_text name)
{
	return find(r, SPACE_TARGET, name) != NULL;
}

void rst_alias_note(struct rst *r, struct rst_text alias, uint32_t line)
{
	note(r, &r->names->aliases, alias, line);
}

void rst_reference_note(struct rst *r, struct rst_text name, uint32_t line)
{
	r->n_references++;
	note(r, &r->names->references, name, line);
}

void rst_anonymous_reference_note(struct rst *r, uint32_t line)
{
	r->n_references++;
	r->names->n_anonymous_references++;
	r->names->anonymous_line = line;
	if (r->in_substitution)
		rst_fails(r, line, "an anonymous reference stands in a substitution definition");
}

void rst_anonymous_target_note(struct rst *r, uint32_t line)
{
	r->names->n_anonymous_targets++;
	r->names->anonymous_line = line;
}

/* Names are compared without case: what the case of these letters is, is known. */
static bool is_case_known(struct rst_text name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint32_t c = name.c[i];
		bool is_known = c < 0x180 || (c >= 0x370 && c < 0x590) || (c >= 0x2e80 && c < 0xa640) || (c >= 0xac00 && c < 0xd7a4);
		if (!is_known && rst_is(c, RST_WORD))
			return false;
	}
	return true;
}

static void unresolved(struct rst *r, const struct use *use)
{
	if (is_case_known(use->name))
		rst_fails(r, use->line, "'%s' is referred to, and no target has that name", rst_say(use->name, r->a));
	else
		rst_unknown(r, use->line, "whether '%s' is the name of a target, without regard to case", rst_say(use->name, r->a));
}

static void check_reference(struct rst *r, const struct use *use)
{
	const struct entry *e = find(r, SPACE_TARGET, use->name);
	if (!e)
		unresolved(r, use);
	else if (e->is_lost)
		rst_fails(r, use->line, "'%s' is referred to, and there are two of that name", rst_say(use->name, r->a));
	else if (use->is_footnote && (e->place.has_uri || e->place.has_alias))
		rst_unknown(r, use->line, "what becomes of the footnote '[%s]_', whose name is a link's", rst_say(use->name, r->a));
}

/* Aliases of aliases: a circle is found by walking it at two speeds. */
static void check_alias(struct rst *r, const struct use *use)
{
	enum { LONG = 100 };
	const struct entry *e = find(r, SPACE_TARGET, use->name), *slow = e;
	check_reference(r, use);
	for (size_t i = 1; e && e->place.has_alias; i++) {
		e = find(r, SPACE_TARGET, e->place.to);
		if (i % 2 == 0)
			slow = find(r, SPACE_TARGET, slow->place.to);
		if (e && e == slow) {
			rst_fails(r, use->line, "'%s' leads to itself", rst_say(use->name, r->a));
			return;
		}
		if (i == RST_MAX_NAMES || (i > LONG && (!e || !e->place.has_alias)))
			rst_unknown(r, use->line, "more than %d targets lead to each other", LONG);
	}
}

/* ---- footnotes ---- */

void rst_footnote_note(struct rst *r, struct rst_text label, uint32_t line)
{
	struct rst_place here = { 0 };
	if (rst_starts(label, "#")) {
		struct rst_text name = rst_from(label, 1);
		note(r, &r->names->footnotes, name, line);
		if (name.n)
			(void)rst_target_explicit(r, name, here, line);
	} else if (rst_starts(label, "*")) {
		r->names->n_symbols++;
	} else {
		(void)rst_target_explicit(r, label, here, line);
	}
}

void rst_footnote_reference_note(struct rst *r, struct rst_text label, uint32_t line)
{
	if (r->in_substitution)
		rst_fails(r, line, "a reference to the footnote '%s' stands in a substitution definition", rst_say(label, r->a));
	if (rst_starts(label, "#")) {
		note(r, &r->names->auto_references, rst_from(label, 1), line);
	} else if (rst_starts(label, "*")) {
		r->names->n_symbol_references++;
		r->names->symbol_line = line;
	} else {
		rst_reference_note(r, label, line);
		if (r->names->references.n)
			r->names->references.items[r->names->references.n - 1].is_footnote = true;
	}
}

static struct rst_text decimal(size_t n, struct arena *a)
{
	uint32_t *out = ARENA_ARRAY(a, uint32_t, 20);
	size_t size = 20;
	do
		out[--size] = '0' + (uint32_t)(n % 10);
	while (n /= 10);
	return (struct rst_text){ out + size, 20 - size };
}

/* Automatic footnotes take the numbers that are free, and those without a name can then be referred to by number. */
static size_t number_footnotes(struct rst *r)
{
	size_t next = 1, n_unnamed = 0;
	for (size_t i = 0; i < r->names->footnotes.n && rst_going(r); i++) {
		const struct use *footnote = &r->names->footnotes.items[i];
		struct rst_text number;
		do
			number = decimal(next++, r->a);
		while (find(r, SPACE_TARGET, number));
		if (!footnote->name.n) {
			(void)rst_target_explicit(r, number, (struct rst_place){ 0 }, footnote->line);
			n_unnamed++;
		}
	}
	return n_unnamed;
}

static bool is_automatic(const struct rst *r, struct rst_text name)
{
	for (size_t i = 0; i < r->names->footnotes.n; i++)
		if (rst_equal(r->names->footnotes.items[i].name, name))
			return true;
	return false;
}

static void check_footnotes(struct rst *r)
{
	struct rst_names *names = r->names;
	size_t n_unnamed = number_footnotes(r), n_wanted = 0;
	if (names->auto_references.n > 1000 && names->footnotes.n > 1000)
		rst_unknown(r, 0, "it has more than 1000 automatic footnotes");
	for (size_t i = 0; i < names->auto_references.n && rst_going(r); i++) {
		const struct use *use = &names->auto_references.items[i];
		bool is_named = use->name.n && is_automatic(r, use->name);
		if (!is_named && use->name.n && find(r, SPACE_TARGET, use->name))
			rst_unknown(r, use->line, "whether '[#%s]_' is a footnote or a link", rst_say(use->name, r->a));
		n_wanted += !is_named; /* one of a name that no automatic footnote has takes the next without a name */
		if (n_wanted > n_unnamed)
			rst_fails(r, use->line, "there are more references to automatic footnotes than such footnotes");
	}
	if (names->n_symbol_references > names->n_symbols)
		rst_fails(r, names->symbol_line, "there are more references to footnotes '[*]' than such footnotes");
}

/* ---- substitutions ---- */

void rst_substitution_begin(struct rst *r, struct rst_text name, uint32_t line)
{
	struct rst_text exact = rst_name(name, false, r->a), lower = rst_name(name, true, r->a);
	struct entry *e;
	if (find(r, SPACE_SUBSTITUTION, exact))
		rst_fails(r, line, "the substitution '%s' is defined twice", rst_say(exact, r->a));
	else
		(void)add(r, SPACE_SUBSTITUTION, exact, line);
	e = find(r, SPACE_SUBSTITUTION_NOCASE, lower);
	if (!e)
		e = add(r, SPACE_SUBSTITUTION_NOCASE, lower, line);
	r->names->current = r->names->n_definitions++;
	if (e)
		e->definition = r->names->current;
	r->in_substitution = true;
}

void rst_substitution_end(struct rst *r)
{
	r->names->current = NOWHERE;
	r->in_substitution = false;
}

void rst_substitution_reference_note(struct rst *r, struct rst_text name, uint32_t line)
{
	note(r, &r->names->substitutions, rst_name(name, true, r->a), line);
}

/* How deep definition i is made of others, 1: of none. Recursion: SUBSTITUTION_DEPTH. */
static unsigned definition_depth(struct rst *r, size_t definition, unsigned level, uint32_t line)
{
	struct rst_names *names = r->names;
	unsigned deepest = 0;
	if (names->depths[definition])
		return names->depths[definition];
	if (level > SUBSTITUTION_DEPTH) {
		rst_unknown(r, line, "substitutions are made of each other more than %d deep", SUBSTITUTION_DEPTH);
		return 1;
	}
	for (size_t i = 0; i < names->substitutions.n && rst_going(r); i++) {
		const struct use *use = &names->substitutions.items[i];
		const struct entry *e = use->inside == definition ? find(r, SPACE_SUBSTITUTION_NOCASE, use->name) : NULL;
		unsigned depth = e ? definition_depth(r, e->definition, level + 1, use->line) : 0;
		deepest = depth > deepest ? depth : deepest;
	}
	names->depths[definition] = deepest + 1;
	return deepest + 1;
}

static void check_substitutions(struct rst *r)
{
	struct rst_names *names = r->names;
	size_t n_nested = 0;
	names->depths = ARENA_ARRAY(r->a, unsigned, names->n_definitions + 1);
	for (size_t i = 0; i < names->substitutions.n && rst_going(r); i++) {
		const struct use *use = &names->substitutions.items[i];
		n_nested += use->inside != NOWHERE;
		if (!find(r, SPACE_SUBSTITUTION_NOCASE, use->name)) {
			if (is_case_known(use->name))
				rst_fails(r, use->line, "no substitution '%s' is defined", rst_say(use->name, r->a));
			else
				rst_unknown(r, use->line, "whether '%s' is defined, without regard to case",
					    rst_say(use->name, r->a));
		}
	}
	if (n_nested > 200)
		rst_unknown(r, 0, "more than 200 substitutions are made of others");
	for (size_t i = 0; n_nested && i < names->substitutions.n && rst_going(r); i++)
		if (names->substitutions.items[i].inside != NOWHERE)
			(void)definition_depth(r, names->substitutions.items[i].inside, 1, names->substitutions.items[i].line);
}

void rst_references_check(struct rst *r)
{
	struct rst_names *names = r->names;
	check_substitutions(r);
	if (names->n_anonymous_references != names->n_anonymous_targets)
		rst_fails(r, names->anonymous_line, "there are %zu anonymous references ('text'__) and %zu targets for them",
			  names->n_anonymous_references, names->n_anonymous_targets);
	for (size_t i = 0; i < names->aliases.n && rst_going(r); i++)
		check_alias(r, &names->aliases.items[i]);
	check_footnotes(r);
	for (size_t i = 0; i < names->references.n && rst_going(r); i++)
		check_reference(r, &names->references.items[i]);
}
