/* What hwb knows about a Python: the answer of data/interpreter_probe.py, which runs in the sandbox with -I -S.
 * The answer is hostile data like everything that comes out of there. */
#ifndef PYTHON_INTERPRETER_H
#define PYTHON_INTERPRETER_H

#include "python/marker.h"

/* The answer of a CPython 3.14 is about 60 KiB. */
enum { INTERPRETER_JSON_MAX = 1024 * 1024, INTERPRETER_TEXT_MAX = 4096 };

struct interpreter {
	struct bytes executable, real_executable; /* absolute paths, the second without symbolic links */
	struct bytes prefix, base_prefix; /* absolute paths, the first without symbolic links */
	struct bytes version; /* "3.11.7" */
	uint32_t major, minor, patch;
	struct bytes implementation; /* "cpython", lower case */
	bool free_threaded;
	struct marker_env env;
	const struct bytes *tags; /* "cp311-cp311-linux_x86_64", the best first: for tag_set_new */
	size_t n_tags;
	struct bytes stdlib, include; /* absolute paths */
	struct bytes purelib, platlib; /* below any prefix: "lib/python3.11/site-packages" */
	struct bytes ext_suffix; /* ".cpython-311-x86_64-linux-gnu.so" */
	struct bytes glibc, musl; /* "2.36"; {NULL, 0}: the interpreter uses another C library */
};

/* json: what the probe printed. *ret_interpreter lives as long as a.
 * ERR_FORMAT names the key that is absent or not what it should be; ERR_LIMIT. */
MUST_USE enum status interpreter_parse(struct bytes json, struct arena *a, struct interpreter *ret_interpreter, struct diag *d);

/* The record that hwb-parse sends and the cache keeps. The reader checks everything again: ERR_FORMAT, ERR_LIMIT. */
void interpreter_write(const struct interpreter *i, struct buf *out);
MUST_USE enum status interpreter_read(struct bytes record, struct arena *a, struct interpreter *ret_interpreter, struct diag *d);

#endif
