/* Prints what a target is, for tests/lock/targets.py: its marker values, an empty line, its tags. usage: target-tags VERSION PLATFORM */
#include <stdio.h>

#include "lock/target.h"

int main(int argc, char **argv)
{
	CLEANUP(arena_done) struct arena a;
	struct interpreter none = { .n_tags = 0 }, target;
	struct diag d = { 0 };
	arena_init(&a);
	if (argc != 3 || target_make(&none, bytes_of(argv[1]), bytes_of(argv[2]), &a, &target, &d)) {
		(void)fprintf(stderr, "%s\n", d.text);
		return 1;
	}
	for (size_t i = 0; i < MARKER_N_FIELDS; i++)
		(void)printf("%s=%.*s\n", marker_variable_name((enum marker_variable)i), BYTES_ARG(target.env.field[i]));
	(void)printf("\n");
	for (size_t i = 0; i < target.n_tags; i++)
		(void)printf("%.*s\n", BYTES_ARG(target.tags[i]));
	return 0;
}
