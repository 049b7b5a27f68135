/* What docutils says of the tree as a whole: lines between sections, class directives, bibliographic fields, and a page without anything. */
#include "format/rst_parts.h"

/* ---- transitions ---- */

/* Which tables of contents are there: they are only for sections. */
struct sections {
	bool anywhere, here; /* here: among the same children */
};

/* Neither are they on the page, nor do they stand between. */
static bool is_ignored(const struct rst_node *n)
{
	return n->kind == RST_SUBSTITUTION || n->kind == RST_TARGET || n->kind == RST_TITLE;
}

/* Gone, or moved, before transitions are looked at. */
static bool is_gone(const struct rst_node *n, struct sections s)
{
	bool is_contents = n->kind == RST_TOPIC && n->empty;
	return n->kind == RST_COMMENT || n->kind == RST_PENDING || n->kind == RST_DECORATION ||
	       (is_contents && !(n->is_local ? s.here : s.anywhere));
}

static const struct rst_node *next_there(const struct rst_node *n, struct sections s)
{
	for (n = n->next; n && is_gone(n, s);)
		n = n->next;
	return n;
}

/* One at the end of a section is moved behind it, if anything comes there. */
static bool has_successor(const struct rst_node *n)
{
	for (; n; n = n->parent)
		if (n->next)
			return true;
	return false;
}

/* What comes in front of a transition, or behind it. */
enum beside { NOTHING, UNSEEN, SOMETHING };

/* docutils 0.22 takes targets and the like for something, 0.23 does not, and nobody says which one PyPI has. */
static void only_unseen(struct rst *r, const struct rst_node *n)
{
	rst_unknown(r, n->line, "whether a transition may have nothing but targets or definitions beside it");
}

static void check_transition(struct rst *r, const struct rst_node *n, enum beside before, struct sections s)
{
	const struct rst_node *next = next_there(n, s);
	if (before == NOTHING)
		rst_fails(r, n->line, "a transition stands at the beginning of a section or of the whole");
	else if (before == UNSEEN)
		only_unseen(r, n);
	if (next && next->kind == RST_TRANSITION)
		rst_fails(r, next->line, "two transitions stand one behind the other");
	bool has_more = next != NULL;
	while (next && is_ignored(next))
		next = next_there(next, s);
	if (next || has_successor(n->parent))
		return;
	if (has_more)
		only_unseen(r, n);
	else
		rst_fails(r, n->line, "a transition stands at the end");
}

static bool has_sections(const struct rst_node *parent)
{
	const struct rst_node *n = parent->first;
	while (n && n->kind != RST_SECTION)
		n = n->next;
	return n != NULL;
}

/* The children of the document or a section. Recursion: as many levels as there are styles of titles. */
static void check_transitions(struct rst *r, const struct rst_node *parent)
{
	const struct sections s = { .anywhere = has_sections(r->root), .here = has_sections(parent) };
	enum beside before = parent == r->root && r->has_front ? UNSEEN : NOTHING;
	for (const struct rst_node *n = parent->first; n && rst_going(r); n = n->next) {
		if (n->kind == RST_TRANSITION)
			check_transition(r, n, before, s);
		if (n->kind == RST_SECTION)
			check_transitions(r, n);
		if (!is_ignored(n) && !is_gone(n, s))
			before = SOMETHING;
		else if (before == NOTHING && is_ignored(n) && n->kind != RST_TITLE)
			before = UNSEEN;
	}
}

/* ---- bibliographic fields ---- */

enum field { FIELD_TEXT, FIELD_AUTHORS, FIELD_TOPIC };

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "author", FIELD_TEXT },  { "authors", FIELD_AUTHORS }, { "organization", FIELD_TEXT }, { "contact", FIELD_TEXT },
	{ "address", FIELD_TEXT }, { "version", FIELD_TEXT },    { "revision", FIELD_TEXT },     { "status", FIELD_TEXT },
	{ "date", FIELD_TEXT },    { "copyright", FIELD_TEXT },  { "dedication", FIELD_TOPIC },  { "abstract", FIELD_TOPIC },
};

static void check_authors(struct rst *r, const struct rst_node *n, const char *said)
{
	bool is_list = n->n == 1 && n->first->kind == RST_BULLET_LIST;
	if (n->refers) {
		rst_unknown(r, n->line, "what becomes of the references in the field '%s'", said);
		return;
	}
	for (const struct rst_node *child = n->first; child && !is_list; child = child->next)
		if (child->kind != RST_PARAGRAPH && !(child->kind == RST_COMMENT && n->n > 1))
			rst_fails(r, n->line, "the field '%s' at the beginning holds something else than names", said);
	for (const struct rst_node *item = is_list ? n->first->first : NULL; item; item = item->next)
		if (item->n != 1 || item->first->kind != RST_PARAGRAPH)
			rst_fails(r, n->line, "the field '%s' at the beginning holds something else than names", said);
}

static void check_field(struct rst *r, const struct rst_node *n, enum field field, bool *has_topic)
{
	const char *said = rst_say(n->name, r->a);
	if (!n->n) {
		rst_fails(r, n->line, "the field '%s' at the beginning is empty", said);
	} else if (field == FIELD_AUTHORS) {
		check_authors(r, n, said);
	} else if (field == FIELD_TOPIC) {
		if (*has_topic)
			rst_fails(r, n->line, "the field '%s' is there twice", said);
		*has_topic = true;
	} else if (n->n != 1 || n->first->kind != RST_PARAGRAPH) {
		/* "1. Name" is looked at again by docutils. */
		if (n->first->kind == RST_ENUMERATED_LIST || n->first->kind == RST_MESSAGE || n->last->kind == RST_MESSAGE)
			rst_unknown(r, n->line, "whether the field '%s' is one line of text", said);
		else
			rst_fails(r, n->line, "the field '%s' at the beginning holds something else than one paragraph", said);
	}
}

static bool is_in_front(enum rst_kind kind)
{
	return kind == RST_COMMENT || kind == RST_TARGET || kind == RST_SUBSTITUTION || kind == RST_PENDING ||
	       kind == RST_MESSAGE || kind == RST_DECORATION;
}

/* A list of fields that comes before everything else is about the document. */
static void check_fields(struct rst *r)
{
	const struct rst_node *n = r->root->first;
	bool has_topics[COUNT(fields)] = { false };
	while (n && is_in_front(n->kind))
		n = n->next;
	if (!n || n->kind != RST_FIELD_LIST)
		return;
	for (const struct rst_node *f = n->first; f; f = f->next)
		for (size_t i = 0; i < COUNT(fields); i++)
			if (rst_equal_word(f->name, fields[i].name))
				check_field(r, f, fields[i].field, &has_topics[i]);
}

/* ---- all ---- */

static void check_page(struct rst *r)
{
	const struct sections s = { .anywhere = has_sections(r->root), .here = has_sections(r->root) };
	bool has_targets = false;
	for (const struct rst_node *n = r->root->first; n; n = n->next) {
		if (!is_gone(n, s) && !is_ignored(n) && n->kind != RST_MESSAGE)
			return;
		has_targets = has_targets || (n->kind == RST_TARGET && !n->empty) || n->kind == RST_MESSAGE;
	}
	if (has_targets)
		rst_unknown(r, 0, "whether targets alone are something to show");
	else
		rst_fails(r, 0, "there is nothing in it to show");
}

void rst_tree_check(struct rst *r)
{
	if (r->class_line)
		rst_fails(r, r->class_line, "nothing follows a 'class' directive");
	check_fields(r);
	check_transitions(r, r->root);
	check_page(r);
}
