#include "python/marker_tree.h"

#include "python/name.h"
#include "python/scan.h"

/* The spelling with '.' is from before PEP 508 and still found in old metadata. */
static const struct {
	struct bytes text;
	enum marker_variable variable;
} variables[] = {
	{ LIT("implementation_name"), MARKER_IMPLEMENTATION_NAME },
	{ LIT("implementation_version"), MARKER_IMPLEMENTATION_VERSION },
	{ LIT("os_name"), MARKER_OS_NAME },
	{ LIT("os.name"), MARKER_OS_NAME },
	{ LIT("platform_machine"), MARKER_PLATFORM_MACHINE },
	{ LIT("platform.machine"), MARKER_PLATFORM_MACHINE },
	{ LIT("platform_python_implementation"), MARKER_PLATFORM_PYTHON_IMPLEMENTATION },
	{ LIT("platform.python_implementation"), MARKER_PLATFORM_PYTHON_IMPLEMENTATION },
	{ LIT("python_implementation"), MARKER_PLATFORM_PYTHON_IMPLEMENTATION },
	{ LIT("platform_release"), MARKER_PLATFORM_RELEASE },
	{ LIT("platform_system"), MARKER_PLATFORM_SYSTEM },
	{ LIT("platform_version"), MARKER_PLATFORM_VERSION },
	{ LIT("platform.version"), MARKER_PLATFORM_VERSION },
	{ LIT("python_full_version"), MARKER_PYTHON_FULL_VERSION },
	{ LIT("python_version"), MARKER_PYTHON_VERSION },
	{ LIT("sys_platform"), MARKER_SYS_PLATFORM },
	{ LIT("sys.platform"), MARKER_SYS_PLATFORM },
	{ LIT("extra"), MARKER_EXTRA },
	{ LIT("extras"), MARKER_EXTRAS },
	{ LIT("dependency_groups"), MARKER_DEPENDENCY_GROUPS },
};

/* In the order they are tried: longer ones before those that start them. */
static const struct bytes op_texts[MARKER_N_OPS] = {
	[MARKER_IN] = LIT("in"),      [MARKER_NOT_IN] = LIT("not in"), [MARKER_ARBITRARY] = LIT("==="),
	[MARKER_EQUAL] = LIT("=="),   [MARKER_COMPATIBLE] = LIT("~="), [MARKER_NOT_EQUAL] = LIT("!="),
	[MARKER_AT_MOST] = LIT("<="), [MARKER_AT_LEAST] = LIT(">="),   [MARKER_LESS] = LIT("<"),
	[MARKER_GREATER] = LIT(">"),
};

struct bytes marker_op_text(enum marker_op op)
{
	return op_texts[op];
}

const char *marker_variable_name(enum marker_variable v)
{
	size_t i = 0;
	while (variables[i].variable != v)
		i++;
	return (const char *)variables[i].text.data;
}

static enum status parse_string(struct scan *s, struct arena *a, struct marker_operand *ret, struct diag *d)
{
	size_t from = s->at + 1;
	struct bytes rest = bytes_from(s->text, from);
	size_t size = bytes_find(rest, s->text.data[s->at]);
	if (size == rest.size)
		return fail(d, ERR_FORMAT, s->at, "a string in the marker has no closing quote");
	struct bytes text = bytes_part(rest, 0, size);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\\' || text.data[i] == '\n' || text.data[i] == '\r' || text.data[i] == '\0')
			return fail(d, ERR_FORMAT, from + i, "a string in the marker holds a backslash, line break or NUL");
	if (!bytes_is_utf8(text))
		return fail(d, ERR_FORMAT, from, "a string in the marker is not UTF-8");
	s->at = from + size + 1;
	*ret = (struct marker_operand){ .text = arena_copy(a, text) };
	return OK;
}

static enum status parse_operand(struct scan *s, struct arena *a, struct marker_operand *ret, struct diag *d)
{
	if (scan_peek(s) == '"' || scan_peek(s) == '\'')
		return parse_string(s, a, ret, d);
	for (size_t i = 0; i < COUNT(variables); i++) {
		if (scan_take_word(s, variables[i].text)) {
			*ret = (struct marker_operand){ .is_variable = true, .variable = variables[i].variable };
			return OK;
		}
	}
	return fail(d, ERR_FORMAT, s->at, "want a marker variable or a quoted string, not '%.*s'",
		    BYTES_ARG(bytes_part(s->text, s->at, 40)));
}

static enum status parse_op(struct scan *s, enum marker_op *ret, struct diag *d)
{
	struct scan t = *s;
	if (scan_take_word(&t, BYTES("in"))) {
		*ret = MARKER_IN;
	} else if (scan_take_word(&t, BYTES("not"))) {
		if (!scan_blanks(&t) || !scan_take_word(&t, BYTES("in")))
			return fail(d, ERR_FORMAT, s->at, "want 'in' after 'not' in the marker");
		*ret = MARKER_NOT_IN;
	} else {
		enum marker_op op = MARKER_ARBITRARY;
		while (op < MARKER_N_OPS && !scan_take(&t, op_texts[op]))
			op++;
		if (op == MARKER_N_OPS)
			return fail(d, ERR_FORMAT, s->at, "want a comparison such as '>=' or 'in' in the marker, not '%.*s'",
				    BYTES_ARG(bytes_part(s->text, s->at, 40)));
		*ret = op;
	}
	*s = t;
	return OK;
}

/* PEP 685: extras compare in normal form, so they are kept in it. The sets of lock files stand only on the right. */
static void normalize_extras(struct marker *m, struct arena *a)
{
	if (m->left.is_variable && !m->right.is_variable && m->left.variable == MARKER_EXTRA)
		m->right.text = name_normalize(m->right.text, a);
	if (m->right.is_variable && !m->left.is_variable && m->right.variable >= MARKER_EXTRA)
		m->left.text = name_normalize(m->left.text, a);
}

static enum status parse_comparison(struct scan *s, struct arena *a, struct marker *ret, struct diag *d)
{
	struct marker m = { 0 };
	enum status st = parse_operand(s, a, &m.left, d);
	if (st != OK)
		return st;
	(void)scan_blanks(s);
	st = parse_op(s, &m.op, d);
	if (st != OK)
		return st;
	(void)scan_blanks(s);
	st = parse_operand(s, a, &m.right, d);
	if (st != OK)
		return st;
	normalize_extras(&m, a);
	*ret = m;
	return OK;
}

static enum status parse_group(struct scan *s, struct arena *a, size_t depth, struct marker *ret, struct diag *d);

/* "(" group ")" or a comparison, with blanks around it. Calls itself through parse_group, at most MARKER_DEPTH_MAX deep. */
static enum status parse_atom(struct scan *s, struct arena *a, size_t depth, struct marker *ret, struct diag *d)
{
	(void)scan_blanks(s);
	size_t open = s->at;
	enum status st;
	if (!scan_take(s, BYTES("("))) {
		st = parse_comparison(s, a, ret, d);
	} else if (depth == MARKER_DEPTH_MAX) {
		return fail(d, ERR_LIMIT, open, "more than %d parentheses inside each other in the marker", MARKER_DEPTH_MAX);
	} else {
		st = parse_group(s, a, depth + 1, ret, d);
		if (st == OK && !scan_take(s, BYTES(")")))
			return fail(d, ERR_FORMAT, s->at, "want ')' for the '(' at %zu in the marker", open);
	}
	(void)scan_blanks(s);
	return st;
}

static enum status parse_group(struct scan *s, struct arena *a, size_t depth, struct marker *ret, struct diag *d)
{
	struct marker *items = NULL;
	size_t n = 0;
	bool after_or = false;
	do {
		items = arena_grow(a, items, n, sizeof *items);
		enum status st = parse_atom(s, a, depth, &items[n], d);
		if (st != OK)
			return st;
		items[n++].after_or = after_or;
		after_or = scan_take_word(s, BYTES("or"));
	} while (after_or || scan_take_word(s, BYTES("and")));
	*ret = (struct marker){ .items = items, .n = n };
	return OK;
}

enum status marker_parse(struct bytes text, struct arena *a, const struct marker **ret_marker, struct diag *d)
{
	if (text.size > MARKER_SIZE_MAX)
		return fail(d, ERR_LIMIT, MARKER_SIZE_MAX, "a marker of %zu bytes is longer than %d", text.size, MARKER_SIZE_MAX);
	struct scan s = { text, 0 };
	struct marker *m = ARENA_NEW(a, struct marker);
	enum status st = parse_group(&s, a, 0, m, d);
	if (st != OK)
		return st;
	if (!scan_is_end(&s))
		return fail(d, ERR_FORMAT, s.at, "want 'and', 'or' or the end of the marker, not '%.*s'",
			    BYTES_ARG(bytes_part(text, s.at, 40)));
	*ret_marker = m;
	return OK;
}
