#include "sandbox/program.h"

#include "base/cleanup.h"
#include "host/sealed.h"
#include "sandbox/inside.h"

enum { OUTPUT_KEPT = 4096 };

/* The end of what it printed: enough to say why it failed. */
struct tail {
	char text[OUTPUT_KEPT];
	size_t size;
};

static void keep(struct tail *t, struct bytes more)
{
	if (more.size > sizeof t->text)
		more = bytes_from(more, more.size - sizeof t->text);
	size_t old = t->size + more.size > sizeof t->text ? sizeof t->text - more.size : t->size;
	memmove(t->text, t->text + (t->size - old), old);
	bytes_copy(t->text + old, more);
	t->size = old + more.size;
}

static struct bytes last_line(const struct tail *t)
{
	struct bytes text = bytes_trim(bytes_make(t->text, t->size));
	size_t at = bytes_find_last(text, '\n');
	return at < text.size ? bytes_from(text, at + 1) : text;
}

static enum status follow(struct sandbox *s, const struct program *p, struct tail *tail, struct diag *d)
{
	enum status failure = OK;
	for (;;) {
		enum sandbox_event event;
		struct diag now = { 0 };
		enum status status = sandbox_wait(s, false, &event, &now);
		if (status) {
			if (d)
				*d = now;
			return status;
		}
		if (event == EVENT_LOG)
			keep(tail, sandbox_log(s));
		if (event == EVENT_READY && p->ready && !failure)
			failure = p->ready(p->context, sandbox_listener(s), d);
		if (failure)
			sandbox_stop(s);
		if (event == EVENT_ENDED)
			return failure;
	}
}

static enum status take_answer(const struct sandbox *s, const struct program *p, int *ret_fd, struct diag *d)
{
	struct collected collected;
	CLEANUP(fd_close) int fd = -1;
	enum status status = sealed_open("hwb-answer", &fd, d);
	if (status == OK)
		status = collect_file(sandbox_out(s), bytes_of(p->answer), p->answer_max, fd, &collected, d);
	if (status == OK)
		status = sealed_close(fd, d);
	if (status == OK)
		*ret_fd = take_fd(&fd);
	return status;
}

enum status program_run(const struct run_context *run, const struct program *p, struct arena *a, int *ret_fd, struct diag *d)
{
	struct sandbox_spec spec = {
		.argv = p->argv,
		.n_argv = p->n_argv,
		.snapshot_path = p->snapshot_fd >= 0 ? "/build/src" : "",
		.cwd = "/build",
		.outside_id = p->outside_id,
		.with_listener = p->with_listener,
		.limits = *run->limits,
	};
	struct sandbox *s = NULL;
	struct tail tail = { .size = 0 };
	inside_fill(&spec, p->mounts, p->n_mounts, p->env, p->n_env, p->epoch, a);
	enum status status = sandbox_prepare(run, &s, d);
	if (status == OK)
		status = sandbox_start(s, &spec, p->snapshot_fd, d);
	if (status == OK)
		status = follow(s, p, &tail, d);
	if (status == OK) {
		const struct sandbox_result *r = sandbox_result(s);
		if (r->reason != REASON_EXIT)
			status = sandbox_explain(r, run->limits, d);
		else if (r->exit_code != 0)
			status = fail(d, ERR_BACKEND, 0, "%s failed with status %d: %.*s", p->what, r->exit_code,
				      BYTES_ARG(last_line(&tail)));
		else
			status = take_answer(s, p, ret_fd, d);
	}
	sandbox_free(s);
	return status;
}
