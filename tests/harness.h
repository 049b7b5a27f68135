/* A test program is a table of {name, function}: each case runs in a process of its own, under an alarm, and prints TAP.
 * CHECK ends the case; SKIP ends it with a reason, which is printed. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

struct test {
	const char *name; /* a sentence of behaviour */
	void (*run)(void);
};

/* Runs all (or those whose name contains argv[1]) and returns the exit status for main. */
int test_main(int argc, char **argv, const struct test *tests, size_t n);

void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4), noreturn));
void test_skip(const char *reason) __attribute__((noreturn));
void test_equal_bytes(const char *file, int line, const char *what, struct bytes got, struct bytes want);
void test_equal_number(const char *file, int line, const char *what, long long got, long long want);

#define CHECK(condition) \
	do { \
		if (!(condition)) \
			test_fail(__FILE__, __LINE__, "not true: %s", #condition); \
	} while (0)
#define CHECK_BYTES(got, want) test_equal_bytes(__FILE__, __LINE__, #got, (got), (want))
#define CHECK_NUMBER(got, want) test_equal_number(__FILE__, __LINE__, #got, (long long)(got), (long long)(want))
/* For rows of a table: says which row it was. */
#define CHECK_ROW(condition, row) \
	do { \
		if (!(condition)) \
			test_fail(__FILE__, __LINE__, "row '%s': not true: %s", (row), #condition); \
	} while (0)

#endif
