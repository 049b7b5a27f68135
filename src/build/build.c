#include "build/build.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "build/hook.h"
#include "env/env.h"
#include "sandbox/inside.h"
#include "host/sealed.h"

static const char *const requires_hooks[] = {
	[BUILD_WHEEL] = "get_requires_for_build_wheel",
	[BUILD_SDIST] = "get_requires_for_build_sdist",
};
static const char *const build_hooks[] = { [BUILD_WHEEL] = "build_wheel", [BUILD_SDIST] = "build_sdist" };

/* What the conversation waits for next. */
enum phase { WAIT_IMPORT, WAIT_REQUIRES, WAIT_ARTEFACT, FINISHED };

struct conversation {
	const struct run_context *run;
	const struct build_request *request;
	struct arena *arena;
	struct sandbox *sandbox;
	struct build_result *result;
	enum phase phase;
	struct buf packet; /* of the last request */
	enum status unheard; /* why nobody takes the output any more */
	struct diag why;
};

static enum status send_packet(struct conversation *c, struct diag *d)
{
	enum status s = buf_check(&c->packet, "a request to the hook", d);
	if (s)
		return s;
	/* Never waits for a stranger: the channel has room for what we say before the first answer. */
	if (send(sandbox_channel(c->sandbox), c->packet.data, c->packet.size, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno == EPIPE)
		return OK; /* a closed channel shows as the end of the payload, with a better reason */
	if (errno == EAGAIN || errno == EMSGSIZE)
		return fail(d, ERR_USAGE, 0, "the config settings are too long for a message to the hook");
	return fail(d, ERR_IO, 0, "send to the hook: %s", strerror(errno));
}

static enum status send_call(struct conversation *c, enum phase phase, struct diag *d)
{
	const struct build_request *r = c->request;
	const char *hook = phase == WAIT_REQUIRES ? requires_hooks[r->kind] : build_hooks[r->kind];
	hook_request_call(hook, phase == WAIT_REQUIRES, sandbox_inside(c->sandbox, "/out", c->arena), r->settings, r->n_settings,
			  &c->packet);
	return send_packet(c, d);
}

/* The first requests are sent while the interpreter still starts: they wait for it in the socket. */
static enum status send_opening(struct conversation *c, struct diag *d)
{
	const struct build_request *r = c->request;
	const char *root = r->subdirectory[0] ? arena_printf(c->arena, "/build/src/%s", r->subdirectory) : "/build/src";
	root = sandbox_inside(c->sandbox, root, c->arena);
	const char **paths = ARENA_ARRAY(c->arena, const char *, r->n_backend_paths + 1);
	for (size_t i = 0; i < r->n_backend_paths; i++)
		paths[i] = arena_printf(c->arena, "%s/%s", root, r->backend_paths[i]);
	hook_request_start(r->backend, paths, r->n_backend_paths, r->preload, r->n_preload, &c->packet);
	enum status s = send_packet(c, d);
	if (s)
		return s;
	return send_call(c, r->ask_requires ? WAIT_REQUIRES : WAIT_ARTEFACT, d);
}

static enum status hook_failed(const struct conversation *c, const struct hook_answer *answer, struct diag *d)
{
	if (c->phase == WAIT_IMPORT)
		return fail(d, ERR_BACKEND, 0, "the backend '%s' %.*s", c->request->backend, BYTES_ARG(answer->strings[1]));
	const char *hook = c->phase == WAIT_REQUIRES ? requires_hooks[c->request->kind] : build_hooks[c->request->kind];
	return fail(d, ERR_BACKEND, 0, "%s of the backend '%s' failed: %.*s", hook, c->request->backend,
		    BYTES_ARG(answer->strings[1]));
}

static enum status take_requires(struct conversation *c, const struct hook_answer *answer, struct diag *d)
{
	const struct build_request *r = c->request;
	if (answer->kind != HOOK_LIST && answer->kind != HOOK_ABSENT)
		return fail(d, ERR_BACKEND, 0, "%s answered with something else than a list", requires_hooks[r->kind]);
	c->result->requires = answer->strings;
	c->result->n_requires = answer->n_strings;
	bool has = r->has_requires ? r->has_requires(r->context, answer->strings, answer->n_strings) : answer->n_strings == 0;
	if (!has) {
		c->result->outcome = BUILD_NEEDS;
		c->phase = FINISHED;
		return OK;
	}
	c->phase = WAIT_ARTEFACT;
	return send_call(c, WAIT_ARTEFACT, d);
}

static enum status take_artefact(struct conversation *c, const struct hook_answer *answer, struct diag *d)
{
	if (answer->kind == HOOK_ABSENT)
		return fail(d, ERR_BACKEND, 0, "the backend '%s' has no hook %s", c->request->backend, build_hooks[c->request->kind]);
	if (answer->kind != HOOK_NAME)
		return fail(d, ERR_BACKEND, 0, "%s answered with something else than a name", build_hooks[c->request->kind]);
	c->result->name = answer->strings[0];
	c->result->outcome = BUILD_DONE;
	c->phase = FINISHED;
	return OK;
}

static enum status take_answer(struct conversation *c, const struct hook_answer *answer, struct diag *d)
{
	if (answer->kind == HOOK_ERROR) {
		if (c->phase != WAIT_ARTEFACT || c->request->kind != BUILD_SDIST ||
		    !bytes_equal(answer->strings[0], BYTES("unsupported")))
			return hook_failed(c, answer, d);
		c->result->outcome = BUILD_UNSUPPORTED;
		c->phase = FINISHED;
		return OK;
	}
	switch (c->phase) {
	case WAIT_IMPORT:
		c->phase = c->request->ask_requires ? WAIT_REQUIRES : WAIT_ARTEFACT;
		return OK;
	case WAIT_REQUIRES:
		return take_requires(c, answer, d);
	case WAIT_ARTEFACT:
		return take_artefact(c, answer, d);
	case FINISHED:
		break;
	}
	return OK;
}

/* EVENT_CHANNEL: one answer, or the end of the channel, after which the end of the sandbox says why. */
static enum status read_answer(struct conversation *c, bool *ret_closed, struct diag *d)
{
	CLEANUP(buf_done) struct buf packet;
	buf_init(&packet, HOOK_PACKET_MAX + 1);
	unsigned char *room = buf_reserve(&packet, HOOK_PACKET_MAX + 1);
	ssize_t n = recv(sandbox_channel(c->sandbox), room, HOOK_PACKET_MAX + 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return OK;
	if (n <= 0) {
		*ret_closed = true;
		return OK;
	}
	struct hook_answer answer;
	enum status s = hook_answer_parse(bytes_make(room, (size_t)n), c->arena, &answer, d);
	return s ? s : take_answer(c, &answer, d);
}

/* Runs until everything inside is dead. A failure is kept while the log drains: its last lines explain it. */
static enum status converse(struct conversation *c, struct diag *d)
{
	bool closed = false, is_ready = false;
	enum status failure = send_opening(c, d);
	for (;;) {
		enum sandbox_event event;
		struct diag now = { 0 };
		/* A quick backend may be done before pid 1 has come to hand out the output directory. */
		if (failure || (c->phase == FINISHED && is_ready))
			sandbox_stop(c->sandbox);
		enum status s = sandbox_wait(c->sandbox, !closed && !failure && c->phase != FINISHED, &event, &now);
		if (s) {
			if (d)
				*d = now;
			return s;
		}
		if (event == EVENT_LOG && c->request->log && !c->unheard)
			c->unheard = c->request->log(c->request->log_context, sandbox_log(c->sandbox), &c->why);
		if (c->unheard && !failure) {
			failure = c->unheard;
			if (d)
				*d = c->why;
		}
		is_ready = is_ready || event == EVENT_READY;
		if (event == EVENT_READY && c->request->ready && !failure)
			failure = c->request->ready(c->request->context, sandbox_result(c->sandbox), sandbox_listener(c->sandbox), d);
		if (event == EVENT_CHANNEL && !failure)
			failure = read_answer(c, &closed, d);
		if (event == EVENT_ENDED)
			break;
	}
	c->result->sandbox = *sandbox_result(c->sandbox);
	/* A limit explains more than the broken hook it left behind. */
	if (c->phase != FINISHED || failure) {
		enum sandbox_reason reason = c->result->sandbox.reason;
		if (!failure || (reason >= REASON_WALL && reason <= REASON_LOG))
			return sandbox_explain(&c->result->sandbox, c->run->limits, d);
	}
	return failure;
}

/* PEP 517: the answer is the base name of the file. */
static enum status check_name(struct bytes name, struct diag *d)
{
	if (name.size == 0 || name.size > 255 || bytes_find(name, '/') < name.size || bytes_find(name, '\0') < name.size ||
	    name.data[0] == '.')
		return fail(d, ERR_ARTEFACT, 0, "the backend answered '%.*s', which is not the base name of a file (PEP 517)",
			    BYTES_ARG(name));
	return OK;
}

static enum status collect(struct conversation *c, struct diag *d)
{
	struct build_result *result = c->result;
	struct bytes suffix = c->request->kind == BUILD_WHEEL ? BYTES(".whl") : BYTES(".tar.gz");
	struct bytes *names;
	size_t n_names, n_alike = 0;
	int out_fd = sandbox_out(c->sandbox);
	enum status s = check_name(result->name, d);
	if (s == OK)
		s = collect_names(out_fd, c->run->limits->wheel_members, c->arena, &names, &n_names, d);
	if (s)
		return s;
	for (size_t i = 0; i < n_names; i++)
		n_alike += bytes_ends(names[i], suffix);
	if (n_alike > 1)
		return fail(d, ERR_ARTEFACT, 0, "the backend left %zu files '*%.*s' in the output directory; one is expected",
			    n_alike, BYTES_ARG(suffix));
	s = collect_file(out_fd, result->name, c->run->limits->wheel_size, c->request->artefact_fd, &result->collected, d);
	return s ? s : sealed_close(c->request->artefact_fd, d);
}

enum status build_run(const struct run_context *run, const struct build_request *request, struct arena *a, struct build_result *ret,
		      struct diag *d)
{
	static const char *const argv[] = { "/env/bin/python", "/env/hook/hwb_hook.pyc" };
	struct sandbox_spec spec = {
		.argv = argv,
		.n_argv = COUNT(argv),
		.snapshot_path = "/build/src",
		.outside_id = request->outside_id,
		.with_channel = true,
		.with_listener = request->with_listener,
		.with_watch = true,
		.with_tree = request->keep != NULL,
		.limits = *run->limits,
	};
	spec.cwd = request->subdirectory[0] ? arena_printf(a, "/build/src/%s", request->subdirectory) : "/build/src";
	struct sandbox_mount *mounts = ARENA_ARRAY(a, struct sandbox_mount, request->n_mounts + 2);
	size_t n_mounts = request->n_mounts;
	bytes_copy(mounts, bytes_make(request->mounts, n_mounts * sizeof *mounts));
	mounts[n_mounts++] = (struct sandbox_mount){ request->environment, "/env" };
	if (request->frozen)
		mounts[n_mounts++] = (struct sandbox_mount){ request->frozen, ENV_FROZEN };
	inside_fill(&spec, mounts, n_mounts, request->env, request->n_env, request->epoch, a);

	struct build_result result = { .outcome = BUILD_DONE };
	struct conversation c = { .run = run, .request = request, .arena = a, .sandbox = request->sandbox, .result = &result };
	buf_init(&c.packet, HOOK_PACKET_MAX);
	enum status s = c.sandbox ? OK : sandbox_prepare(run, &c.sandbox, d);
	if (s == OK)
		s = sandbox_start(c.sandbox, &spec, request->snapshot_fd, d);
	if (s == OK)
		s = converse(&c, d);
	if (s == OK && result.outcome == BUILD_DONE)
		s = collect(&c, d);
	if (s && s != ERR_CANCELLED && c.sandbox && sandbox_tree(c.sandbox) >= 0)
		request->keep(request->context, sandbox_tree(c.sandbox));
	activity_init(&result.activity, a);
	if (c.sandbox) {
		result.sandbox = *sandbox_result(c.sandbox);
		activity_add(&result.activity, sandbox_activity(c.sandbox));
		/* Ended by us in the middle: the fork of that hook may still have been on its way out. */
		if (c.phase < WAIT_ARTEFACT || result.outcome == BUILD_NEEDS)
			result.activity.n_left = result.activity.n_left_names = 0;
	}
	sandbox_free(c.sandbox);
	buf_done(&c.packet);
	ret->sandbox = result.sandbox;
	ret->activity = result.activity;
	if (s == OK)
		*ret = result;
	return s;
}
