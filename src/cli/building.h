/* What `hwb build`, `fetch`, `shell` and `lock` share: a session, and a pipeline for each source and interpreter. */
#ifndef CLI_BUILDING_H
#define CLI_BUILDING_H

#include "cli/output_filter.h"
#include "cli/pipeline.h"
#include "cli/session.h"

struct build_command {
	enum status (*run)(struct pipeline *p, const char *source_word, const char *python_word, struct diag *d);
	/* When the log is open, and for each pipeline before it runs; or NULL. */
	enum status (*start)(struct build_command *c, struct diag *d);
	void (*prepare)(struct build_command *c, struct pipeline *p);
	/* When all pipelines are through, before the log is closed; or NULL. */
	enum status (*finish)(struct build_command *c, struct diag *d);
	struct settings *settings;
	struct arena *arena;
	struct session session;
	struct output_filter filter;
	struct pipeline *pipelines;
	size_t n_pipelines, most;
	const char *sdist, *sdist_folder; /* of the source at hand, for the interpreters after the first; or NULL */
};

/* c: run, finish, settings and arena are set. name: of the command, for the log. The exit status of the program. */
int building_run(struct build_command *c, const char *name);

#endif
