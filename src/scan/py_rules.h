/* What is known of the names of the standard library and of popular ones: which fact a use is, and how its result is folded. */
#ifndef SCAN_PY_RULES_H
#define SCAN_PY_RULES_H

#include "base/bytes.h"

enum py_action {
	A_CALL, /* the fact, and taints by its kind */
	A_EXEC,
	A_COMPILE,
	A_IMPORT,
	A_LOAD, /* loads a module from a place: a fact, unknown code when the place is not this project's */
	A_GETATTR,
	A_SETATTR,
	A_NAMESPACE, /* globals, locals, vars */
	A_OPEN,
	A_CHR,
	A_TEXT, /* str, bytes, bytearray */
	A_SEQUENCE, /* list, tuple, iter, reversed: the same items */
	A_REVERSED,
	A_MAP,
	A_HEX,
	A_BASE64,
	A_ZLIB,
	A_CODECS,
	A_PARTIAL,
	A_ATTRGETTER,
	A_METHODCALLER,
	A_JOIN_PATH,
	A_EXPAND,
	A_SETUP,
	A_ENV,
	A_SAME, /* its result is its first argument */
	A_ZIP,
	A_PASS, /* its result is made of its arguments */
};

struct py_rule {
	const char *name; /* dotted; "a.*" for everything below a */
	const char *fact; /* NULL: none */
	enum py_action action;
};
/* All rows, sorted by name. */
const struct py_rule *py_rules(size_t *ret_n);
/* The row of a name, or of the nearest "*" above it; NULL. "x()" stands for what x gives: below it only calls that reach outside
 * have a row. */
const struct py_rule *py_rule_of(struct bytes dotted);
/* The name by which the rules know it: posix.system is os.system, six.moves.urllib is urllib, subprocess.os is os. Borrowed from
 * dotted, or from out, which has room for 256 bytes. */
struct bytes py_canonical(struct bytes dotted, unsigned char out[256]);
/* A builtin that has a row, by its bare name; "__builtins__" as well. */
bool py_is_builtin(struct bytes name);
/* A program that builds use: compilers, pkg-config, git and so on; a path in front and ".exe" behind are allowed. */
bool py_is_tool(struct bytes program);

#endif
