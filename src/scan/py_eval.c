/* What an expression is, without running it. */
#include "scan/py_scan.h"

#include "base/number.h"
#include "scan/py_ident.h"
#include "scan/py_rules.h"

#define NODE(s, n) py_node((s)->parser, (n))

static bool is_text(const struct py_value *v)
{
	return v->kind == V_TEXT || v->kind == V_BYTES;
}

struct bytes py_name_of(struct py_scan *s, uint32_t token)
{
	struct bytes text = py_token_text(s->parser->text, &s->parser->tokens[token]);
	unsigned char all = 0;
	for (size_t i = 0; i < text.size; i++)
		all |= text.data[i];
	if (all < 0x80)
		return text;
	struct py_ident ident = py_ident_read(text, s->arena);
	if (ident.changed)
		(void)py_fact(s, "py.identifier-nfkc", token, ident.name);
	if (ident.mixed)
		(void)py_fact(s, "py.identifier-mixed", token, ident.name);
	return ident.name;
}

static struct py_value number(struct py_scan *s, uint32_t token)
{
	struct bytes text = py_token_text(s->parser->text, &s->parser->tokens[token]);
	struct py_value v = { .kind = V_INT };
	char plain[24];
	size_t n = 0;
	unsigned base = 10;
	for (size_t i = 0; i < text.size && n < sizeof plain - 1; i++)
		if (text.data[i] != '_')
			plain[n++] = (char)byte_lower(text.data[i]);
	plain[n] = 0;
	if (n > 2 && plain[0] == '0' && !byte_is_digit((unsigned char)plain[1]))
		base = plain[1] == 'x' ? 16 : plain[1] == 'o' ? 8 : plain[1] == 'b' ? 2 : 0;
	for (size_t i = base == 10 ? 0 : 2; i < n && base; i++) {
		unsigned char c = (unsigned char)plain[i];
		unsigned digit = byte_is_digit(c) ? c - (unsigned)'0' : c - (unsigned)'a' + 10;
		if (digit >= base || v.number > (INT64_MAX - 64) / 16)
			return (struct py_value){ .kind = V_UNKNOWN };
		v.number = v.number * (int64_t)base + digit;
	}
	return v;
}

/* Plain strings and the parts and fields of f-strings, one after the other. */
static struct py_value strings(struct py_scan *s, uint32_t n)
{
	enum { PIECES_MAX = 16 };
	struct py_value pieces[PIECES_MAX], v;
	uint32_t node_first = NODE(s, n)->first, token = NODE(s, n)->token, end = NODE(s, n)->end, child = node_first;
	size_t n_pieces = 0;
	bool one = end - token == 1;
	while (token < end) {
		const struct py_token *t = &s->parser->tokens[token];
		struct py_value piece = { .kind = V_UNKNOWN };
		bool is_field = t->word == W_LBRACE && child;
		if (n_pieces == PIECES_MAX) { /* a long run is put together in parts */
			pieces[0] = py_fold_sum(s, pieces, PIECES_MAX, EMPTY);
			n_pieces = 1;
		}
		token++;
		if (t->kind == PY_STRING || t->kind == PY_FTEXT)
			piece = py_literal(s, t);
		else if (is_field)
			piece = py_eval(s, child);
		else
			continue;
		pieces[n_pieces++] = piece;
		if (is_field) {
			token = NODE(s, child)->end > token ? NODE(s, child)->end : token;
			child = NODE(s, child)->next;
		}
	}
	if (one)
		v = n_pieces ? pieces[0] : (struct py_value){ .kind = V_UNKNOWN };
	else if (n_pieces == 0)
		v = py_text_value(s, V_TEXT, EMPTY);
	else
		v = py_fold_sum(s, pieces, n_pieces, EMPTY);
	if (!node_first)
		v.flags &= (uint8_t)~F_PIECES;
	if (v.text.size > 3)
		py_look_at_text(s, &v, NODE(s, n)->token);
	return v;
}

/* A value with the same origins and nothing known. */
static struct py_value unknown_from(const struct py_value *v)
{
	struct py_value r = { .kind = V_UNKNOWN, .origin = v->origin, .target = v->target };
	r.flags = v->flags & F_WRITE;
	py_taint(&r, v);
	return r;
}

/* An attribute that leads to a namespace or back to the thing itself. */
static bool special_attribute(struct py_scan *s, const struct py_value *object, struct bytes name, struct py_value *ret)
{
	if (bytes_equal(name, BYTES("__dict__")) && object->kind == V_NAME) {
		*ret = (struct py_value){ .kind = V_SPACE, .name = object->name };
		return true;
	}
	if (bytes_equal(name, BYTES("__call__")) &&
	    (object->kind == V_NAME || object->kind == V_FUNCTION || object->kind == V_PARTIAL)) {
		*ret = *object;
		return true;
	}
	if (bytes_equal(name, BYTES("__builtins__")) || bytes_equal(name, BYTES("f_builtins"))) {
		*ret = py_name_value(py_name(s, BYTES("builtins")));
		return true;
	}
	if (bytes_equal(name, BYTES("__globals__")) || bytes_equal(name, BYTES("f_globals")) ||
	    bytes_equal(name, BYTES("f_locals")) || bytes_equal(name, BYTES("func_globals"))) {
		*ret = (struct py_value){ .kind = V_SPACE };
		return true;
	}
	return false;
}

static struct py_value method_of(struct py_scan *s, const struct py_value *object, struct bytes name)
{
	struct py_value v = { .kind = V_METHOD, .text = name, .origin = object->origin };
	struct py_value *kept = ARENA_NEW(s->arena, struct py_value);
	if (s->fold_left < sizeof *kept)
		return unknown_from(object);
	s->fold_left -= sizeof *kept;
	*kept = *object;
	v.items = kept;
	v.n_items = 1;
	py_taint(&v, object);
	return v;
}

struct py_value py_attribute(struct py_scan *s, const struct py_value *object, struct bytes name, uint32_t token)
{
	struct py_value v;
	if (bytes_equal(name, BYTES("__subclasses__")))
		(void)py_fact(s, "py.subclasses", token, name);
	if (special_attribute(s, object, name, &v))
		return v;
	bool of_module = object->kind == V_NAME && !bytes_starts(object->name->text, BYTES("builtins."));
	if (of_module && bytes_equal(name, BYTES("__getattribute__")))
		return method_of(s, object, name);
	if (object->kind == V_NAME) {
		v = py_name_value(py_name_join(s, object->name->text, name));
		v.text = object->text;
		v.text_bits = object->text_bits;
		v.flags = object->flags & (F_PARTIAL | F_WRITE);
		v.origin = object->origin;
		v.target = object->target;
		py_taint(&v, object);
		return v;
	}
	if (object->kind != V_UNKNOWN && object->kind != V_FUNCTION)
		return method_of(s, object, name);
	return unknown_from(object);
}

/* "self.x", as one name: what is put there is found again under it. */
static struct py_symbol *member(struct py_scan *s, uint32_t n)
{
	unsigned char made[128];
	uint32_t object = NODE(s, n)->first;
	if (NODE(s, object)->kind != N_NAME)
		return NULL;
	struct bytes a = py_name_of(s, NODE(s, object)->token), b = py_name_of(s, NODE(s, n)->end - 1);
	if (a.size + b.size + 1 > sizeof made)
		return NULL;
	bytes_copy(made, a);
	made[a.size] = '.';
	bytes_copy(made + a.size + 1, b);
	return py_symbol(s, bytes_make(made, a.size + b.size + 1));
}

static struct py_value attribute(struct py_scan *s, uint32_t n)
{
	struct py_value object = py_eval(s, NODE(s, n)->first);
	uint32_t name = NODE(s, n)->end - 1;
	struct py_symbol *kept = object.kind == V_UNKNOWN ? member(s, n) : NULL;
	if (kept && kept->top)
		return py_lookup(s, kept);
	struct py_value v = py_attribute(s, &object, py_name_of(s, name), name);
	if (kept) {
		v.origin = v.origin ? v.origin : kept;
		if (py_in_function(s))
			kept->missed = true;
	}
	return v;
}

bool py_is_authorization(const struct py_value *key)
{
	return key->kind == V_TEXT &&
	       (bytes_equal_nocase(key->text, BYTES("authorization")) || bytes_equal_nocase(key->text, BYTES("private-token")) ||
		bytes_equal_nocase(key->text, BYTES("x-api-key")));
}

void py_forgive_token(struct py_value *v)
{
	if (!(v->flags & F_ALL_ENV))
		v->taint[T_ENV] = 0;
	v->taint[T_PARAMETER] = 0;
}

static struct py_value display(struct py_scan *s, uint32_t n)
{
	uint32_t base = s->n_stack;
	struct py_value v = { .kind = V_UNKNOWN };
	size_t total = 0;
	bool kept = true, for_header = false;
	for (uint32_t child = NODE(s, n)->first; child; child = NODE(s, child)->next, total++) {
		struct py_value item = py_eval(s, child);
		if (for_header)
			py_forgive_token(&item);
		for_header = NODE(s, n)->kind == N_DICT && total % 2 == 0 && py_is_authorization(&item);
		py_taint(&v, &item);
		kept = kept && s->n_stack < PY_VALUES_MAX && total < PY_ITEMS_MAX && NODE(s, child)->kind != N_STAR;
		if (kept)
			s->stack[s->n_stack++] = (struct py_argument){ .value = item };
	}
	/* the stack holds more than values: they are put beside each other */
	size_t count = s->n_stack - base;
	if (kept && count * sizeof(struct py_value) <= s->fold_left) {
		struct py_value *items = ARENA_ARRAY(s->arena, struct py_value, count + 1);
		s->fold_left -= count * sizeof *items;
		for (size_t i = 0; i < count; i++)
			items[i] = s->stack[base + i].value;
		v.kind = NODE(s, n)->kind == N_DICT ? V_DICT : V_LIST;
		v.items = items;
		v.n_items = (uint32_t)count;
	} else {
		v.flags |= F_ASSEMBLED & (NODE(s, n)->kind == N_DICT ? 0 : 0xff);
	}
	s->n_stack = base;
	return v;
}

struct py_value py_element(struct py_scan *s, const struct py_value *v, uint32_t token)
{
	struct py_value r = { .kind = V_UNKNOWN };
	if (v->kind == V_NAME && bytes_equal(v->name->text, BYTES("os.environ"))) {
		uint32_t fact = py_fact(s, "py.env-all", token, v->name->text);
		r.taint[T_ENV] = fact == NO_FACT ? TAINT_NO_FACT : fact + 1;
		r.flags = F_ALL_ENV;
		return r;
	}
	if (v->kind == V_LIST && v->n_items && v->n_items <= 256 && v->n_items <= s->joins_left) {
		s->joins_left -= v->n_items;
		r = v->items[0];
		for (uint32_t i = 1; i < v->n_items; i++)
			r = py_join(&r, &v->items[i]);
	}
	py_taint(&r, v);
	return r;
}

bool py_is_secret(struct bytes variable)
{
	static const struct bytes words[] = { LIT("TOKEN"),  LIT("SECRET"),     LIT("PASSW"), LIT("_KEY"),
					      LIT("APIKEY"), LIT("CREDENTIAL"), LIT("AWS_") };
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_search(variable, words[i]) < variable.size)
			return true;
	return false;
}

static struct py_value environment(struct py_scan *s, const struct py_value *index, uint32_t token)
{
	struct py_value v = { .kind = V_UNKNOWN };
	uint32_t fact = py_fact(s, py_is_secret(index->text) ? "py.env-secret" : "py.env-read", token, index->text);
	v.taint[T_ENV] = fact == NO_FACT ? TAINT_NO_FACT : fact + 1;
	return v;
}

/* namespace["name"]; NULL name: of this file. */
static struct py_value in_space(struct py_scan *s, const struct py_value *space, const struct py_value *index, uint32_t token)
{
	struct py_value v = { .kind = V_UNKNOWN, .flags = F_COMPUTED | F_POWERFUL };
	if (index->kind != V_TEXT)
		return v;
	v = space->name ? py_name_value(py_name_join(s, space->name->text, index->text)) : py_lookup(s, py_symbol(s, index->text));
	py_reveal(s, &v, token);
	return v;
}

static struct py_value subscript(struct py_scan *s, uint32_t n)
{
	uint32_t first = NODE(s, n)->first, second = NODE(s, first)->next, token = NODE(s, n)->token;
	struct py_value object = py_eval(s, first), from = { 0 }, to = { 0 }, step = { .kind = V_INT, .number = 1 };
	if (second && NODE(s, second)->kind == N_SLICE) {
		uint32_t a = NODE(s, second)->first, b = NODE(s, a)->next, c = b ? NODE(s, b)->next : 0;
		from = py_eval(s, a);
		to = b ? py_eval(s, b) : to;
		if (c && NODE(s, c)->kind != N_NONE)
			step = py_eval(s, c);
		bool known = step.kind == V_INT && (from.kind == V_INT || NODE(s, a)->kind == N_NONE) &&
			     (!b || to.kind == V_INT || NODE(s, b)->kind == N_NONE);
		if (known)
			return py_fold_slice(s, &object, from.kind == V_INT ? &from.number : NULL,
					     to.kind == V_INT ? &to.number : NULL, step.number);
		return unknown_from(&object);
	}
	struct py_value index = second ? py_eval(s, second) : from;
	if (object.kind == V_NAME && bytes_equal(object.name->text, BYTES("os.environ")))
		return environment(s, &index, token);
	if (object.kind == V_NAME &&
	    (bytes_equal(object.name->text, BYTES("sys.modules")) || bytes_equal(object.name->text, BYTES("builtins")))) {
		struct py_value space = object;
		if (object.name->text.data[0] == 's')
			return index.kind == V_TEXT ? py_name_value(py_name(s, index.text))
						    : (struct py_value){ .kind = V_UNKNOWN, .flags = F_COMPUTED };
		return in_space(s, &space, &index, token);
	}
	if (object.kind == V_SPACE)
		return in_space(s, &object, &index, token);
	if (object.kind == V_NAME &&
	    (bytes_equal(object.name->text, BYTES("ctypes.cdll")) || bytes_equal(object.name->text, BYTES("ctypes.windll"))))
		return py_name_value(py_name(s, BYTES("ctypes.CDLL()")));
	if (object.kind == V_DICT && is_text(&index))
		for (uint32_t i = 0; i + 1 < object.n_items; i += 2)
			if (is_text(&object.items[i]) && bytes_equal(object.items[i].text, index.text))
				return object.items[i + 1];
	if (object.kind == V_LIST && index.kind == V_INT && index.number >= -(int64_t)object.n_items && index.number < object.n_items)
		return object.items[index.number < 0 ? index.number + object.n_items : index.number];
	if (is_text(&object) && index.kind == V_INT && object.kind == V_TEXT)
		return py_fold_slice(s, &object, &index.number, index.number == -1 ? NULL : &(int64_t){ index.number + 1 }, 1);
	if (object.kind == V_DICT && object.n_items && object.n_items <= 256 && object.n_items <= s->joins_left) {
		s->joins_left -= object.n_items;
		struct py_value v = object.items[1];
		for (uint32_t i = 3; i < object.n_items; i += 2)
			v = py_join(&v, &object.items[i]);
		return v;
	}
	return object.kind == V_LIST ? py_element(s, &object, token) : unknown_from(&object);
}

static struct py_value joined_path(struct py_scan *s, const struct py_value *items, size_t n)
{
	struct py_value v = py_fold_sum(s, items, n, BYTES("/"));
	v.kind = items[0].kind == V_NAME ? V_NAME : V_UNKNOWN;
	v.name = items[0].name;
	v.flags |= F_PARTIAL;
	v.origin = items[0].origin;
	return v;
}

/* left % right, with a tuple or one value. */
static struct py_value percent(struct py_scan *s, const struct py_value *left, const struct py_value *right)
{
	bool list = right->kind == V_LIST;
	return py_fold_format(s, left->text, list ? right->items : right, list ? right->n_items : 1, true);
}

static struct py_value repeated(struct py_scan *s, const struct py_value *text, int64_t times)
{
	CLEANUP(buf_done) struct buf out = { 0 };
	if (times > PY_FOLD_MAX || !py_room(s, text->text.size * (size_t)(times > 0 ? times : 0)))
		return (struct py_value){ .kind = V_UNKNOWN, .flags = F_ASSEMBLED };
	buf_init(&out, PY_FOLD_MAX);
	for (int64_t i = 0; i < times && !out.full && text->text.size; i++)
		buf_add(&out, text->text);
	struct py_value v = py_text_value(s, text->kind, buf_bytes(&out));
	py_taint(&v, text);
	return v;
}

static struct py_value two_operands(struct py_scan *s, enum py_word word, const struct py_value *a, const struct py_value *b)
{
	struct py_value both[2] = { *a, *b }, v = { .kind = V_UNKNOWN };
	bool numbers = a->kind == V_INT && b->kind == V_INT;
	int64_t n = 0;
	if (word == W_PLUS && numbers && !__builtin_add_overflow(a->number, b->number, &n))
		return (struct py_value){ .kind = V_INT, .number = n };
	if (word == W_MINUS && numbers && !__builtin_sub_overflow(a->number, b->number, &n))
		return (struct py_value){ .kind = V_INT, .number = n };
	if (word == W_CARET && numbers)
		return (struct py_value){ .kind = V_INT, .number = a->number ^ b->number, .flags = F_ASSEMBLED };
	if (word == W_PERCENT && is_text(a))
		return percent(s, a, b);
	if (word == W_STAR && is_text(a) && b->kind == V_INT)
		return repeated(s, a, b->number);
	if (word == W_SLASH && (is_text(b) || a->flags & F_PARTIAL))
		return joined_path(s, both, 2);
	if (word == W_OR || word == W_AND)
		return py_join(a, b);
	if (word == W_COMPARE || word == W_IN || word == W_IS || word == W_NOT)
		return v;
	py_taint(&v, a);
	py_taint(&v, b);
	if (word == W_CARET)
		v.flags |= F_ASSEMBLED;
	return v;
}

/* A sum of texts is put together once, in pieces of 64 operands. */
static struct py_value binary(struct py_scan *s, uint32_t n)
{
	enum { RUN = 8 };
	struct py_value run[RUN], v;
	size_t n_run = 0;
	uint32_t child = NODE(s, n)->first;
	run[n_run++] = py_eval(s, child);
	for (child = NODE(s, child)->next; child; child = NODE(s, child)->next) {
		enum py_word word = (enum py_word)NODE(s, child)->before;
		v = py_eval(s, child);
		bool texts = word == W_PLUS && (is_text(&v) || v.kind == V_UNKNOWN || v.kind == V_NAME) && run[0].kind != V_INT &&
			     run[0].kind != V_LIST;
		if (texts && n_run == RUN) {
			run[0] = py_fold_sum(s, run, RUN, EMPTY);
			n_run = 1;
		}
		if (texts) {
			run[n_run++] = v;
			continue;
		}
		struct py_value left = n_run > 1 ? py_fold_sum(s, run, n_run, EMPTY) : run[0];
		run[0] = two_operands(s, word, &left, &v);
		n_run = 1;
	}
	v = n_run > 1 ? py_fold_sum(s, run, n_run, EMPTY) : run[0];
	if (v.text.size > 3 && !v.text_bits && !(v.taint[T_CRED] && v.taint[T_PERSISTENCE]))
		py_look_at_text(s, &v, NODE(s, n)->token);
	return v;
}

static struct py_value unary(struct py_scan *s, uint32_t n)
{
	struct py_value v = py_eval(s, NODE(s, n)->first);
	if (v.kind == V_INT && NODE(s, n)->word == W_MINUS)
		v.number = -v.number;
	else if (v.kind != V_INT || NODE(s, n)->word != W_PLUS)
		v = unknown_from(&v);
	return v;
}

void py_bind_parameters(struct py_scan *s, uint32_t n, struct py_function *f)
{
	for (uint32_t p = NODE(s, n)->first; p; p = NODE(s, p)->next) {
		struct py_value v = { .kind = V_UNKNOWN };
		if (NODE(s, p)->kind != N_PARAMETER)
			continue;
		for (uint32_t child = NODE(s, p)->first; child; child = NODE(s, child)->next) {
			struct py_value initial = py_eval(s, child);
			if (initial.kind == V_NAME && NODE(s, p)->before && !NODE(s, child)->next)
				v = initial;
		}
		if (!NODE(s, p)->word)
			continue;
		struct bytes name = py_name_of(s, NODE(s, p)->token);
		v.taint[T_PARAMETER] = 1U << f->n_parameters;
		if (f->n_parameters < COUNT(f->parameters))
			f->parameters[f->n_parameters++] = name;
		py_bind(s, py_symbol(s, name), &v);
	}
}

struct py_function *py_function_new(struct py_scan *s)
{
	if (!s->functions_left)
		return &s->anyone;
	s->functions_left--;
	return ARENA_NEW(s->arena, struct py_function);
}

static struct py_value lambda(struct py_scan *s, uint32_t n)
{
	uint32_t depth = s->n_scopes;
	struct py_function *f = py_function_new(s);
	(void)py_scope_push(s, SCOPE_FUNCTION, s->indent, f);
	py_bind_parameters(s, n, f);
	f->result = py_eval(s, NODE(s, n)->last);
	f->returned = true;
	while (s->n_scopes > depth)
		py_scope_pop(s);
	return (struct py_value){ .kind = V_FUNCTION, .function = f };
}

static struct py_value each_element(struct py_scan *s, uint32_t element, uint32_t target, const struct py_value *list)
{
	struct py_value v = { .kind = V_UNKNOWN }, *made = ARENA_ARRAY(s->arena, struct py_value, list->n_items + 1);
	for (uint32_t i = 0; i < list->n_items; i++) {
		py_assign(s, target, &list->items[i]);
		made[i] = py_eval(s, element);
	}
	s->steps_left -= list->n_items;
	v = py_list_value(s, made, list->n_items);
	return v;
}

static struct py_value comprehension(struct py_scan *s, uint32_t n)
{
	uint32_t element = NODE(s, n)->first, clauses = NODE(s, element)->next, value = 0, depth = s->n_scopes;
	struct py_value v, list = { 0 };
	if (clauses && NODE(s, clauses)->kind != N_FOR) {
		value = clauses;
		clauses = NODE(s, clauses)->next;
	}
	(void)py_scope_push(s, s->scopes[s->n_scopes - 1].kind == SCOPE_CLASS ? SCOPE_CLASS : s->scopes[s->n_scopes - 1].kind,
			    s->indent, s->scopes[s->n_scopes - 1].function);
	for (uint32_t c = clauses; c; c = NODE(s, c)->next) {
		uint32_t target = NODE(s, c)->first, iterable = NODE(s, target)->next;
		list = py_eval(s, iterable);
		struct py_value one = py_element(s, &list, NODE(s, iterable)->token);
		py_assign(s, target, &one);
		for (uint32_t condition = NODE(s, iterable)->next; condition; condition = NODE(s, condition)->next)
			(void)py_eval(s, condition);
	}
	bool simple = clauses && !NODE(s, clauses)->next && !value && list.kind == V_LIST && list.n_items &&
		      list.n_items <= s->steps_left && NODE(s, clauses)->last == NODE(s, NODE(s, clauses)->first)->next &&
		      list.n_items * sizeof v <= s->fold_left;
	if (simple) {
		v = each_element(s, element, NODE(s, clauses)->first, &list);
	} else {
		struct py_value one = py_eval(s, element);
		if (value) {
			v = py_eval(s, value);
			py_taint(&one, &v);
		}
		v = unknown_from(&one);
	}
	while (s->n_scopes > depth)
		py_scope_pop(s);
	return v;
}

static struct py_value name(struct py_scan *s, uint32_t n)
{
	return py_lookup(s, py_symbol(s, py_name_of(s, NODE(s, n)->token)));
}

static void tell_call(struct py_scan *s, uint32_t n)
{
	uint32_t parts[16], callee = NODE(s, n)->first, at = callee, n_parts = 0;
	if (!s->request->listener || s->exec_depth || s->second)
		return;
	for (; NODE(s, at)->kind == N_ATTRIBUTE && n_parts < COUNT(parts); at = NODE(s, at)->first)
		parts[n_parts++] = NODE(s, at)->end - 1;
	const struct py_token *t = &s->parser->tokens[NODE(s, n)->token];
	unsigned char made[512];
	size_t size = 0;
	if (NODE(s, at)->kind == N_NAME) {
		struct bytes text = py_token_text(s->parser->text, &s->parser->tokens[NODE(s, at)->token]);
		for (uint32_t i = n_parts + 1; i-- > 0 && size + text.size < sizeof made - 1;) {
			bytes_copy(made + size, text);
			size += text.size;
			if (i == 0)
				break;
			made[size++] = '.';
			text = py_token_text(s->parser->text, &s->parser->tokens[parts[i - 1]]);
		}
	}
	s->request->listener->call(s->request->listener->context, bytes_make(made, size), t->line, t->start - t->line_start + 1);
}

static struct py_value call(struct py_scan *s, uint32_t n)
{
	uint32_t base = s->n_stack, first = NODE(s, n)->first;
	struct py_call c = { .node = n, .token = NODE(s, n)->token };
	tell_call(s, n);
	c.callee = py_eval(s, first);
	for (uint32_t child = NODE(s, first)->next; child; child = NODE(s, child)->next) {
		struct py_argument a = { .node = child };
		if (NODE(s, child)->kind == N_KEYWORD) {
			a.keyword = py_name_of(s, NODE(s, child)->token);
			a.value = py_eval(s, NODE(s, child)->first);
			if (bytes_equal(a.keyword, BYTES("headers")) || bytes_equal(a.keyword, BYTES("auth")))
				py_forgive_token(&a.value);
		} else {
			a.value = py_eval(s, child);
		}
		if (a.value.kind == V_NAME && bytes_equal(a.value.name->text, BYTES("os.environ")) &&
		    !bytes_equal(a.keyword, BYTES("env")))
			a.value = py_element(s, &a.value, NODE(s, child)->token);
		if (s->n_stack < PY_VALUES_MAX)
			s->stack[s->n_stack++] = a;
	}
	c.arguments = s->stack + base;
	c.n = s->n_stack - base;
	struct py_value v = py_apply(s, &c);
	s->n_stack = base;
	return v;
}

static struct py_value children(struct py_scan *s, uint32_t n, bool join)
{
	uint32_t child = NODE(s, n)->first;
	struct py_value v = { .kind = V_UNKNOWN };
	if (child)
		v = py_eval(s, child);
	for (child = child ? NODE(s, child)->next : 0; child; child = NODE(s, child)->next) {
		struct py_value next = py_eval(s, child);
		v = join ? py_join(&v, &next) : next;
	}
	return v;
}

static struct py_value conditional(struct py_scan *s, uint32_t n)
{
	uint32_t first = NODE(s, n)->first, second = NODE(s, first)->next;
	struct py_value a = py_eval(s, first);
	(void)py_eval(s, second);
	struct py_value b = py_eval(s, NODE(s, second)->next);
	return py_join(&a, &b);
}

void py_give_back(struct py_scan *s, const struct py_value *v)
{
	for (uint32_t i = s->n_scopes; i > 0; i--) {
		struct py_function *f = s->scopes[i - 1].function;
		if (s->scopes[i - 1].kind != SCOPE_FUNCTION || !f)
			continue;
		f->result = f->returned ? py_join(&f->result, v) : *v;
		f->returned = true;
		break;
	}
}

struct py_value py_eval(struct py_scan *s, uint32_t n)
{
	struct py_value v = { .kind = V_UNKNOWN };
	switch ((enum py_node_kind)NODE(s, n)->kind) {
	case N_NAME:
		return name(s, n);
	case N_NUMBER:
		return number(s, NODE(s, n)->token);
	case N_STRING:
		return strings(s, n);
	case N_ATTRIBUTE:
		return attribute(s, n);
	case N_CALL:
		return call(s, n);
	case N_SUBSCRIPT:
		return subscript(s, n);
	case N_TUPLE:
	case N_LIST:
	case N_SET:
	case N_DICT:
		return display(s, n);
	case N_BINARY:
		return binary(s, n);
	case N_UNARY:
		return unary(s, n);
	case N_LAMBDA:
		return lambda(s, n);
	case N_COMPREHENSION:
		return comprehension(s, n);
	case N_CONDITIONAL:
		return conditional(s, n);
	case N_STAR:
		v = children(s, n, false);
		return v.kind == V_NAME ? py_element(s, &v, NODE(s, n)->token) : v;
	case N_KEYWORD:
	case N_SLICE:
	case N_PARAMETER:
	case N_FOR:
		return children(s, n, true);
	case N_YIELD:
		v = children(s, n, false);
		py_give_back(s, &v);
		return v;
	case N_AWAIT:
		return children(s, n, false);
	case N_WALRUS:
		v = py_eval(s, NODE(s, n)->last);
		py_assign(s, NODE(s, n)->first, &v);
		return v;
	case N_NONE:
		break;
	}
	return v;
}
