#include "cli/trial.h"

#include "sandbox/inside.h"

/* The start of 1980: what zip can hold, as everywhere (reference/build-protocol.md section 6). */
enum { TRIAL_EPOCH = 315532800 };

static enum status follow(struct sandbox *s, void (*output)(void *context, struct bytes output), void *context, struct diag *d)
{
	for (;;) {
		enum sandbox_event event;
		enum status status = sandbox_wait(s, false, &event, d);
		if (status || event == EVENT_ENDED)
			return status;
		if (event == EVENT_LOG && output)
			output(context, sandbox_log(s));
	}
}

enum status trial_run(const struct run_context *run, const struct settings *s, const char *const *argv, size_t n_argv,
		      void (*output)(void *context, struct bytes output), void *context, struct arena *a,
		      struct sandbox_result *ret, struct diag *d)
{
	struct sandbox *sandbox = NULL;
	struct sandbox_spec spec = {
		.argv = argv, .n_argv = n_argv, .snapshot_path = "", .cwd = "/build", .outside_id = s->outside_id, .limits = s->limits
	};
	struct sandbox_mount *mounts = ARENA_ARRAY(a, struct sandbox_mount, s->allow_read.n);
	for (size_t i = 0; i < s->allow_read.n; i++)
		mounts[i] = (struct sandbox_mount){ s->allow_read.items[i], s->allow_read.items[i] };
	inside_fill(&spec, mounts, s->allow_read.n, s->env.items, s->env.n, TRIAL_EPOCH, a);
	enum status status = sandbox_prepare(run, &sandbox, d);
	if (status == OK)
		status = sandbox_start(sandbox, &spec, -1, d);
	if (status == OK)
		status = follow(sandbox, output, context, d);
	if (status == OK)
		*ret = *sandbox_result(sandbox);
	sandbox_free(sandbox);
	return status;
}
