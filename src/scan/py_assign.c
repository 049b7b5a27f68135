/* What an assignment changes. */
#include "scan/py_scan.h"

#define NODE(s, n) py_node((s)->parser, (n))

static void assign_parts(struct py_scan *s, uint32_t target, const struct py_value *v)
{
	uint32_t n = 0, i = 0;
	for (uint32_t child = NODE(s, target)->first; child; child = NODE(s, child)->next)
		n++;
	for (uint32_t child = NODE(s, target)->first; child; child = NODE(s, child)->next, i++) {
		struct py_value one = v->kind == V_LIST && v->n_items == n ? v->items[i] : py_element(s, v, NODE(s, child)->token);
		py_assign(s, child, &one);
	}
}

static void assign_attribute(struct py_scan *s, uint32_t target, const struct py_value *v)
{
	uint32_t object_node = NODE(s, target)->first, name = NODE(s, target)->end - 1;
	struct py_value object = py_eval(s, object_node);
	if (object.kind == V_NAME && bytes_equal(object.name->text, BYTES("builtins")))
		(void)py_fact(s, "py.builtins-write", name, py_name_of(s, name));
	if (NODE(s, object_node)->kind != N_NAME)
		return;
	struct bytes a = py_name_of(s, NODE(s, object_node)->token), b = py_name_of(s, name);
	unsigned char made[128];
	if (object.kind == V_NAME || a.size + b.size + 1 > sizeof made)
		return;
	bytes_copy(made, a);
	made[a.size] = '.';
	bytes_copy(made + a.size + 1, b);
	py_bind_file(s, py_symbol(s, bytes_make(made, a.size + b.size + 1)), v);
}

static void assign_item(struct py_scan *s, uint32_t target, const struct py_value *v)
{
	uint32_t first = NODE(s, target)->first, second = NODE(s, first)->next;
	struct py_value object = py_eval(s, first), index = second ? py_eval(s, second) : (struct py_value){ .kind = V_UNKNOWN };
	if (object.kind == V_SPACE && index.kind == V_TEXT) {
		if (!object.name)
			py_bind_file(s, py_symbol(s, index.text), v);
		else if (bytes_equal(object.name->text, BYTES("builtins")))
			(void)py_fact(s, "py.builtins-write", NODE(s, target)->token, index.text);
	}
	if (object.origin && bytes_equal(object.origin->name, BYTES("cmdclass")) && index.kind == V_TEXT)
		(void)py_fact(s, "py.cmdclass", NODE(s, target)->token, index.text);
	struct py_value what = *v;
	if (py_is_authorization(&index))
		py_forgive_token(&what);
	if (object.origin)
		py_write_to(s, &(struct py_value){ .origin = object.origin }, &what);
}

void py_assign(struct py_scan *s, uint32_t target, const struct py_value *v)
{
	switch ((int)NODE(s, target)->kind) {
	case N_NAME:
		py_bind(s, py_symbol(s, py_name_of(s, NODE(s, target)->token)), v);
		py_bind_member(s, py_name_of(s, NODE(s, target)->token), v);
		break;
	case N_TUPLE:
	case N_LIST:
		assign_parts(s, target, v);
		break;
	case N_STAR: {
		struct py_value rest = { .kind = V_UNKNOWN };
		py_taint(&rest, v);
		py_assign(s, NODE(s, target)->first, &rest);
		break;
	}
	case N_ATTRIBUTE:
		assign_attribute(s, target, v);
		break;
	case N_SUBSCRIPT:
		assign_item(s, target, v);
		break;
	default:
		(void)py_eval(s, target);
		break;
	}
}
