/* Inline markup: where it begins, whether it ends, and what it refers to (docutils, "Inline markup recognition rules"). */
#include "format/rst_references.h"
#include "format/rst_words.h"

struct inliner {
	struct rst *r;
	struct rst_text t; /* escaped */
	size_t base; /* what is before it was read: a start-string may stand here whatever is before it */
	size_t name_from, name_end; /* the simple name that was measured last: one that begins inside ends with it */
	size_t counted; /* lines are counted up to here */
	uint32_t line;
	uint32_t *shown;
	size_t n_shown;
};

static uint32_t at(const struct inliner *in, size_t i)
{
	return i < in->t.n ? in->t.c[i] : '\n';
}

static bool is_space(const struct inliner *in, size_t i)
{
	return i < in->t.n && rst_is(in->t.c[i], RST_SPACE);
}

static bool is_escape(const struct inliner *in, size_t i)
{
	return i < in->t.n && in->t.c[i] == RST_ESCAPE;
}

static bool may_begin(const struct inliner *in, size_t i)
{
	return i == in->base || rst_is(in->t.c[i - 1], RST_SPACE | RST_BEFORE);
}

static bool may_end(const struct inliner *in, size_t i)
{
	return i >= in->t.n || in->t.c[i] == RST_ESCAPE || rst_is(in->t.c[i], RST_SPACE | RST_BEHIND);
}

static uint32_t line_of(struct inliner *in, size_t i)
{
	for (; in->counted < i && in->counted < in->t.n; in->counted++)
		in->line += in->t.c[in->counted] == '\n';
	return in->line;
}

/* A construct of many lines shows the line where it begins. */
static void show(struct inliner *in, size_t from, size_t to, bool is_literal)
{
	for (size_t i = from; i < to && i < in->t.n; i++) {
		if (in->t.c[i] != RST_ESCAPE)
			in->shown[in->n_shown++] = in->t.c[i];
		else if (is_literal)
			in->shown[in->n_shown++] = '\\';
		else if (at(in, i + 1) == ' ' || at(in, i + 1) == '\n')
			i++;
	}
}

static size_t name_at(struct inliner *in, size_t from)
{
	if (from < in->name_end && from >= in->name_from && rst_is(at(in, from), RST_WORD))
		return in->name_end - from;
	size_t n = rst_simple_name(in->t, from);
	in->name_from = from;
	in->name_end = from + n;
	return n;
}

/* Between quotes or brackets, or with nothing behind it, a start-string is text. */
static bool is_quoted(const struct inliner *in, size_t start, size_t end)
{
	if (start == in->base)
		return false;
	return end >= in->t.n || rst_is_pair(in->t.c[start - 1], in->t.c[end]);
}

/* ---- constructs with a start and an end ---- */

enum markup { EMPHASIS, STRONG, LITERAL, TARGET, SUBSTITUTION };
static const struct {
	const char *start, *end, *words;
} markups[] = {
	[EMPHASIS] = { "*", "*", "emphasis" },           [STRONG] = { "**", "**", "strong text" },
	[LITERAL] = { "``", "``", "a literal" },         [TARGET] = { "_`", "`", "an inline target" },
	[SUBSTITUTION] = { "|", "|", "a substitution" },
};

/* The first end-string from `from` on; t.n: none. *ret_behind: where the text goes on. */
static size_t find_end(const struct inliner *in, enum markup m, size_t from, size_t *ret_behind)
{
	size_t n = bytes_of(markups[m].end).size;
	for (size_t i = from; i < in->t.n; i++) {
		if (in->t.c[i] != (unsigned char)markups[m].end[0] || !rst_starts(rst_from(in->t, i), markups[m].end))
			continue;
		if (i > from && (is_space(in, i - 1) || (m != LITERAL && is_escape(in, i - 1))))
			continue;
		size_t more = m == SUBSTITUTION ? 2 : 0;
		for (size_t k = 0; k < more; k++)
			if (at(in, i + n + k) != '_')
				more = k;
		for (more++; more-- > 0;)
			if (may_end(in, i + n + more)) {
				*ret_behind = i + n + more;
				return i;
			}
	}
	return in->t.n;
}

static void use_substitution(struct inliner *in, size_t from, size_t end, size_t behind, uint32_t line)
{
	struct rst_text name = rst_unescape(rst_part(in->t, from, end - from), in->r->a);
	rst_substitution_reference_note(in->r, name, line);
	if (behind - end == 3)
		rst_anonymous_reference_note(in->r, line);
	else if (behind - end == 2)
		rst_reference_note(in->r, rst_name(name, true, in->r->a), line);
}

/* Returns where to go on. */
static size_t read_markup(struct inliner *in, enum markup m, size_t start)
{
	size_t from = start + bytes_of(markups[m].start).size, behind = from;
	uint32_t line = line_of(in, start);
	if (is_quoted(in, start, from))
		return from;
	size_t end = find_end(in, m, from, &behind);
	if (end == from || end == in->t.n) {
		rst_fails(in->r, line, "%s begins with '%s' and does not end: '%s'", markups[m].words, markups[m].start,
			  rst_say(rst_part(in->t, start, 40), in->r->a));
		return in->t.n;
	}
	show(in, from, end, m == LITERAL);
	if (m == SUBSTITUTION)
		use_substitution(in, from, end, behind, line);
	if (m == TARGET) {
		struct rst_text name = rst_name(rst_unescape(rst_part(in->t, from, end - from), in->r->a), true, in->r->a);
		if (in->r->in_substitution)
			rst_fails(in->r, line, "the target '%s' stands in a substitution definition", rst_say(name, in->r->a));
		(void)rst_target_explicit(in->r, name, (struct rst_place){ 0 }, line);
	}
	return behind;
}

/* ---- `phrases` ---- */

/* "text <link>": where the text ends, and the link; false: there is no link in it. t: escaped. */
static bool find_link(struct rst_text t, size_t *ret_text, struct rst_text *ret_link)
{
	size_t i = t.n;
	if (t.n < 3 || t.c[t.n - 1] != '>' || rst_is(t.c[t.n - 2], RST_SPACE) || t.c[t.n - 2] == RST_ESCAPE)
		return false;
	for (i = t.n - 1; i-- > 0;)
		if ((t.c[i] == '<' || t.c[i] == '>') && !(i && t.c[i - 1] == RST_ESCAPE))
			break;
	if (i == SIZE_MAX || t.c[i] != '<' || i + 2 >= t.n || rst_is(t.c[i + 1], RST_SPACE))
		return false;
	if (i && t.c[i - 1] != ' ' && t.c[i - 1] != '\n')
		return false;
	*ret_link = rst_part(t, i + 1, t.n - i - 2);
	while (i && (t.c[i - 1] == ' ' || t.c[i - 1] == '\n'))
		i--;
	*ret_text = i;
	return true;
}

/* Something with a scheme in front is a URI, even with an underscore at its end. */
static bool has_scheme(struct rst_text t)
{
	size_t i = 0;
	while (i < t.n && t.c[i] < 0x80 &&
	       (byte_is_alnum((unsigned char)t.c[i]) || (i && bytes_find(BYTES("+-."), (unsigned char)t.c[i]) < 3)))
		i++;
	return i && i + 1 < t.n && t.c[i] == ':' && t.c[i + 1] != ' ';
}

/* `text`_ and `text <link>`_, with one or two underscores. */
static void read_phrase(struct inliner *in, size_t from, size_t end, size_t n_underscores, uint32_t line)
{
	struct rst *r = in->r;
	struct rst_text whole = rst_part(in->t, from, end - from), link = whole;
	struct rst_place place = { 0 };
	size_t text = 0;
	if (!find_link(whole, &text, &link)) {
		show(in, from, end, false);
		if (n_underscores == 2)
			rst_anonymous_reference_note(r, line);
		else
			rst_reference_note(r, rst_name(rst_unescape(whole, r->a), true, r->a), line);
		return;
	}
	bool ends_as_name = link.c[link.n - 1] == '_' && !(link.n > 1 && link.c[link.n - 2] == RST_ESCAPE) && !has_scheme(link);
	for (size_t i = 0; ends_as_name && i < link.n; i++)
		if (link.c[i] == '@')
			rst_unknown(r, line, "whether '%s' is a name or an address", rst_say(link, r->a));
	place.has_alias = ends_as_name;
	place.has_uri = !ends_as_name;
	place.to = ends_as_name ? rst_name(rst_unescape(rst_part(link, 0, link.n - 1), r->a), true, r->a) : rst_uri(link, r->a);
	struct rst_text shown = text ? rst_part(whole, 0, text) : place.to;
	show(in, from, text ? from + text : end, false);
	r->n_references++;
	if (place.has_alias)
		rst_reference_note(r, place.to, line);
	if (n_underscores == 2)
		return;
	if (place.has_alias)
		rst_alias_note(r, place.to, line);
	if (r->in_substitution)
		rst_fails(r, line, "'%s' with a link in it names a target, in a substitution definition", rst_say(whole, r->a));
	(void)rst_target_implicit(r, rst_name(rst_unescape(shown, r->a), true, r->a), place, line);
}

/* What closes a backquote: where, and what follows it. */
struct closing {
	size_t at, behind, n_underscores;
	struct rst_text role; /* of `text`:role: */
};

/* How many underscores at i, two at most, end a reference there. */
static size_t underscores(const struct inliner *in, size_t i)
{
	size_t n = at(in, i) != '_' ? 0 : at(in, i + 1) == '_' ? 2 : 1;
	while (n && !may_end(in, i + n))
		n--;
	return n;
}

/* Does the backquote at i close? */
static bool closes(const struct inliner *in, size_t i, struct closing *ret)
{
	size_t name = at(in, i + 1) == ':' ? rst_simple_name(in->t, i + 2) : 0, after = i + name + 3;
	*ret = (struct closing){ .at = i };
	if (name && at(in, after - 1) == ':') {
		ret->n_underscores = underscores(in, after);
		ret->behind = after + ret->n_underscores;
		ret->role = rst_part(in->t, i + 2, name);
		if (may_end(in, ret->behind))
			return true;
		ret->role.n = 0;
	}
	ret->n_underscores = underscores(in, i + 1);
	ret->behind = i + 1 + ret->n_underscores;
	return may_end(in, ret->behind);
}

/* The first backquote from `from` on that closes. */
static bool find_closing(const struct inliner *in, size_t from, struct closing *ret)
{
	for (size_t i = from; i < in->t.n; i++) {
		if (in->t.c[i] != '`')
			continue;
		bool is_held = i > from && (is_space(in, i - 1) || is_escape(in, i - 1)) && !(i > from + 1 && is_escape(in, i - 2));
		if (!is_held && closes(in, i, ret))
			return true;
	}
	return false;
}

/* `text` with what follows it: a role, one or two underscores. start: of a role in front or of the backquote. */
static size_t read_backquote(struct inliner *in, size_t start, struct rst_text role)
{
	size_t from = start + (role.n ? role.n + 3 : 1);
	uint32_t line = line_of(in, start);
	struct closing c;
	if (!role.n && is_quoted(in, start, from))
		return from;
	if (!find_closing(in, from, &c) || c.at == from) {
		rst_fails(in->r, line, "a backquote '`' begins something and does not end: '%s'",
			  rst_say(rst_part(in->t, start, 40), in->r->a));
		return in->t.n;
	}
	if ((c.role.n && role.n) || ((c.role.n || role.n) && c.n_underscores)) {
		rst_fails(in->r, line, "'%s' has two roles, or a role and an underscore",
			  rst_say(rst_part(in->t, start, c.behind - start), in->r->a));
		return in->t.n;
	}
	if (c.n_underscores)
		read_phrase(in, from, c.at, c.n_underscores, line);
	else
		in->n_shown += rst_role_use(in->r, c.role.n ? c.role : role, rst_part(in->t, from, c.at - from), line,
					    in->shown + in->n_shown);
	return c.behind;
}

/* ---- whole constructs ---- */

/* word_ and word__; 0: it is none. */
static size_t read_word(struct inliner *in, size_t start)
{
	size_t n = name_at(in, start), end = start + n;
	size_t n_underscores = underscores(in, end);
	if (!n || !n_underscores)
		return 0;
	show(in, start, end, false);
	if (n_underscores == 2)
		rst_anonymous_reference_note(in->r, line_of(in, start));
	else
		rst_reference_note(in->r, rst_name(rst_part(in->t, start, n), true, in->r->a), line_of(in, start));
	return end + n_underscores;
}

/* [1]_, [#]_, [#name]_, [*]_ and [word]_; 0: it is none. */
static size_t read_footnote(struct inliner *in, size_t start)
{
	size_t from = start + 1, end = from;
	if (at(in, end) == '*')
		end++;
	else if (at(in, end) == '#')
		end += 1 + rst_simple_name(in->t, end + 1);
	else
		end += name_at(in, end);
	if (end == from || at(in, end) != ']' || at(in, end + 1) != '_' || !may_end(in, end + 2))
		return 0;
	struct rst_text label = rst_part(in->t, from, end - from);
	if (label.c[0] != '#' && label.c[0] != '*')
		show(in, from, end, false);
	rst_footnote_reference_note(in->r, rst_name(label, true, in->r->a), line_of(in, start));
	return end + 2;
}

/* What begins at i: where to go on, 0 when nothing does. */
static size_t read_at(struct inliner *in, size_t i)
{
	struct rst_text none = { NULL, 0 };
	uint32_t c = in->t.c[i], next = at(in, i + 1);
	size_t name;
	if (c == '*' && next == '*')
		return is_space(in, i + 2) ? 0 : read_markup(in, STRONG, i);
	if (c == '*')
		return is_space(in, i + 1) ? 0 : read_markup(in, EMPHASIS, i);
	if (c == '`' && next == '`')
		return is_space(in, i + 2) ? 0 : read_markup(in, LITERAL, i);
	if (c == '`')
		return is_space(in, i + 1) ? 0 : read_backquote(in, i, none);
	if (c == '_' && next == '`')
		return is_space(in, i + 2) ? 0 : read_markup(in, TARGET, i);
	if (c == '|' && next != '|')
		return is_space(in, i + 1) ? 0 : read_markup(in, SUBSTITUTION, i);
	if (c == '[')
		return read_footnote(in, i);
	if (c != ':')
		return rst_is(c, RST_WORD) ? read_word(in, i) : 0;
	name = name_at(in, i + 1);
	if (!name || at(in, i + 1 + name) != ':' || at(in, i + 2 + name) != '`' || at(in, i + 3 + name) == '`' ||
	    is_space(in, i + 3 + name))
		return 0;
	return read_backquote(in, i, rst_part(in->t, i + 1, name));
}

struct rst_text rst_inline(struct rst *r, struct rst_text text, uint32_t line)
{
	/* A reference to a PEP is shown with four characters more than it has here: never more than twice as many. */
	struct inliner in = { .r = r, .t = rst_escape(text, r->a), .line = line, .shown = ARENA_ARRAY(r->a, uint32_t, 2 * text.n + 8) };
	for (size_t i = 0; i < in.t.n && rst_going(r);) {
		size_t before = in.n_shown;
		size_t behind = may_begin(&in, i) ? read_at(&in, i) : 0;
		if (!behind) {
			/* An escaped blank is no part of the text, and nothing begins with one. */
			size_t n = in.t.c[i] == RST_ESCAPE && (at(&in, i + 1) == ' ' || at(&in, i + 1) == '\n') ? 2 : 1;
			show(&in, i, i + n, false);
			i += n;
			continue;
		}
		if (in.n_shown == before && behind - i <= 2) /* a start-string that is text */
			show(&in, i, behind, false);
		in.base = i = behind;
	}
	return (struct rst_text){ in.shown, in.n_shown };
}
