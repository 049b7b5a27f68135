#include "cli/commands.h"

#include <string.h>

#include "cli/settings_parts.h"

/* The order of `hwb --help`. */
static const struct command *const order[] = {
	&command_build,      &command_lock,   &command_scan,  &command_check, &command_audit,   &command_inspect, &command_sbom,
	&command_publish,    &command_fetch,  &command_shell, &command_log,   &command_respond, &command_redact,  &command_cache,
	&command_credential, &command_doctor, &command_init,  &command_debug, &command_version,
};

const struct command *commands_all(size_t *ret_n)
{
	static struct command all[COUNT(order)]; /* copies: the rows are constants of other files */
	for (size_t i = 0; i < COUNT(order); i++)
		all[i] = *order[i];
	*ret_n = COUNT(order);
	return all;
}

/* What other tools call it. */
static const char *known_elsewhere(const char *word)
{
	static const struct {
		const char *word, *here;
	} words[] = { { "upload", "publish" }, { "sdist", "build" }, { "wheel", "build" } };
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].here;
	return NULL;
}

enum status command_find(const char *name, const struct command **ret, struct diag *d)
{
	const char *names[COUNT(order)];
	for (size_t i = 0; i < COUNT(order); i++) {
		names[i] = order[i]->name;
		if (strcmp(names[i], name) == 0) {
			*ret = order[i];
			return OK;
		}
	}
	const char *elsewhere = known_elsewhere(name);
	const char *nearest = elsewhere ? elsewhere : word_nearest(bytes_of(name), names, COUNT(names));
	(void)fail(d, ERR_USAGE, 0, "there is no command '%.100s'", name);
	return nearest ? remedy(d, "did you mean '%s'?", nearest) : remedy(d, "run 'hwb --help' for the list");
}

static bool is_special(const char *word)
{
	static const char *const words[] = { "--help", "-h", "--version", "-V" };
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

enum status command_line_split(char **argv, struct arena *a, struct command_line *ret, struct diag *d)
{
	size_t n = 0, before = 0;
	while (argv[before] && argv[before][0] == '-' && !is_special(argv[before])) {
		size_t words;
		enum status s = options_before_command(argv + before, &words, d);
		if (s)
			return s;
		before += words;
	}
	while (argv[n])
		n++;
	char **rest = ARENA_ARRAY(a, char *, n + 1);
	bytes_copy(rest, bytes_make(argv, before * sizeof *rest));
	if (argv[before])
		bytes_copy(rest + before, bytes_make(argv + before + 1, (n - before - 1) * sizeof *rest));
	*ret = (struct command_line){ argv[before], rest };
	return OK;
}
