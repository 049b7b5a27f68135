/* Calls: by what is called. */
#include "scan/py_scan.h"

#include "format/unicode.h"
#include "scan/py_rules.h"

static bool is_text(const struct py_value *v)
{
	return v->kind == V_TEXT || v->kind == V_BYTES;
}

const struct py_value *py_argument(const struct py_call *c, size_t at, const char *keyword)
{
	for (size_t i = 0; i < c->n; i++) {
		if (keyword && bytes_equal(c->arguments[i].keyword, bytes_of(keyword)))
			return &c->arguments[i].value;
		if (i == at && !c->arguments[i].keyword.size)
			return &c->arguments[i].value;
	}
	return NULL;
}

/* What comes out of a call of something unknown: made of what went in. */
static struct py_value made_of(const struct py_call *c)
{
	struct py_value v = { .kind = V_UNKNOWN, .target = c->callee.target, .flags = c->callee.flags & F_WRITE };
	py_taint(&v, &c->callee);
	for (uint32_t i = 0; i < c->n; i++)
		py_taint(&v, &c->arguments[i].value);
	v.flags &= (uint8_t)~F_COMPUTED;
	return v;
}

static const struct fact_rule *rule_of(const struct py_value *v)
{
	return v->kind == V_NAME && v->name->rule && v->name->rule->fact ? fact_rule(bytes_of(v->name->rule->fact)) : NULL;
}

static bool reaches(const struct fact_rule *rule)
{
	return rule && (rule->kind == FACT_NET || rule->kind == FACT_PROC || rule->kind == FACT_DYN_EXEC ||
			rule->kind == FACT_DECODE || rule->kind == FACT_NATIVE);
}

void py_reveal(struct py_scan *s, const struct py_value *v, uint32_t token)
{
	if (reaches(rule_of(v)))
		(void)py_fact(s, "py.hidden-name", token, v->name->text);
}

/* Calls that only ask about a thing. */
static bool only_asks(struct py_scan *s, const struct py_call *c)
{
	static const char *const names[] = { "isinstance", "issubclass", "hasattr", "callable", "type",           "id",   "print",
					     "repr",       "wraps",      "patch",   "hash",     "update_wrapper", "cast", "is_" };
	const struct py_node *callee = py_node(s->parser, py_node(s->parser, c->node)->first);
	uint32_t token = callee->kind == N_ATTRIBUTE ? callee->end - 1 : callee->token;
	struct bytes name = py_token_text(s->parser->text, &s->parser->tokens[token]);
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	return false;
}

static bool is_mutator(struct bytes name)
{
	static const char *const names[] = { "append",     "extend",     "insert", "add", "update",    "write",
					     "writelines", "setdefault", "push",   "put", "appendleft" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	return false;
}

static void taint_symbol(struct py_scan *s, struct py_symbol *symbol, const struct py_value *what)
{
	struct py_value v = symbol->top ? symbol->top->value : (struct py_value){ .kind = V_UNKNOWN };
	struct py_value before = v;
	py_taint(&v, what);
	if (v.kind == V_LIST)
		v.kind = V_UNKNOWN;
	if (symbol->top)
		symbol->top->value = v;
	else if (memcmp(before.taint, v.taint, sizeof v.taint) != 0)
		py_bind(s, symbol, &v);
}

/* The content of a file, by the text of its path. */
static struct py_symbol *content_of(struct py_scan *s, struct bytes path)
{
	unsigned char made[256] = { 1 };
	if (path.size == 0 || path.size >= sizeof made)
		return NULL;
	bytes_copy(made + 1, path);
	return py_symbol(s, bytes_make(made, path.size + 1));
}

void py_write_to(struct py_scan *s, const struct py_value *to, const struct py_value *what)
{
	if (to->origin)
		taint_symbol(s, to->origin, what);
	if (to->target)
		taint_symbol(s, to->target, what);
	struct py_symbol *content = content_of(s, to->text);
	bool carries = what->taint[T_NET] || what->taint[T_DECODE] || what->taint[T_CRED] || what->taint[T_ENV];
	if (content && carries) {
		struct py_value v = { .kind = V_UNKNOWN };
		py_taint(&v, what);
		py_bind_file(s, content, &v);
		s->n_paths++;
	}
}

void py_taint_by_path(struct py_scan *s, struct py_value *v)
{
	if (!s->n_paths)
		return;
	for (uint32_t i = 0; i <= v->n_items; i++) {
		const struct py_value *item = i < v->n_items ? &v->items[i] : v;
		struct py_symbol *content = item->text.size ? content_of(s, item->text) : NULL;
		if (content && content->top)
			py_taint(v, &content->top->value);
	}
}

static void mutate(struct py_scan *s, const struct py_call *c)
{
	uint32_t first = py_node(s->parser, c->node)->first;
	if (py_node(s->parser, first)->kind != N_ATTRIBUTE)
		return;
	if (!is_mutator(py_token_text(s->parser->text, &s->parser->tokens[py_node(s->parser, first)->end - 1])))
		return;
	for (uint32_t i = 0; i < c->n; i++)
		py_write_to(s, &c->callee, &c->arguments[i].value);
}

/* The bits of the parameters that argument i may become; a method's first one is the object. */
static uint32_t parameter_bits(const struct py_function *f, const struct py_call *c, uint32_t i)
{
	bool is_method = f->n_parameters &&
			 (bytes_equal(f->parameters[0], BYTES("self")) || bytes_equal(f->parameters[0], BYTES("cls")));
	const struct py_argument *a = &c->arguments[i];
	uint32_t at = i + is_method;
	for (uint32_t k = 0; a->keyword.size && k < f->n_parameters; k++)
		if (bytes_equal(f->parameters[k], a->keyword))
			return 1U << k;
	if (a->keyword.size || at >= f->n_parameters) /* of **rest or *rest, which is the last one */
		return f->n_parameters ? 3U << (f->n_parameters - 1) : 0;
	return 1U << at;
}

static struct py_value call_function(struct py_scan *s, const struct py_call *c)
{
	struct py_function *f = c->callee.function;
	struct py_value v = f->returned ? f->result : (struct py_value){ .kind = V_UNKNOWN };
	uint32_t given_back = v.taint[T_PARAMETER];
	v.taint[T_PARAMETER] = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct py_value *a = &c->arguments[i].value;
		uint32_t bits = parameter_bits(f, c, i);
		for (size_t kind = 0; kind < N_FACT_KINDS; kind++)
			for (size_t t = 0; t < T_PARAMETER; t++)
				if (f->sink_parameters[kind] & bits && a->taint[t] && a->taint[t] != TAINT_NO_FACT)
					flow_add(s->facts, a->taint[t] - 1, f->sinks[kind] - 1);
		if (f->sink_parameters[FACT_PROC] & bits)
			py_look_at_command(s, a, c->token, true);
		if (given_back & bits)
			py_taint(&v, a);
	}
	return v;
}

static struct py_value call_method(struct py_scan *s, const struct py_call *c)
{
	const struct py_value *object = c->callee.items;
	const struct py_value *codec = py_argument(c, 0, NULL);
	if (bytes_equal(c->callee.text, BYTES("decode")) && codec && codec->kind == V_TEXT && py_is_hiding_codec(codec->text)) {
		struct py_value v = py_decode(s, codec->text, object);
		uint32_t fact = py_use_fact(s, c, "py.codecs");
		v.taint[T_DECODE] = fact == NO_FACT ? TAINT_NO_FACT : fact + 1;
		return v;
	}
	if (bytes_equal(c->callee.text, BYTES("__getattribute__")) && codec && codec->kind == V_TEXT) {
		struct py_value v = py_attribute(s, object, codec->text, c->token);
		py_reveal(s, &v, c->token);
		return v;
	}
	if (object->kind == V_SPACE && codec && codec->kind == V_TEXT) { /* vars(os).get("system") */
		struct py_value v = object->name ? py_name_value(py_name_join(s, object->name->text, codec->text))
						 : py_lookup(s, py_symbol(s, codec->text));
		py_reveal(s, &v, c->token);
		return v;
	}
	if (object->kind == V_DICT && codec && is_text(codec))
		for (uint32_t i = 0; i + 1 < object->n_items; i += 2)
			if (is_text(&object->items[i]) && bytes_equal(object->items[i].text, codec->text))
				return object->items[i + 1];
	if (object->kind == V_SPACE)
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_COMPUTED };
	mutate(s, c);
	struct py_value v = py_fold_method(s, object, c->callee.text, c);
	if (is_text(&v) && v.text.size > 3)
		py_look_at_text(s, &v, c->token);
	return v;
}

/* The arguments kept in a partial, then those of the call. */
static struct py_value call_partial(struct py_scan *s, const struct py_call *c)
{
	struct py_argument all[12];
	struct py_call inner = { .node = c->node, .token = c->token, .callee = py_name_value(c->callee.name), .arguments = all };
	if (!c->callee.name)
		return made_of(c);
	for (uint32_t i = 0; i < c->callee.n_items && inner.n < COUNT(all); i++)
		all[inner.n++] = (struct py_argument){ .value = c->callee.items[i] };
	for (uint32_t i = 0; i < c->n && inner.n < COUNT(all); i++)
		all[inner.n++] = c->arguments[i];
	return py_use(s, &inner);
}

/* map(exec, parts), Thread(target=os.system, args=(x,)): what is handed over will be called with the rest. */
static void hand_over(struct py_scan *s, const struct py_call *c, struct py_value *ret)
{
	for (uint32_t i = 0; i < c->n; i++) {
		const struct py_value *v = &c->arguments[i].value;
		bool known = reaches(rule_of(v)) || v->kind == V_PARTIAL || v->kind == V_FUNCTION;
		struct py_argument rest[8];
		if (!known || only_asks(s, c))
			continue;
		struct py_call inner = { .node = c->node, .token = c->token, .callee = *v, .arguments = rest };
		for (uint32_t k = 1; k < c->n && inner.n < COUNT(rest); k++) { /* those behind it first */
			struct py_argument a = c->arguments[(i + k) % c->n];
			a.keyword = EMPTY;
			a.value = a.value.kind == V_LIST ? py_element(s, &a.value, c->token) : a.value;
			rest[inner.n++] = a;
		}
		if (v->kind == V_FUNCTION && !v->function->returned && inner.n == 0)
			continue;
		if (c->callee.kind == V_FUNCTION)
			py_reveal(s, v, c->token);
		struct py_value made = v->kind == V_NAME       ? py_use(s, &inner)
				       : v->kind == V_FUNCTION ? call_function(s, &inner)
							       : call_partial(s, &inner);
		py_taint(ret, &made);
	}
}

/* operator.attrgetter("a.b")(os); methodcaller("system", "true")(os), which has its own arguments in items. */
static struct py_value call_getter(struct py_scan *s, const struct py_call *c)
{
	const struct py_value *object = py_argument(c, 0, NULL);
	if (!object || object->kind != V_NAME)
		return made_of(c);
	struct py_value v = py_name_value(py_name_join(s, object->name->text, c->callee.text));
	py_reveal(s, &v, c->token);
	if (!c->callee.number)
		return v;
	struct py_argument all[8];
	struct py_call inner = { .node = c->node, .token = c->token, .callee = v, .arguments = all };
	for (uint32_t i = 0; i < c->callee.n_items && inner.n < COUNT(all); i++)
		all[inner.n++] = (struct py_argument){ .value = c->callee.items[i] };
	return py_apply(s, &inner);
}

/* Something unknown is called: a computed thing is worth saying, a plain name or method is not. */
static void tell_dynamic(struct py_scan *s, const struct py_call *c)
{
	enum py_node_kind kind = (enum py_node_kind)py_node(s->parser, py_node(s->parser, c->node)->first)->kind;
	if (c->callee.flags & F_POWERFUL)
		(void)py_fact(s, "py.computed-name", c->token, EMPTY);
	else if (c->callee.flags & F_COMPUTED || kind == N_SUBSCRIPT || kind == N_CALL || kind == N_CONDITIONAL || kind == N_BINARY)
		(void)py_fact(s, "py.dynamic-call", c->token, EMPTY);
}

/* A codec by name on something unknown: data.decode("rot13"). */
static bool decodes(struct py_scan *s, const struct py_call *c, struct py_value *ret)
{
	uint32_t first = py_node(s->parser, c->node)->first;
	const struct py_value *codec = py_argument(c, 0, "encoding");
	if (!codec || codec->kind != V_TEXT || py_node(s->parser, first)->kind != N_ATTRIBUTE || !py_is_hiding_codec(codec->text))
		return false;
	if (!bytes_equal(py_name_of(s, py_node(s->parser, first)->end - 1), BYTES("decode")))
		return false;
	uint32_t fact = py_use_fact(s, c, "py.codecs");
	*ret = made_of(c);
	ret->taint[T_DECODE] = fact == NO_FACT ? TAINT_NO_FACT : fact + 1;
	return true;
}

struct py_value py_apply(struct py_scan *s, const struct py_call *c)
{
	struct py_value v;
	switch ((enum py_value_kind)c->callee.kind) {
	case V_NAME:
		mutate(s, c);
		v = c->callee.name->rule ? py_use(s, c) : made_of(c);
		if (!c->callee.name->rule) {
			v.kind = V_NAME;
			v.name = py_name_join(s, c->callee.name->text, BYTES("()"));
			v.kind = v.name ? V_NAME : V_UNKNOWN;
			v.text = c->callee.text;
			v.flags |= c->callee.flags & F_PARTIAL;
		}
		break;
	case V_FUNCTION:
		v = call_function(s, c);
		break;
	case V_METHOD:
		v = call_method(s, c);
		break;
	case V_PARTIAL:
		return call_partial(s, c);
	case V_GETTER:
		return call_getter(s, c);
	case V_UNKNOWN:
		mutate(s, c);
		tell_dynamic(s, c);
		if (decodes(s, c, &v))
			return v;
		v = made_of(c);
		break;
	case V_TEXT:
	case V_BYTES:
	case V_INT:
	case V_LIST:
	case V_DICT:
	case V_SPACE:
	default:
		v = made_of(c);
		break;
	}
	hand_over(s, c, &v);
	return v;
}
