#include "harness.h"

#include <stdarg.h>
#include <sys/wait.h>

enum { CASE_SECONDS = 120, EXIT_SKIP = 77 };

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)printf("# %s:%d: ", file, line);
	(void)vprintf(format, args);
	(void)printf("\n");
	va_end(args);
	(void)fflush(stdout);
	_exit(1);
}

void test_skip(const char *reason)
{
	(void)printf("# SKIP %s\n", reason);
	(void)fflush(stdout);
	_exit(EXIT_SKIP);
}

void test_equal_bytes(const char *file, int line, const char *what, struct bytes got, struct bytes want)
{
	if (!bytes_equal(got, want))
		test_fail(file, line, "%s is '%.*s' (%zu bytes), want '%.*s' (%zu bytes)", what, BYTES_ARG(got), got.size,
			  BYTES_ARG(want), want.size);
}

void test_equal_number(const char *file, int line, const char *what, long long got, long long want)
{
	if (got != want)
		test_fail(file, line, "%s is %lld, want %lld", what, got, want);
}

/* Returns 'o' ok, 's' skipped, 'n' not ok. */
static char run_case(const struct test *test)
{
	(void)fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		(void)alarm(CASE_SECONDS);
		test->run();
		(void)fflush(stdout);
		exit(0);
	}
	int status = 0;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 'n';
	if (WIFSIGNALED(status))
		(void)printf("# ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP)
		return 's';
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 'o' : 'n';
}

int test_main(int argc, char **argv, const struct test *tests, size_t n)
{
	const char *only = argc > 1 ? argv[1] : "";
	size_t number = 0, failed = 0;
	for (size_t i = 0; i < n; i++) {
		if (!strstr(tests[i].name, only))
			continue;
		char outcome = run_case(&tests[i]);
		(void)printf("%sok %zu - %s%s\n", outcome == 'n' ? "not " : "", ++number, tests[i].name,
			     outcome == 's' ? " # SKIP see the line above" : "");
		failed += outcome == 'n';
	}
	(void)printf("1..%zu\n", number);
	return failed ? 1 : 0;
}
