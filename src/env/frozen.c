#include "env/frozen.h"

#include <fcntl.h>

#include "audit/audit.h"
#include "base/cleanup.h"
#include "env/freeze_program.h"
#include "env/learn_program.h"
#include "env/store.h"
#include "env/tree_write.h"
#include "format/snapshot.h"
#include "host/file.h"
#include "host/mapped.h"
#include "host/sealed.h"
#include "sandbox/program.h"

enum { EPOCH = 315532800, LEARNED_MAX = 16 << 20, MODULES_MAX = 256 << 20, MANIFEST_MAX = 1 << 16, WALL_MS = 60000 };

struct freezing {
	struct run_context run; /* with limits of its own */
	struct limits limits;
	const struct env_request *request;
	const struct env_result *env;
	struct arena *arena;
};

static enum status run_program(const struct freezing *f, const char *const *argv, size_t n_argv, int snapshot_fd,
			       const char *answer, uint64_t answer_max, int *ret_fd, struct diag *d)
{
	const struct env_python *python = f->request->python;
	struct sandbox_mount *mounts = ARENA_ARRAY(f->arena, struct sandbox_mount, python->n_mounts + 1);
	bytes_copy(mounts, bytes_make(python->mounts, python->n_mounts * sizeof *mounts));
	mounts[python->n_mounts] = (struct sandbox_mount){ f->env->path, "/env" };
	struct program program = {
		.what = "looking at the modules of a backend",
		.argv = argv,
		.n_argv = n_argv,
		.mounts = mounts,
		.n_mounts = python->n_mounts + 1,
		.snapshot_fd = snapshot_fd,
		.epoch = EPOCH,
		.outside_id = f->request->outside_id,
		.answer = answer,
		.answer_max = answer_max,
	};
	return program_run(&f->run, &program, f->arena, ret_fd, d);
}

static enum status learn(const struct freezing *f, int *ret_fd, struct diag *d)
{
	const char *source = arena_string(f->arena, bytes_make(learn_program_source, sizeof learn_program_source));
	const char *const argv[] = { "/env/bin/python", "-c", source, "/out/learned" };
	/* Durable: a stranger's code runs, before any build.started. */
	enum status s = audit_note(f->run.audit, true, d, "environment.learning", "key", f->env->digest, NULL);
	return s ? s : run_program(f, argv, COUNT(argv), -1, "learned", LEARNED_MAX, ret_fd, d);
}

/* What was learned, as the source of the second sandbox. */
static enum status hand_on(int learned, int *ret_snapshot, struct diag *d)
{
	CLEANUP(buf_done) struct buf b;
	struct bytes map = { NULL, 0 };
	enum status s = mapped_open(learned, LEARNED_MAX, &map, d);
	if (s)
		return s;
	buf_init(&b, LEARNED_MAX + 4096);
	snapshot_put_start(&b);
	snapshot_put_header(&b, 'f', BYTES("learned"), map.size);
	buf_add(&b, map);
	snapshot_put_end(&b);
	mapped_done(&map);
	return sealed_make("hwb-learned", buf_bytes(&b), ret_snapshot, d);
}

static enum status freeze(const struct freezing *f, int learned, int *ret_fd, struct diag *d)
{
	const char *source = arena_string(f->arena, bytes_make(freeze_program_source, sizeof freeze_program_source));
	const char *python = arena_string(f->arena, f->request->python->interpreter.real_executable);
	const char *const argv[] = { python, "-I", "-S", "-c", source, "/build/src/learned", "/out/modules" };
	CLEANUP(fd_close) int snapshot = -1;
	enum status s = hand_on(learned, &snapshot, d);
	return s ? s : run_program(f, argv, COUNT(argv), snapshot, "modules", MODULES_MAX, ret_fd, d);
}

static enum status fill(const struct freezing *f, int tree, struct diag *d)
{
	CLEANUP(fd_close) int learned = -1;
	CLEANUP(fd_close) int modules = -1;
	struct bytes map = { NULL, 0 };
	enum status s = learn(f, &learned, d);
	if (s == OK)
		s = freeze(f, learned, &modules, d);
	if (s == ERR_BACKEND || s == ERR_LIMIT || s == ERR_ARTEFACT) /* the wheels' doing: nothing that a build could not bear */
		return OK;
	if (s == OK)
		s = mapped_open(modules, MODULES_MAX, &map, d);
	if (s == OK)
		s = file_replace(tree, "modules", map, 0444, false, d);
	mapped_done(&map);
	return s;
}

static enum status make(const struct freezing *f, int dir, const char *key, struct diag *d)
{
	char draft[64];
	CLEANUP(fd_close) int tree = -1;
	enum status s = store_draft(dir, draft, &tree, d);
	if (s)
		return s;
	s = fill(f, tree, d);
	if (s == OK)
		s = tree_freeze(tree, d);
	return store_finish(dir, draft, tree, key, MANIFEST_MAX, s, f->arena, d);
}

/* What it is made of, and what made it. */
static const char *frozen_key(const char *env_digest, struct arena *a)
{
	char *key = arena_alloc(a, SHA256_TEXT_SIZE, 1);
	struct sha256_stream hash;
	sha256_start(&hash);
	sha256_add(&hash, bytes_of(arena_printf(a, "hwb-frozen %d %s ", STORE_VERSION, env_digest)));
	sha256_add(&hash, bytes_make(learn_program_source, sizeof learn_program_source));
	sha256_add(&hash, bytes_make(freeze_program_source, sizeof freeze_program_source));
	struct sha256 digest = sha256_end(&hash);
	sha256_text(&digest, key);
	return key;
}

static bool usable(int dir, const char *key, const struct env_request *request, struct arena *a)
{
	CLEANUP(fd_close) int tree = -1;
	return store_usable(dir, key, MANIFEST_MAX, request->rehash, a, &tree);
}

enum status frozen_find(const struct run_context *run, const struct env_request *request, struct arena *a, struct env_result *env,
			struct diag *d)
{
	if (run->mode == MODE_LANDLOCK) /* the file knows modules by their place below /env, and there is none */
		return OK;
	const char *key = frozen_key(env->digest, a);
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(fd_close) int lock = -1;
	enum status s = directory_make(request->cache_dir, "frozen", true, &dir, d);
	if (s)
		return s;
	if (!usable(dir, key, request, a)) {
		if (!request->freeze || !env->reused)
			return OK;
		struct freezing f = { .run = *run, .request = request, .env = env, .arena = a };
		limits_init(&f.limits); /* this is for all builds; but none lets more be done than its own user allows */
		limits_tighten(&f.limits, run->limits);
		f.limits.wall_ms = f.limits.wall_ms < WALL_MS ? f.limits.wall_ms : WALL_MS;
		f.run.limits = &f.limits;
		fd_close(&dir);
		s = store_lock(run, request->cache_dir, "frozen", key, &dir, &lock, d);
		if (s == OK && !usable(dir, key, request, a))
			s = make(&f, dir, key, d);
		if (s)
			return s;
	}
	fd_close(&lock);
	s = store_hold(dir, key, &env->frozen_lock_fd, d);
	if (s == ERR_ABSENT) /* removed in between: the build goes without */
		return OK;
	env->frozen_path = s ? NULL : arena_printf(a, "%s/frozen/%s", request->cache_path, key);
	return s;
}
