/* `hwb build`, and those that stop before an artefact: `hwb fetch`, `hwb shell`. */
#include "cli/building.h"
#include "cli/commands.h"
#include "cli/options_build.h"
#include "cli/shell.h"

static int run_build(struct settings *settings, struct arena *a)
{
	return building_run(&(struct build_command){ .run = pipeline_build, .settings = settings, .arena = a }, "build");
}

static int run_fetch(struct settings *settings, struct arena *a)
{
	return building_run(&(struct build_command){ .run = pipeline_fetch, .settings = settings, .arena = a }, "fetch");
}

/* The shell's own status is ours, as with other programs that run one. */
static int run_shell(struct settings *settings, struct arena *a)
{
	struct build_command c = { .run = pipeline_shell, .settings = settings, .arena = a };
	struct diag d = { 0 };
	enum status s = shell_check(settings->shell_command, settings->isolation, &d);
	if (s == OK && (settings->sources.n > 1 || settings->pythons.n > 1))
		s = fail(&d, ERR_USAGE, 0, "a shell takes one SRC and one -p");
	if (s) {
		console_error(console_open(settings, environ, a), &d);
		return EXIT_USAGE;
	}
	int code = building_run(&c, "shell");
	return code == EXIT_OK ? c.pipelines[0].shell_code : code;
}

const struct command command_build = {
	.name = "build",
	.arguments = "[SRC...]",
	.what = "build an sdist and a wheel in the sandbox",
	.options = options_build,
	.run = run_build,
};

const struct command command_fetch = {
	.name = "fetch",
	.arguments = "[SRC...]",
	.what = "fill the caches, so that build --offline needs no network",
	.options = options_build,
	.run = run_fetch,
};

static const char *const options_of_shell[] = { "--python",
						"--build-constraint",
						OPTIONS_OF_INDEX,
						"--unknown-requires",
						"--allow-url",
						"--allow-requires",
						"--allow-read",
						"--allow-host",
						"--env",
						"--isolation",
						"--trust-project",
						"--limit",
						"--config-setting",
						NULL };

const struct command command_shell = {
	.name = "shell",
	.arguments = "[SRC]",
	.what = "open a shell in the sandbox of a build",
	.options = options_shell,
	.borrowed = options_build,
	.names = options_of_shell,
	.run = run_shell,
};
