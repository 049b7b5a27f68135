/* One Python file being scanned: names and their values, what is known of a value and where it came from. Private to src/scan/py_*.c. */
#ifndef SCAN_PY_SCAN_H
#define SCAN_PY_SCAN_H

#include "scan/py_parse.h"
#include "scan/py_text.h"
#include "scan/python.h"

enum {
	PY_FOLD_MAX = 65536,
	PY_ITEMS_MAX = 4096,
	PY_VALUES_MAX = 8192,
	PY_SCOPES_MAX = 100,
	PY_EXEC_DEPTH = 3,
	PY_SYMBOLS_MAX = 1 << 15
};

/* Where a value came from: one fact each. */
enum py_taint { T_DECODE, T_NET, T_ENV, T_CRED, T_FILE, T_PERSISTENCE, T_EXFIL, T_PARAMETER, N_TAINTS };

enum py_value_kind {
	V_UNKNOWN,
	V_NAME, /* a thing of a module, by its resolved name */
	V_TEXT,
	V_BYTES,
	V_INT,
	V_LIST, /* items; tuples and sets too */
	V_DICT, /* items: key, value, key, value */
	V_SPACE, /* the namespace of a module: name, NULL for this file */
	V_FUNCTION, /* of this file */
	V_PARTIAL, /* name called with items before */
	V_GETTER, /* operator.attrgetter: text */
	V_METHOD, /* a method of a known value: items[0] is the object, text the method's name */
};
enum {
	F_ASSEMBLED = 1, /* put together of characters or pieces, as nobody writes it */
	F_PARTIAL = 2, /* text holds the known parts only */
	F_COMPUTED = 4, /* a name was looked up that is not known */
	F_OWN = 8, /* a path inside this project, or from it */
	F_ALL_ENV = 16, /* the whole environment */
	F_WRITE = 32, /* a file opened for writing */
	F_PIECES = 64, /* put together of constant strings */
};

enum { TAINT_NO_FACT = UINT32_MAX };

struct py_name;
struct py_symbol;
struct py_function;

struct py_value {
	uint8_t kind, flags;
	uint16_t text_bits; /* TEXT_* of text */
	uint32_t n_items;
	struct bytes text;
	int64_t number;
	const struct py_value *items;
	struct py_name *name;
	struct py_symbol *origin; /* the variable it was read from */
	struct py_symbol *target; /* the variable that holds the path of this file */
	struct py_function *function;
	uint32_t taint[N_TAINTS]; /* index of a fact + 1, or TAINT_NO_FACT; T_PARAMETER: a bit for each parameter */
};

/* A dotted name, once a file. */
struct py_name {
	struct bytes text;
	const struct py_rule *rule;
	struct py_name *canonical; /* itself, or the one by which the rules know it */
	struct py_name *next;
};

struct py_function {
	struct py_value result; /* of every return so far */
	struct bytes parameters[31]; /* their names; further ones share the last bit */
	uint32_t n_parameters;
	uint32_t sinks[N_FACT_KINDS]; /* fact + 1 of a call in it that gets a parameter, */
	uint32_t sink_parameters[N_FACT_KINDS]; /* and which of them */
	bool returned;
};

struct py_binding {
	struct py_value value;
	struct py_symbol *symbol;
	struct py_binding *below; /* of the same symbol, in an outer scope */
	struct py_binding *next; /* of the same scope */
	uint32_t scope;
	bool is_global; /* "global x": assignments go to the file's scope */
};
struct py_symbol {
	struct bytes name;
	uint32_t hash;
	struct py_symbol *next;
	struct py_binding *top;
	struct py_name *builtin; /* what it is when nothing binds it; NULL */
	bool missed; /* a function asked for it before it was bound */
};

struct py_argument {
	struct py_value value;
	struct bytes keyword; /* empty: by position */
	uint32_t node;
};
struct py_call {
	uint32_t node, token; /* token: where its facts are */
	struct py_value callee;
	struct py_argument *arguments;
	uint32_t n;
};

enum py_scope_kind { SCOPE_FILE, SCOPE_CLASS, SCOPE_FUNCTION };
struct py_scope {
	enum py_scope_kind kind;
	uint32_t indent, body; /* columns of its statement and of its body; UINT32_MAX: not seen yet */
	struct py_binding *bindings;
	struct py_function *function;
};

struct py_scan {
	const struct py_request *request;
	struct fact_list *facts;
	struct arena *arena; /* of this file */
	struct py_parser *parser; /* of the text that is read now */
	struct text_matcher matcher;
	struct py_symbol **symbols;
	struct py_name **names;
	struct py_binding *unused;
	size_t n_symbols, n_names;
	struct py_scope scopes[PY_SCOPES_MAX];
	uint32_t n_scopes, floor; /* scopes below the floor belong to the text around this one */
	struct py_argument *stack; /* arguments of the calls being looked at */
	uint32_t n_stack;
	struct py_value last; /* of the last expression statement */
	uint32_t n_paths; /* paths that something was written to */
	uint32_t steps_left; /* elements of comprehensions that may still be worked out one by one */
	size_t fold_left; /* bytes that may still be made by folding */
	size_t exec_left; /* bytes of decoded code that may still be read */
	uint32_t exec_depth;
	uint32_t indent; /* of this line */
	const struct py_name *stars[8]; /* from x import * */
	uint32_t n_stars;
	struct fact outer; /* exec_depth > 0: the place of the call */
	uint32_t *last_of_rule; /* fact + 1, by rule */
	uint16_t *n_of_rule;
	bool again; /* a name was bound after a function had asked for it */
	size_t first_fact; /* of this file in the list */
	bool second; /* this is the second time through */
};

#define EMPTY ((struct bytes){ NULL, 0 })

/* py_facts.c: adds a fact at a token, or at the outer place; returns its index. */
uint32_t py_fact(struct py_scan *s, const char *id, uint32_t token, struct bytes name);
void py_fact_sight(void *scan, enum py_sight sight, uint32_t line, uint32_t line_start, uint32_t at);
/* Looks at a text that was written or put together: facts, and taints on *v. */
void py_look_at_text(struct py_scan *s, struct py_value *v, uint32_t token);

/* py_scope.c */
struct py_symbol *py_symbol(struct py_scan *s, struct bytes name);
struct py_value py_lookup(struct py_scan *s, struct py_symbol *symbol);
void py_bind(struct py_scan *s, struct py_symbol *symbol, const struct py_value *v);
/* In the scope of the file: what is kept in objects and files is everybody's. */
void py_bind_file(struct py_scan *s, struct py_symbol *symbol, const struct py_value *v);
/* "global x" in this scope. */
void py_bind_global(struct py_scan *s, struct py_symbol *symbol);
void py_scope_push(struct py_scan *s, enum py_scope_kind kind, uint32_t indent, struct py_function *f);
void py_scope_pop(struct py_scan *s);
bool py_in_function(const struct py_scan *s);
struct py_name *py_name(struct py_scan *s, struct bytes dotted);
struct py_name *py_name_join(struct py_scan *s, struct bytes before, struct bytes attribute);
struct py_value py_name_value(struct py_name *name);
void py_taint(struct py_value *to, const struct py_value *from);
/* What it is when it may be either. */
struct py_value py_join(const struct py_value *a, const struct py_value *b);

/* py_fold.c: values that can be known without running anything. */
bool py_room(struct py_scan *s, size_t size);
struct py_value py_text_value(struct py_scan *s, enum py_value_kind kind, struct bytes text);
struct py_value py_list_value(struct py_scan *s, const struct py_value *items, size_t n);
/* One string token, or the text of an f-string's part (token kind PY_FTEXT). */
struct py_value py_literal(struct py_scan *s, const struct py_token *t);
struct py_value py_fold_sum(struct py_scan *s, const struct py_value *items, size_t n, struct bytes between);
struct py_value py_fold_slice(struct py_scan *s, const struct py_value *v, const int64_t *from, const int64_t *to, int64_t step);
/* A method of a known text or list; V_UNKNOWN when it is none of those that are folded. */
struct py_value py_fold_method(struct py_scan *s, const struct py_value *object, struct bytes method, const struct py_call *c);
struct py_value py_fold_format(struct py_scan *s, struct bytes format, const struct py_value *items, size_t n, bool percent);
struct py_value py_fold_text(struct py_scan *s, const struct py_call *c, bool to_bytes);

/* py_decode.c */
struct py_value py_decode(struct py_scan *s, struct bytes function, const struct py_value *v);
/* The codec names one that hides text. */
bool py_is_hiding_codec(struct bytes codec);

/* py_eval.c: calls itself, at most PY_TREE_DEPTH_MAX deep for a tree of that depth. */
struct py_value py_eval(struct py_scan *s, uint32_t node);
struct py_value py_attribute(struct py_scan *s, const struct py_value *object, struct bytes name, uint32_t token);
/* Parameters are unknown, but a call may bring something in. n: whose children they are. */
void py_bind_parameters(struct py_scan *s, uint32_t n, struct py_function *f);
void py_assign(struct py_scan *s, uint32_t target, const struct py_value *v);
/* The value of one element of what is iterated. */
/* The name of a variable of the environment that holds a secret, by what such names have in them. */
bool py_is_secret(struct bytes variable);
/* return or yield: the innermost function's result may be this. */
void py_give_back(struct py_scan *s, const struct py_value *v);
/* A single variable in an authorization header is what tokens are for: that is not theft. */
bool py_is_authorization(const struct py_value *key);
void py_forgive_token(struct py_value *v);
struct py_value py_element(struct py_scan *s, const struct py_value *v, uint32_t token);
struct bytes py_name_of(struct py_scan *s, uint32_t token);

/* py_call.c */
struct py_value py_apply(struct py_scan *s, const struct py_call *c);
/* py_use.c: a call or hand-over of a name that has a rule. */
struct py_value py_use(struct py_scan *s, const struct py_call *c);
uint32_t py_use_fact(struct py_scan *s, const struct py_call *c, const char *id);
const struct py_value *py_argument(const struct py_call *c, size_t at, const char *keyword);
void py_reveal(struct py_scan *s, const struct py_value *v, uint32_t token);
/* What was written to reaches whoever reads it. */
void py_write_to(struct py_scan *s, const struct py_value *to, const struct py_value *what);
void py_taint_by_path(struct py_scan *s, struct py_value *v);

/* py_stmt.c: reads a text as statements, in the scopes of the scan; indent counts from `floor`. */
void py_run_text(struct py_scan *s, struct bytes text);

#endif
