/* What is known of a value without running anything, and where it came from. Private to src/scan/py_*.c. */
#ifndef SCAN_PY_VALUE_H
#define SCAN_PY_VALUE_H

#include "scan/fact.h"
#include "scan/py_lex.h"

enum { PY_FOLD_MAX = 65536, PY_ITEMS_MAX = 4096 };

struct py_scan;

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
	F_POWERFUL = 128, /* a name of a module that runs things, and it is not known which */
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

#endif
