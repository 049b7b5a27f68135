/* Which engine, and which image exactly: asked before anything is built. */
#include "sandbox/container.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "crypto/digest.h"
#include "host/on_path.h"
#include "host/spawn.h"
#include "sandbox/sandbox.h"

enum { ANSWER_MAX = 65536, TICK_MS = 200, N_WORDS = 8 };

/* Where an engine that is named without a path is looked for, and which ones there are. */
static const char *const engines[] = { "podman", "docker" };

struct finder {
	const struct run_context *run;
	const struct container_request *request;
	struct arena *arena;
	const char *engine;
};

/* What a command of the engine said: both streams together, as its failures are on the other one. */
static enum status read_answer(const struct finder *f, int fd, struct buf *out, struct diag *d)
{
	for (;;) {
		enum status s = run_check(f->run, d);
		if (s)
			return s;
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		if (poll(&wait, 1, TICK_MS) <= 0)
			continue;
		unsigned char *to = buf_reserve(out, 4096);
		ssize_t n = to ? read(fd, to, 4096) : 0;
		if (n <= 0)
			return OK;
		buf_grew(out, (size_t)n);
	}
}

/* Runs ENGINE words...; ERR_ABSENT with the last line of what it said when it fails. */
static enum status ask(const struct finder *f, const char *const *words, bool with_credentials, struct buf *out, struct diag *d)
{
	const struct container_request *r = f->request;
	const char *argv[N_WORDS + 2] = { f->engine };
	const char **env = ARENA_ARRAY(f->arena, const char *, r->n_env + r->n_pull_env + 1);
	int pipe_fds[2];
	pid_t pid;
	for (size_t i = 0; words[i] && i < N_WORDS; i++)
		argv[i + 1] = words[i];
	bytes_copy(env, bytes_make(r->env, r->n_env * sizeof *env));
	if (with_credentials)
		bytes_copy(env + r->n_env, bytes_make(r->pull_env, r->n_pull_env * sizeof *env));
	if (pipe2(pipe_fds, O_CLOEXEC))
		return fail(d, ERR_IO, 0, "make a pipe: %s", strerror(errno));
	CLEANUP(fd_close) int from = pipe_fds[0];
	const int fds[] = { -1, pipe_fds[1], pipe_fds[1] };
	struct spawn spawn = { .path = f->engine, .argv = argv, .env = env, .fds = fds, .n_fds = COUNT(fds) };
	enum status s = spawn_start(&spawn, &pid, d);
	(void)close(pipe_fds[1]);
	if (s)
		return s;
	s = read_answer(f, from, out, d);
	if (s)
		(void)kill(pid, SIGTERM);
	int status = spawn_wait(pid);
	if (s || status == 0)
		return s;
	struct bytes text = bytes_trim(buf_bytes(out));
	size_t at = bytes_find_last(text, '\n');
	return fail(d, ERR_ABSENT, 0, "%.*s", BYTES_ARG(at < text.size ? bytes_from(text, at + 1) : text));
}

/* ---- the engine ---- */

/* It works when it can list what runs: an engine that is installed may still have no daemon behind it. */
static bool engine_works(struct finder *f, const char *name, struct diag *d)
{
	static const char *const words[] = { "ps", "-q", NULL };
	CLEANUP(buf_done) struct buf answer;
	struct diag now = { 0 };
	buf_init(&answer, ANSWER_MAX);
	f->engine = strchr(name, '/') ? name : on_path_find(f->request->path_variable, name, f->arena);
	if (!f->engine) {
		(void)fail(&now, ERR_ABSENT, 0, "not on PATH");
	} else if (access(f->engine, X_OK)) {
		(void)fail(&now, ERR_ABSENT, 0, "%s", strerror(errno));
	} else if (ask(f, words, false, &answer, &now) == OK) {
		return true;
	}
	const char *before = arena_string(f->arena, bytes_of(d->text));
	(void)fail(d, now.code, 0, "%s%s%s: %s", before, before[0] ? "; " : "", name, now.text);
	return false;
}

static enum status find_engine(struct finder *f, struct diag *d)
{
	const char *wanted = f->request->engine;
	struct diag why = { 0 };
	if (wanted && engine_works(f, wanted, &why))
		return OK;
	for (size_t i = 0; !wanted && i < COUNT(engines) && why.code != ERR_CANCELLED; i++)
		if (engine_works(f, engines[i], &why))
			return OK;
	if (why.code == ERR_CANCELLED)
		return run_check(f->run, d);
	(void)fail(d, ERR_ISOLATION, 0, "no container engine works here (%s)", why.text);
	const char *help = sandbox_engine_help(why.text);
	return remedy(d, "%s",
		      help ? help
			   : "install podman or start docker's daemon, name one with container.engine in hwb.toml, or use "
			     "--isolation sandbox");
}

enum status container_find_engine(const struct run_context *run, const struct container_request *request, struct arena *a,
				  const char **ret_path, struct diag *d)
{
	struct finder f = { .run = run, .request = request, .arena = a };
	enum status s = find_engine(&f, d);
	if (s == OK)
		*ret_path = f.engine;
	return s;
}

/* ---- the image ---- */

static bool is_digest(struct bytes text)
{
	struct sha256 digest;
	return bytes_starts(text, BYTES("sha256:")) && sha256_parse(bytes_from(text, 7), &digest) == OK;
}

enum status container_check_pinned(const char *image, struct diag *d)
{
	struct bytes text = bytes_of(image);
	size_t at = bytes_find_last(text, '@');
	if (is_digest(at < text.size ? bytes_from(text, at + 1) : text))
		return OK;
	(void)fail(d, ERR_ISOLATION, 0, "the image '%s' is a name that may mean another image tomorrow", image);
	return remedy(d, "a locked run takes NAME@sha256:DIGEST; the report of a run without --locked says which it was");
}

/* Line one: the image's id. Line two: its names by digest, as registries have told them. */
static enum status read_image(const struct finder *f, struct bytes answer, struct container *c, struct diag *d)
{
	struct bytes rest = answer, id = bytes_trim(bytes_cut(&rest, '\n')), names = bytes_trim(bytes_cut(&rest, '\n'));
	if (bytes_starts(id, BYTES("sha256:")))
		id = bytes_from(id, 7);
	c->image_id = arena_printf(f->arena, "sha256:%.*s", BYTES_ARG(id));
	c->image_digest = c->image_id;
	if (!is_digest(bytes_of(c->image_id)))
		return fail(d, ERR_ISOLATION, 0, "'%s' gives the image '%s' no id that makes sense", f->engine, c->image);
	struct bytes first = bytes_cut(&names, ' ');
	size_t at = bytes_find_last(first, '@');
	if (at < first.size && is_digest(bytes_from(first, at + 1)))
		c->image_digest = arena_string(f->arena, first);
	return OK;
}

static enum status inspect(const struct finder *f, struct container *c, struct diag *d)
{
	const char *const words[] = { "image", "inspect", "--format", "{{.Id}}\n{{range .RepoDigests}}{{.}} {{end}}", c->image, NULL };
	CLEANUP(buf_done) struct buf answer;
	buf_init(&answer, ANSWER_MAX);
	enum status s = ask(f, words, false, &answer, d);
	return s ? s : read_image(f, buf_bytes(&answer), c, d);
}

static enum status pull(const struct finder *f, const char *image, struct diag *d)
{
	const char *const words[] = { "pull", "-q", image, NULL };
	CLEANUP(buf_done) struct buf answer;
	buf_init(&answer, ANSWER_MAX);
	enum status s = ask(f, words, true, &answer, d);
	if (s != ERR_ABSENT)
		return s;
	(void)explain(d, "the image '%s' cannot be fetched", image);
	return recode(d, ERR_ISOLATION);
}

static enum status find_image(const struct finder *f, struct container *c, struct diag *d)
{
	enum status s = inspect(f, c, d);
	if (s == ERR_ABSENT && f->request->may_pull) {
		s = pull(f, c->image, d);
		return s ? s : inspect(f, c, d);
	}
	if (s != ERR_ABSENT)
		return s;
	(void)fail(d, ERR_ISOLATION, 0, "there is no image '%s' here", c->image);
	return remedy(d, "fetch it with '%s pull', or let hwb do so with --pull", f->engine);
}

/* podman of an ordinary user runs in a user namespace where that user is root; what is to write to his folders has to be himself
 * in there as well (podman-run(1), --userns). docker does not know the question, and knows no such mapping. */
static enum status keep_user(const struct finder *f, struct container *c, struct diag *d)
{
	static const char *const words[] = { "info", "--format", "{{.Host.Security.Rootless}}", NULL };
	CLEANUP(buf_done) struct buf answer;
	struct diag why = { 0 };
	if (geteuid() == 0)
		return OK;
	buf_init(&answer, ANSWER_MAX);
	enum status s = ask(f, words, false, &answer, &why);
	if (s && s != ERR_ABSENT) {
		*d = why;
		return s;
	}
	struct bytes rest = buf_bytes(&answer);
	bool is_rootless = false;
	while (s == OK && rest.size) /* warnings may stand before it */
		is_rootless = bytes_equal(bytes_trim(bytes_cut(&rest, '\n')), BYTES("true")) || is_rootless;
	if (!is_rootless)
		return OK;
	const char **arguments = ARENA_ARRAY(f->arena, const char *, c->n_arguments + 1);
	arguments[0] = "--userns=keep-id";
	bytes_copy(arguments + 1, bytes_make(c->arguments, c->n_arguments * sizeof *arguments));
	c->arguments = arguments;
	c->n_arguments++;
	return OK;
}

enum status container_find(const struct run_context *run, const struct container_request *request, struct arena *a,
			   struct container *ret, struct diag *d)
{
	struct finder f = { .run = run, .request = request, .arena = a };
	struct container c = {
		.image = request->image,
		.env = request->env,
		.n_env = request->n_env,
		.arguments = request->arguments,
		.n_arguments = request->n_arguments,
		.run_path = request->run_path,
	};
	/* It would be read as an option of the engine's. */
	if (request->image[0] == '-' || request->image[0] == '\0')
		return fail(d, ERR_USAGE, 0, "'%s' is not the name of an image", request->image);
	enum status s = request->must_be_pinned ? container_check_pinned(request->image, d) : OK;
	if (s == OK)
		s = find_engine(&f, d);
	if (s)
		return s;
	c.engine = f.engine;
	s = find_image(&f, &c, d);
	if (s == OK)
		s = keep_user(&f, &c, d);
	if (s == OK)
		*ret = c;
	return s;
}
