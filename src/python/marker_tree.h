/* The insides of a parsed marker: what the parser makes and the evaluator walks.
 * Internal to src/python. */
#ifndef PYTHON_MARKER_TREE_H
#define PYTHON_MARKER_TREE_H

#include "python/marker.h"

enum marker_op {
	MARKER_IN,
	MARKER_NOT_IN,
	MARKER_ARBITRARY, /* === */
	MARKER_EQUAL,
	MARKER_COMPATIBLE, /* ~= */
	MARKER_NOT_EQUAL,
	MARKER_AT_MOST,
	MARKER_AT_LEAST,
	MARKER_LESS,
	MARKER_GREATER,
	MARKER_N_OPS
};

/* A variable or a quoted string. */
struct marker_operand {
	bool is_variable;
	enum marker_variable variable;
	struct bytes text; /* of a string, without its quotes; extras normalised */
};

/* A comparison when n == 0, else a group of n items, each but the first after "and" or "or". */
struct marker {
	const struct marker *items;
	size_t n;
	bool after_or; /* how it hangs on the item before it */
	struct marker_operand left, right;
	enum marker_op op;
};

/* "in", ">=" and so on. */
struct bytes marker_op_text(enum marker_op op);

#endif
