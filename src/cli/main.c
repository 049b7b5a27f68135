/* hwb: finds the command, merges what it was told, runs it. */
#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/exit.h"
#include "finding/finding.h"
#include "host/spawn.h"

static int usage_error(const struct diag *d)
{
	struct buf text;
	buf_init(&text, 4 * DIAG_TEXT_SIZE);
	console_escape(bytes_of(d->text), &text);
	(void)fprintf(stderr, "hwb: error: %s\n", buf_string(&text));
	buf_done(&text);
	if (d->help[0])
		(void)fprintf(stderr, "  help: %s\n", d->help);
	return (int)exit_code_of(d->code);
}

static int print(struct buf *text)
{
	struct diag d = { 0 };
	enum status s = fd_write_all(1, buf_bytes(text), &d);
	buf_done(text);
	if (s == OK)
		return EXIT_OK;
	(void)explain(&d, "standard output");
	return usage_error(&d);
}

static int print_overview(bool is_asked_for)
{
	struct buf text;
	size_t n;
	const struct command *all = commands_all(&n);
	buf_init(&text, 1 << 16);
	buf_add_string(&text, "hwb builds Python wheels from source in a sandbox.\n\nusage: hwb COMMAND [OPTIONS]\n\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "  %-10s %s\n", all[i].name, all[i].what);
	buf_add_string(&text, "\n'hwb help COMMAND' says more; so does hwb(1).\n");
	if (is_asked_for)
		return print(&text);
	(void)fputs(buf_string(&text), stderr);
	buf_done(&text);
	return EXIT_USAGE;
}

/* These must work also when a configuration file is broken. */
static bool has_word(char **argv, const char *word, const char *letter)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, word) == 0 || (letter && strcmp(*argv, letter) == 0))
			return true;
	return false;
}

static int print_help(const struct command *command)
{
	struct buf text;
	buf_init(&text, 1 << 16);
	options_help(command, &text);
	return print(&text);
}

static int run_command(const struct command *command, char **argv, struct arena *a)
{
	struct settings settings = { 0 };
	struct diag d = { 0 };
	bool help = has_word(argv, "--help", "-h");
	if (has_word(argv, "--no-config", NULL) || command == &command_version)
		(void)setenv("HWB_NO_CONFIG", "1", 1);
	enum status s = help ? OK : settings_load(environ, a, &settings, &d);
	if (s == OK && !help)
		s = options_parse(command, argv, &settings, a, &help, &d);
	if (help)
		return print_help(command);
	if (s)
		return usage_error(&d);
	int code = command->run(&settings, a);
	spawn_reap();
	return code;
}

/* "hwb help SRC-NET": what hwb-findings(7) says of it. */
static int print_finding(const struct finding_rule *rule)
{
	struct buf text;
	buf_init(&text, 1 << 16);
	buf_printf(&text, "%s (%s", rule->id, severity_name(rule->severity[PROFILE_BUILD]));
	if (rule->severity[PROFILE_PYPI] != rule->severity[PROFILE_BUILD])
		buf_printf(&text, ", %s for PyPI", severity_name(rule->severity[PROFILE_PYPI]));
	buf_printf(&text, ")\n  rule: %s\n  %s\n  example: %s\n  what to do: %s\n", rule->title, rule->why, rule->example,
		   rule->help);
	return print(&text);
}

/* "hwb help", "hwb help build", "hwb help SRC-NET". */
static int run_help(char **words)
{
	struct diag d = { 0 };
	const struct command *command;
	if (!words[0])
		return print_overview(true);
	if (words[1])
		(void)fail(&d, ERR_USAGE, 0, "hwb help takes one command");
	else if (finding_rule(bytes_of(words[0])))
		return print_finding(finding_rule(bytes_of(words[0])));
	else if (command_find(words[0], &command, &d) == OK)
		return print_help(command);
	return usage_error(&d);
}

/* What hwb opens would get the number of a standard descriptor that the caller closed, and results would be written into the audit
 * log. Nothing can be read from those that are missing; a result that has no place to go has to fail, so that 1 takes no writes. */
static bool open_missing(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd) /* the lowest that is free */
			return false;
	return true;
}

int main(int argc, char **argv)
{
	CLEANUP(arena_done) struct arena a;
	struct command_line line;
	struct diag d = { 0 };
	const struct command *command;
	arena_init(&a);
	if (!open_missing())
		return EXIT_UNCHECKED;
	(void)umask(022); /* what the sandbox's user reads, and what the wheel holds, does not depend on the caller's */
	(void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC); /* what our caller left open is not for the programs we start */
	if (argc < 2)
		return print_overview(false);
	if (command_line_split(argv + 1, &a, &line, &d))
		return usage_error(&d);
	if (!line.word)
		return print_overview(false);
	if (strcmp(line.word, "--help") == 0 || strcmp(line.word, "-h") == 0)
		return print_overview(true);
	if (strcmp(line.word, "help") == 0)
		return run_help(line.rest);
	bool is_version = strcmp(line.word, "--version") == 0 || strcmp(line.word, "-V") == 0;
	if (command_find(is_version ? "version" : line.word, &command, &d))
		return usage_error(&d);
	return run_command(command, line.rest, &a);
}
