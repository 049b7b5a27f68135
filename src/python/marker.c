#include "python/marker.h"

#include "python/marker_tree.h"
#include "python/name.h"
#include "python/specifier.h"

/* Specification, "Version" fields: compared by PEP 440 whenever the other side is a version. */
static bool is_version_field(enum marker_variable v)
{
	return v == MARKER_IMPLEMENTATION_VERSION || v == MARKER_PLATFORM_RELEASE || v == MARKER_PYTHON_FULL_VERSION ||
	       v == MARKER_PYTHON_VERSION;
}

struct evaluation {
	const struct marker_env *env;
	struct bytes extra; /* normalised */
	struct arena *scratch;
};

static enum status variable_value(const struct evaluation *e, enum marker_variable v, struct bytes *ret, struct diag *d)
{
	if (v > MARKER_EXTRA)
		return fail(d, ERR_FORMAT, 0, "the marker variable '%s' has a value only in lock files", marker_variable_name(v));
	struct bytes value = v == MARKER_EXTRA ? e->extra : e->env->field[v];
	/* A Python built from a checkout calls itself "3.12.0+": no version, until something follows the '+'. */
	if (v == MARKER_PYTHON_FULL_VERSION && bytes_ends(value, BYTES("+")))
		value = bytes_of(arena_printf(e->scratch, "%.*slocal", BYTES_ARG(value)));
	*ret = value;
	return OK;
}

/* Compares as versions. Says no when `right` is not one: then the texts are compared. */
static bool compare_versions(struct bytes left, enum marker_op op, struct bytes right, struct arena *scratch, bool *ret)
{
	if (op == MARKER_IN || op == MARKER_NOT_IN)
		return false;
	struct bytes op_text = marker_op_text(op);
	size_t size = op_text.size + right.size;
	unsigned char *text = arena_alloc(scratch, size + 1, 1);
	bytes_copy(text, op_text);
	bytes_copy(text + op_text.size, right);
	struct specifier set;
	if (bytes_find(right, ',') < right.size || specifier_parse(bytes_make(text, size), scratch, &set, NULL) != OK)
		return false;
	struct version v;
	bool is_version = version_parse(left, scratch, &v, NULL) == OK;
	*ret = specifier_contains(&set, is_version ? &v : NULL, left, SPECIFIER_ALLOW);
	return true;
}

static enum status compare_texts(struct bytes left, enum marker_op op, struct bytes right, bool *ret, struct diag *d)
{
	bool contains = left.size == 0 || bytes_search(right, left) < right.size;
	switch (op) {
	case MARKER_IN:
		*ret = contains;
		return OK;
	case MARKER_NOT_IN:
		*ret = !contains;
		return OK;
	case MARKER_EQUAL:
	case MARKER_AT_MOST:
	case MARKER_AT_LEAST: /* text has no order: only equality is left of these two */
		*ret = bytes_equal(left, right);
		return OK;
	case MARKER_NOT_EQUAL:
		*ret = !bytes_equal(left, right);
		return OK;
	case MARKER_LESS:
	case MARKER_GREATER:
		*ret = false;
		return OK;
	case MARKER_ARBITRARY:
	case MARKER_COMPATIBLE:
	case MARKER_N_OPS:
		break;
	}
	return fail(d, ERR_FORMAT, 0, "'%.*s' in a marker means nothing between texts", BYTES_ARG(marker_op_text(op)));
}

static enum status evaluate_comparison(const struct marker *m, const struct evaluation *e, bool *ret, struct diag *d)
{
	struct bytes left = m->left.text, right = m->right.text;
	enum marker_variable key;
	enum status s;
	if (m->left.is_variable) {
		key = m->left.variable;
		s = variable_value(e, key, &left, d);
		if (m->right.is_variable) /* packaging compares with the name of the right one */
			right = bytes_of(marker_variable_name(m->right.variable));
	} else if (m->right.is_variable) {
		key = m->right.variable;
		s = variable_value(e, key, &right, d);
	} else {
		return fail(d, ERR_FORMAT, 0, "a comparison in the marker has no variable on either side");
	}
	if (s != OK)
		return s;
	if (is_version_field(key) && compare_versions(left, m->op, right, e->scratch, ret))
		return OK;
	return compare_texts(left, m->op, right, ret, d);
}

/* Calls itself at most MARKER_DEPTH_MAX + 1 deep: the parser made the tree. "and" binds closer than "or". */
static enum status evaluate_group(const struct marker *m, const struct evaluation *e, bool *ret, struct diag *d)
{
	if (m->n == 0)
		return evaluate_comparison(m, e, ret, d);
	bool any = false, all = true;
	for (size_t i = 0; i < m->n; i++) {
		bool value = false;
		enum status s = evaluate_group(&m->items[i], e, &value, d);
		if (s != OK)
			return s;
		if (m->items[i].after_or) {
			any = any || all;
			all = true;
		}
		all = all && value;
	}
	*ret = any || all;
	return OK;
}

enum status marker_evaluate(const struct marker *m, const struct marker_env *env, struct bytes extra, bool *ret, struct diag *d)
{
	CLEANUP(arena_done) struct arena scratch;
	arena_init(&scratch);
	struct evaluation e = { env, name_normalize(extra, &scratch), &scratch };
	bool value;
	enum status s = evaluate_group(m, &e, &value, d);
	if (s == OK)
		*ret = value;
	return s;
}

static void write_operand(const struct marker_operand *o, struct buf *out)
{
	if (o->is_variable) {
		buf_add_string(out, marker_variable_name(o->variable));
		return;
	}
	unsigned char quote = bytes_find(o->text, '"') < o->text.size ? '\'' : '"';
	buf_add_byte(out, quote);
	buf_add(out, o->text);
	buf_add_byte(out, quote);
}

/* Calls itself at most MARKER_DEPTH_MAX + 1 deep. outer: the whole marker, which needs no parentheses. */
static void write_group(const struct marker *m, bool outer, struct buf *out)
{
	if (m->n == 0) {
		write_operand(&m->left, out);
		buf_add_byte(out, ' ');
		buf_add(out, marker_op_text(m->op));
		buf_add_byte(out, ' ');
		write_operand(&m->right, out);
		return;
	}
	if (m->n == 1) {
		write_group(&m->items[0], outer, out);
		return;
	}
	if (!outer)
		buf_add_byte(out, '(');
	for (size_t i = 0; i < m->n; i++) {
		if (i > 0)
			buf_add_string(out, m->items[i].after_or ? " or " : " and ");
		write_group(&m->items[i], false, out);
	}
	if (!outer)
		buf_add_byte(out, ')');
}

void marker_write(const struct marker *m, struct buf *out)
{
	write_group(m, true, out);
}
