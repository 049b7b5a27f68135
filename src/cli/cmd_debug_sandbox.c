#include "base/fd.h"
#include "cli/console.h"
#include "cli/debug.h"
#include "cli/exit.h"
#include "cli/trial.h"

/* As it is: tests and the benchmark look at every byte. */
static void pass(void *context, struct bytes output)
{
	(void)context;
	(void)!fd_write_all(1, output, NULL);
}

/* A word without a slash is looked for where the sandbox's PATH looks first. */
static const char *find_program(const char *word, struct arena *a)
{
	static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };
	for (size_t i = 0; !strchr(word, '/') && i < COUNT(folders); i++) {
		const char *path = arena_printf(a, "%s/%s", folders[i], word);
		if (access(path, X_OK) == 0)
			return path;
	}
	return word;
}

int debug_sandbox(struct settings *s, struct arena *a)
{
	struct console *c = console_open(s, environ, a);
	struct run_context run = { .id = "", .limits = &s->limits };
	struct sandbox_result result = { 0 };
	struct diag d = { 0 };
	size_t n = s->sources.n - 1; /* the first word is "sandbox" */
	if (n == 0) {
		(void)fail(&d, ERR_USAGE, 0, "hwb debug sandbox takes -- PROGRAM [ARGUMENT...]");
		console_error(c, &d);
		return EXIT_USAGE;
	}
	const char **argv = ARENA_ARRAY(a, const char *, n);
	bytes_copy(argv, bytes_make(s->sources.items + 1, n * sizeof *argv));
	argv[0] = find_program(argv[0], a);
	enum status status = trial_run(&run, s, argv, n, pass, NULL, a, &result, &d);
	if (status == OK && result.reason == REASON_EXIT)
		return result.exit_code;
	if (status == OK && result.reason == REASON_SIGNAL)
		return 128 + result.signal;
	if (status == OK)
		status = sandbox_explain(&result, &s->limits, &d);
	console_error(c, &d);
	return (int)exit_code_of(status);
}
