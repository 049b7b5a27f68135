/* A user with an environment and files of their own, in a temporary folder: nothing of the machine's configuration is seen. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "harness.h"

#include "cli/option.h"
#include "cli/settings_parts.h"

struct world {
	struct arena a;
	const char *root; /* the home is root/home, the system's files are in root/etc */
	char *env[32];
	size_t n_env;
	struct settings_places places;
	struct settings s;
	struct diag d;
};

void world_open(struct world *w);
/* Removes the folder. */
void world_done(struct world *w);
void world_env(struct world *w, const char *format, ...) PRINTF_LIKE(2, 3);
/* Writes a file below root, making its folders. */
void world_file(struct world *w, const char *path, const char *content);
enum status world_load(struct world *w);
/* Parses words for `hwb build`, after world_load; a NULL ends them. */
enum status world_options(struct world *w, const char *const *words);
/* d->text holds the part. */
bool world_said(const struct world *w, const char *part);

#endif
