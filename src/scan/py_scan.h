/* One Python file being scanned: names and their values, what is known of a value and where it came from. Private to src/scan/py_*.c. */
#ifndef SCAN_PY_SCAN_H
#define SCAN_PY_SCAN_H

#include "scan/py_parse.h"
#include "scan/py_text.h"
#include "scan/py_value.h"
#include "scan/python.h"

enum { PY_VALUES_MAX = 8192, PY_SCOPES_MAX = 100, PY_EXEC_DEPTH = 3, PY_SYMBOLS_MAX = 1 << 15 };

struct py_binding {
	struct py_value value;
	struct py_symbol *symbol;
	struct py_binding *below; /* of the same symbol, in an outer scope */
	struct py_binding *next; /* of the same scope */
	uint32_t scope;
	bool is_global; /* "global x": assignments go to the file's scope, */
	bool is_nonlocal; /* or to that of the binding below */
};
struct py_symbol {
	struct bytes name;
	uint32_t hash;
	struct py_symbol *next;
	struct py_binding *top;
	struct py_name *builtin; /* what it is when nothing binds it; NULL */
	bool missed; /* a function asked for it before it was bound */
};

enum py_scope_kind { SCOPE_FILE, SCOPE_CLASS, SCOPE_FUNCTION };
struct py_scope {
	enum py_scope_kind kind;
	uint32_t indent, body; /* columns of its statement and of its body; UINT32_MAX: not seen yet */
	struct py_binding *bindings;
	struct py_function *function;
	struct bytes name; /* of a class */
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
	struct py_value subject; /* of the last match statement */
	struct py_value last; /* of the last expression statement */
	uint32_t n_paths; /* paths that something was written to */
	uint32_t functions_left; /* that get an entry of their own */
	struct py_function anyone; /* stands for the others */
	uint32_t joins_left; /* items of lists that may still be joined */
	size_t looks_left; /* bytes of texts that may still be looked at as a whole */
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
/* In a class: the name is also self.NAME, cls.NAME and CLASS.NAME. */
void py_bind_member(struct py_scan *s, struct bytes name, const struct py_value *v);
void py_bind_file(struct py_scan *s, struct py_symbol *symbol, const struct py_value *v);
/* "global x" in this scope. */
void py_bind_global(struct py_scan *s, struct py_symbol *symbol, bool nonlocal);
/* False when there are PY_SCOPES_MAX already: then it is part of the one around it. */
bool py_scope_push(struct py_scan *s, enum py_scope_kind kind, uint32_t indent, struct py_function *f);
void py_scope_pop(struct py_scan *s);
bool py_in_function(const struct py_scan *s);
struct py_name *py_name(struct py_scan *s, struct bytes dotted);
struct py_name *py_name_join(struct py_scan *s, struct bytes before, struct bytes attribute);
struct py_value py_name_value(struct py_name *name);
void py_taint(struct py_value *to, const struct py_value *from);
/* What it is when it may be either. */
struct py_value py_join(const struct py_value *a, const struct py_value *b);

/* py_eval.c: calls itself, at most PY_TREE_DEPTH_MAX deep for a tree of that depth. */
struct py_value py_eval(struct py_scan *s, uint32_t node);
struct py_function *py_function_new(struct py_scan *s);
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
/* What a command that starts a program says, when it is known. */
void py_look_at_command(struct py_scan *s, const struct py_value *command, uint32_t token, bool is_program);
/* What was written to reaches whoever reads it. */
void py_write_to(struct py_scan *s, const struct py_value *to, const struct py_value *what);
void py_taint_by_path(struct py_scan *s, struct py_value *v);

/* py_stmt.c: reads a text as statements, in the scopes of the scan; indent counts from `floor`. */
void py_run_text(struct py_scan *s, struct bytes text);

#endif
