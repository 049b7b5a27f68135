#include "cli/commands.h"

#include <string.h>

/* The order of `hwb --help`. */
static const struct command *const order[] = {
	&command_build, &command_fetch,  &command_shell, &command_log,
	&command_cache, &command_doctor, &command_debug, &command_version,
};

const struct command *commands_all(size_t *ret_n)
{
	static struct command all[COUNT(order)]; /* copies: the rows are constants of other files */
	for (size_t i = 0; i < COUNT(order); i++)
		all[i] = *order[i];
	*ret_n = COUNT(order);
	return all;
}

const struct command *commands_find(const char *name)
{
	for (size_t i = 0; i < COUNT(order); i++)
		if (strcmp(order[i]->name, name) == 0)
			return order[i];
	return NULL;
}
