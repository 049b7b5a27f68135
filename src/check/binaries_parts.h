/* Internal to binaries*.c: the state, and the checks of one ELF file. */
#ifndef CHECK_BINARIES_PARTS_H
#define CHECK_BINARIES_PARTS_H

#include "check/binaries.h"
#include "check/platform.h"
#include "format/elf.h"

/* A library that a member needs and no policy lists: whether the wheel ships it is known at the end. */
struct wanted_library {
	struct bytes path, soname;
	const struct platform *platform; /* whose policy does not list it */
};

/* A symbol of Python's that the stable ABI lacks: whether a library of the wheel has it is known at the end. */
struct unstable_import {
	struct bytes path, name;
};

struct binaries {
	struct binaries_request request;
	wheel_report *report;
	void *context;
	struct arena *arena;
	struct platform *platforms; /* of the tags */
	size_t n_platforms;
	bool is_any;
	struct bytes *shipped; /* file names and sonames of the libraries of the wheel */
	size_t n_shipped;
	struct wanted_library *wanted;
	size_t n_wanted;
	struct unstable_import *unstable; /* one module after the other */
	size_t n_unstable;
	struct bytes *exports; /* names that begin as Python's do, of the wheel's own libraries */
	size_t n_exports;
};

/* One ELF member. */
struct binary {
	struct binaries *all;
	struct bytes path, base; /* base: what follows the last slash */
	const struct elf *elf;
	struct arena *scratch; /* until the member is done */
};

/* Reports about the member. */
void binary_report(const struct binary *b, const char *id, const char *format, ...) PRINTF_LIKE(3, 4);

/* A list of names for one sentence: the first few, then how many more there are. */
enum { LISTED_MAX = 5 };
struct listed {
	struct bytes names[LISTED_MAX];
	size_t n;
};
void listed_add(struct listed *l, struct bytes name);
/* "a, b and 3 more"; lives as long as a. */
const char *listed_text(const struct listed *l, struct arena *a);

/* The oldest tag of that kind; NULL: none. A wheel must hold to all of its tags, and who holds to the oldest holds to all. */
const struct platform *binaries_platform(const struct binaries *b, enum platform_kind kind);

/* The parts; each walks the symbols itself. ERR_*: the symbols cannot be read. */
MUST_USE enum status binary_check_policies(const struct binary *b, struct diag *d); /* B03, B04 */
MUST_USE enum status binary_check_python(const struct binary *b, struct diag *d); /* B07, B08, B10 */
void binary_check_loading(const struct binary *b); /* B05, B06, B12 */

/* What was left open, at the end. */
void binaries_check_wanted(struct binaries *b); /* B03, B04 */
void binaries_check_unstable(struct binaries *b); /* B07 */

/* For qsort and bsearch over struct bytes. */
int binaries_compare_names(const void *a, const void *b);

#endif
