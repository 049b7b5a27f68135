/* Names: symbols with the bindings of each scope, and dotted names. */
#include "scan/py_scan.h"
#include "scan/py_ident.h"
#include "scan/py_rules.h"

enum { BUCKETS = 4096 };

static uint32_t hash_of(struct bytes b)
{
	uint32_t h = 2166136261U;
	for (size_t i = 0; i < b.size; i++)
		h = (h ^ b.data[i]) * 16777619U;
	return h ^ h >> 15;
}

/* The entry of exactly this text. */
static struct py_name *entry_of(struct py_scan *s, struct bytes text)
{
	if (!s->names)
		s->names = ARENA_ARRAY(s->arena, struct py_name *, BUCKETS);
	struct py_name **bucket = &s->names[hash_of(text) % BUCKETS];
	for (struct py_name *n = *bucket; n; n = n->next)
		if (bytes_equal(n->text, text))
			return n;
	if (s->n_names == PY_SYMBOLS_MAX)
		return NULL;
	s->n_names++;
	struct py_name *n = ARENA_NEW(s->arena, struct py_name);
	*n = (struct py_name){ .text = arena_copy(s->arena, text), .rule = py_rule_of(text), .next = *bucket };
	*bucket = n;
	return n;
}

struct py_name *py_name(struct py_scan *s, struct bytes dotted)
{
	unsigned char made[256];
	struct py_name *n = entry_of(s, dotted);
	if (n && !n->canonical) {
		struct bytes text = py_canonical(n->text, made);
		n->canonical = bytes_equal(text, n->text) ? n : entry_of(s, text);
		if (n->canonical)
			n->canonical->canonical = n->canonical;
	}
	return n ? n->canonical : NULL;
}

struct py_name *py_name_join(struct py_scan *s, struct bytes before, struct bytes attribute)
{
	unsigned char made[256];
	if (before.size + attribute.size + 1 > sizeof made)
		return NULL;
	bytes_copy(made, before);
	made[before.size] = '.';
	bytes_copy(made + before.size + 1, attribute);
	bool call = attribute.size && attribute.data[0] == '('; /* "x" and "()" make "x()" */
	if (call)
		bytes_copy(made + before.size, attribute);
	return py_name(s, bytes_make(made, before.size + attribute.size + !call));
}

struct py_value py_name_value(struct py_name *name)
{
	return name ? (struct py_value){ .kind = V_NAME, .name = name } : (struct py_value){ .kind = V_UNKNOWN };
}

struct py_symbol *py_symbol(struct py_scan *s, struct bytes name)
{
	static struct py_symbol nobody;
	if (!s->symbols)
		s->symbols = ARENA_ARRAY(s->arena, struct py_symbol *, BUCKETS);
	uint32_t hash = hash_of(name);
	struct py_symbol **bucket = &s->symbols[hash % BUCKETS];
	for (struct py_symbol *y = *bucket; y; y = y->next)
		if (y->hash == hash && bytes_equal(y->name, name))
			return y;
	if (s->n_symbols == PY_SYMBOLS_MAX) {
		nobody = (struct py_symbol){ .name = EMPTY };
		return &nobody;
	}
	if (++s->n_symbols == PY_SYMBOLS_MAX)
		(void)py_fact(s, "py.too-complex", s->parser->at, BYTES("names"));
	struct py_symbol *y = ARENA_NEW(s->arena, struct py_symbol);
	*y = (struct py_symbol){ .name = arena_copy(s->arena, name), .hash = hash, .next = *bucket };
	if (py_is_builtin(name))
		y->builtin = bytes_starts(name, BYTES("__builtins__")) || bytes_starts(name, BYTES("__loader__")) ||
					     bytes_starts(name, BYTES("__spec__"))
				     ? py_name(s, name)
				     : py_name_join(s, BYTES("builtins"), name);
	*bucket = y;
	return y;
}

/* A class's names are not seen by its methods. */
static bool is_visible(const struct py_scan *s, const struct py_binding *b)
{
	return s->scopes[b->scope].kind != SCOPE_CLASS || b->scope + 1 == s->n_scopes;
}

static bool in_starred_module(struct py_scan *s, struct bytes name, struct py_value *ret)
{
	for (uint32_t i = 0; i < s->n_stars; i++) {
		struct py_name *n = py_name_join(s, s->stars[i]->text, name);
		if (n && n->rule) {
			*ret = py_name_value(n);
			return true;
		}
	}
	return false;
}

struct py_value py_lookup(struct py_scan *s, struct py_symbol *symbol)
{
	struct py_value v = { .kind = V_UNKNOWN };
	for (struct py_binding *b = symbol->top; b; b = b->below)
		if (is_visible(s, b) && !b->is_global) {
			v = b->value;
			v.origin = symbol;
			return v;
		}
	if (py_in_function(s))
		symbol->missed = true;
	v.origin = symbol;
	if (!in_starred_module(s, symbol->name, &v) && symbol->builtin)
		v = py_name_value(symbol->builtin);
	if (bytes_equal(symbol->name, BYTES("__file__")))
		v.flags |= F_OWN;
	return v;
}

void py_taint(struct py_value *to, const struct py_value *from)
{
	for (size_t i = 0; i < N_TAINTS; i++)
		if (!to->taint[i])
			to->taint[i] = from->taint[i];
	to->taint[T_PARAMETER] |= from->taint[T_PARAMETER];
	to->flags |= from->flags & (F_ASSEMBLED | F_COMPUTED | F_OWN | F_ALL_ENV);
}

static bool is_interesting(const struct py_value *v)
{
	if (v->kind == V_UNKNOWN) {
		for (size_t i = 0; i < N_TAINTS; i++)
			if (v->taint[i])
				return true;
		return v->flags & (F_ASSEMBLED | F_COMPUTED);
	}
	return v->kind != V_INT;
}

struct py_value py_join(const struct py_value *a, const struct py_value *b)
{
	struct py_value v = is_interesting(a) && (a->kind != V_UNKNOWN || b->kind == V_UNKNOWN) ? *a : *b;
	bool same = a->kind == b->kind && a->name == b->name && bytes_equal(a->text, b->text);
	if (!same && (v.kind == V_TEXT || v.kind == V_BYTES || v.kind == V_LIST)) {
		v.kind = V_UNKNOWN;
		v.flags |= F_PARTIAL;
	}
	py_taint(&v, a);
	py_taint(&v, b);
	return v;
}

static uint32_t scope_of(const struct py_scan *s, const struct py_symbol *symbol)
{
	for (const struct py_binding *b = symbol->top; b && b->scope + 1 == s->n_scopes; b = b->below)
		if (b->is_global)
			return b->is_nonlocal && b->below ? b->below->scope : 0;
	return s->n_scopes - 1;
}

void py_bind(struct py_scan *s, struct py_symbol *symbol, const struct py_value *v)
{
	uint32_t scope = scope_of(s, symbol);
	struct py_binding **place = &symbol->top;
	if (!symbol->name.size)
		return;
	if (scope == 0 && symbol->missed && !s->second && is_interesting(v))
		s->again = true;
	while (*place && (*place)->scope > scope)
		place = &(*place)->below;
	if (*place && (*place)->scope == scope) {
		/* what stands under a condition does not take away what was there */
		bool conditional = s->indent > s->scopes[scope].body;
		bool keeps = conditional && is_interesting(&(*place)->value);
		(*place)->value = keeps ? py_join(&(*place)->value, v) : *v;
		return;
	}
	struct py_binding *b = s->unused;
	if (b)
		s->unused = b->next;
	else
		b = ARENA_NEW(s->arena, struct py_binding);
	*b = (struct py_binding){ .value = *v, .symbol = symbol, .below = *place, .scope = scope, .next = s->scopes[scope].bindings };
	*place = b;
	s->scopes[scope].bindings = b;
}

void py_bind_member(struct py_scan *s, struct bytes name, const struct py_value *v)
{
	const struct py_scope *top = &s->scopes[s->n_scopes - 1];
	struct bytes owners[] = { BYTES("self"), BYTES("cls"), top->name };
	unsigned char made[160];
	if (top->kind != SCOPE_CLASS || v->kind == V_UNKNOWN || v->kind == V_INT)
		return;
	for (size_t i = 0; i < COUNT(owners); i++) {
		if (!owners[i].size || owners[i].size + name.size + 1 > sizeof made)
			continue;
		bytes_copy(made, owners[i]);
		made[owners[i].size] = '.';
		bytes_copy(made + owners[i].size + 1, name);
		py_bind_file(s, py_symbol(s, bytes_make(made, owners[i].size + name.size + 1)), v);
	}
}

void py_bind_file(struct py_scan *s, struct py_symbol *symbol, const struct py_value *v)
{
	uint32_t n = s->n_scopes;
	s->n_scopes = 1;
	py_bind(s, symbol, v);
	s->n_scopes = n;
}

void py_bind_global(struct py_scan *s, struct py_symbol *symbol, bool nonlocal)
{
	struct py_value nothing = { .kind = V_UNKNOWN };
	if (s->n_scopes == 1)
		return;
	if (!symbol->top || symbol->top->scope + 1 != s->n_scopes)
		py_bind(s, symbol, &nothing);
	if (symbol->top && symbol->top->scope + 1 == s->n_scopes)
		*symbol->top = (struct py_binding){ .symbol = symbol,
						    .below = symbol->top->below,
						    .next = symbol->top->next,
						    .scope = symbol->top->scope,
						    .is_global = true,
						    .is_nonlocal = nonlocal };
}

bool py_scope_push(struct py_scan *s, enum py_scope_kind kind, uint32_t indent, struct py_function *f)
{
	if (s->n_scopes == PY_SCOPES_MAX)
		return false;
	s->scopes[s->n_scopes++] = (struct py_scope){ .kind = kind, .indent = indent, .body = UINT32_MAX, .function = f };
	return true;
}

void py_scope_pop(struct py_scan *s)
{
	struct py_scope *scope = &s->scopes[--s->n_scopes];
	while (scope->bindings) {
		struct py_binding *b = scope->bindings, **place = &b->symbol->top;
		scope->bindings = b->next;
		while (*place != b)
			place = &(*place)->below;
		*place = b->below;
		b->next = s->unused;
		s->unused = b;
	}
}

bool py_in_function(const struct py_scan *s)
{
	for (uint32_t i = s->n_scopes; i > 0; i--)
		if (s->scopes[i - 1].kind == SCOPE_FUNCTION)
			return true;
	return false;
}
