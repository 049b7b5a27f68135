#include "env/env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "env/compile.h"
#include "env/finder_program.h"
#include "env/frozen.h"
#include "env/hook_program.h"
#include "env/store.h"
#include "env/tree_write.h"
#include "host/file.h"

enum { MANIFEST_MAX = 512 << 20, PYC_MAX = 16 << 20, TIMES_TRIED = 3 };

/* The programs of ours that run beside the backend. */
static const struct compile_source hook_sources[] = {
	{ "hook/hwb_finder.py", { finder_program_source, sizeof finder_program_source } },
	{ "hook/hwb_hook.py", { hook_program_source, sizeof hook_program_source } },
};
enum { N_HOOK_SOURCES = COUNT(hook_sources) };

static int compare_digests(const void *a, const void *b)
{
	return memcmp((*(const struct lock_pin *const *)a)->file.digest.bytes,
		      (*(const struct lock_pin *const *)b)->file.digest.bytes, SHA256_SIZE);
}

/* The key of the tree: what is in it and what made it. */
static void env_digest(const struct env_request *request, struct arena *a, char ret[SHA256_TEXT_SIZE])
{
	struct sha256_stream hash;
	const struct lock_pin **sorted = ARENA_ARRAY(a, const struct lock_pin *, request->n_pins + 1);
	for (size_t i = 0; i < request->n_pins; i++)
		sorted[i] = &request->pins[i];
	if (request->n_pins)
		qsort(sorted, request->n_pins, sizeof *sorted, compare_digests);
	sha256_start(&hash);
	sha256_add(&hash, bytes_of(arena_printf(a, "hwb-env %d %s ", STORE_VERSION, request->python->id)));
	for (size_t i = 0; i < N_HOOK_SOURCES; i++)
		sha256_add(&hash, hook_sources[i].text);
	for (size_t i = 0; i < request->n_pins; i++)
		sha256_add(&hash, bytes_make(sorted[i]->file.digest.bytes, SHA256_SIZE));
	struct sha256 digest = sha256_end(&hash);
	sha256_text(&digest, ret);
}

/* The shape of a virtual environment (PEP 405): subprocesses that find python on PATH see the same packages. */
static enum status write_shape(int tree, const struct env_python *python, struct arena *a, struct diag *d)
{
	const struct interpreter *i = &python->interpreter;
	struct bytes home = i->real_executable;
	home.size = bytes_find_last(home, '/');
	const char *config = arena_printf(a, "home = %.*s\ninclude-system-site-packages = false\nversion = %.*s\n", BYTES_ARG(home),
					  BYTES_ARG(i->version));
	const char *real = arena_string(a, i->real_executable);
	const char *const names[] = { "bin/python", "bin/python3", arena_printf(a, "bin/python%u.%u", i->major, i->minor) };
	CLEANUP(fd_close) int purelib = -1;
	enum status s = directory_make(tree, arena_string(a, i->purelib), false, &purelib, d);
	if (s == OK)
		s = file_replace(tree, "pyvenv.cfg", bytes_of(config), 0444, false, d);
	if (s == OK && mkdirat(tree, "bin", 0755) && errno != EEXIST)
		s = fail(d, ERR_IO, 0, "make 'bin': %s", strerror(errno));
	for (size_t k = 0; s == OK && k < COUNT(names); k++)
		if (symlinkat(real, tree, names[k]))
			s = fail(d, ERR_ARTEFACT, 0, "a wheel brought '%s' of its own", names[k]);
	return s;
}

static enum status write_hook(const struct run_context *run, const struct env_request *request, int tree, struct arena *a,
			      struct diag *d)
{
	struct buf pyc[N_HOOK_SOURCES];
	CLEANUP(fd_close) int frozen = -1;
	for (size_t i = 0; i < N_HOOK_SOURCES; i++)
		buf_init(&pyc[i], PYC_MAX);
	enum status s = compile_sources(run, request, hook_sources, N_HOOK_SOURCES, a, pyc, d);
	if (s == OK)
		s = directory_make(tree, ENV_FROZEN + sizeof "/env/" - 1, false, &frozen, d);
	for (size_t i = 0; s == OK && i < N_HOOK_SOURCES; i++)
		s = file_replace(tree, arena_printf(a, "%sc", hook_sources[i].path), buf_bytes(&pyc[i]), 0444, false, d);
	for (size_t i = 0; i < N_HOOK_SOURCES; i++)
		buf_done(&pyc[i]);
	return s;
}

static enum status merge_wheels(const struct run_context *run, const struct env_request *request, struct index *index, int tree,
				struct arena *a, size_t *ret_n, struct diag *d)
{
	struct tree_merge merge = { .arena = a, .to = tree };
	enum status s = OK;
	for (size_t i = 0; s == OK && i < request->n_pins; i++) {
		CLEANUP(store_wheel_done) struct store_wheel wheel = { .tree_fd = -1, .lock_fd = -1 };
		s = run_check(run, d);
		if (s == OK)
			s = store_wheel(run, request, &request->pins[i], index, a, &wheel, d);
		if (s == OK)
			s = tree_merge_add(&merge, wheel.tree_fd, arena_string(a, request->pins[i].file.filename), d);
		*ret_n += wheel.installed;
	}
	return s ? s : tree_merge_check(&merge, d);
}

static enum status fill_tree(const struct run_context *run, const struct env_request *request, struct index *index, int tree,
			     struct arena *a, size_t *ret_n, struct diag *d)
{
	const struct index_file **files = ARENA_ARRAY(a, const struct index_file *, request->n_pins + 1);
	for (size_t i = 0; i < request->n_pins; i++)
		files[i] = &request->pins[i].file;
	enum status s = index_download_all(index, files, request->n_pins, d);
	if (s == OK)
		s = merge_wheels(run, request, index, tree, a, ret_n, d);
	if (s == OK)
		s = write_shape(tree, request->python, a, d);
	if (s == OK)
		s = write_hook(run, request, tree, a, d);
	return s ? s : tree_freeze(tree, d);
}

static bool usable(int dir, const char *key, bool rehash, struct arena *a)
{
	CLEANUP(fd_close) int tree = -1;
	return store_usable(dir, key, MANIFEST_MAX, rehash, a, &tree);
}

static enum status make_env(const struct run_context *run, const struct env_request *request, struct index *index, int dir,
			    const char *key, struct arena *a, size_t *ret_n, struct diag *d)
{
	char draft[64];
	CLEANUP(fd_close) int tree = -1;
	enum status s = store_draft(dir, draft, &tree, d);
	if (s)
		return s;
	s = fill_tree(run, request, index, tree, a, ret_n, d);
	return store_finish(dir, draft, tree, key, MANIFEST_MAX, s, a, d);
}

/* On OK result->lock_fd holds the tree. ERR_ABSENT: it was removed in between. */
static enum status find_or_make(const struct run_context *run, const struct env_request *request, struct index *index,
				struct arena *a, struct env_result *result, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(fd_close) int lock = -1;
	/* Without the lock first: a finished tree never changes. */
	enum status s = directory_make(request->cache_dir, "env", true, &dir, d);
	if (s)
		return s;
	if (!usable(dir, result->digest, request->rehash, a)) {
		fd_close(&dir);
		s = store_lock(run, request->cache_dir, "env", result->digest, &dir, &lock, d);
		if (s == OK && !usable(dir, result->digest, request->rehash, a)) {
			result->reused = false;
			s = make_env(run, request, index, dir, result->digest, a, &result->n_installed, d);
		}
		if (s)
			return s;
	}
	fd_close(&lock);
	return store_hold(dir, result->digest, &result->lock_fd, d);
}

void env_release(struct env_result *e)
{
	fd_close(&e->lock_fd);
	fd_close(&e->frozen_lock_fd);
}

enum status env_run(const struct run_context *run, const struct env_request *request, struct index *index, struct arena *a,
		    struct env_result *ret, struct diag *d)
{
	struct env_result result = { .reused = true, .lock_fd = -1, .frozen_lock_fd = -1 };
	enum status s = ERR_ABSENT;
	env_digest(request, a, result.digest);
	for (int i = 0; s == ERR_ABSENT && i < TIMES_TRIED; i++)
		s = find_or_make(run, request, index, a, &result, d);
	if (s)
		return s == ERR_ABSENT ? recode(d, ERR_IO) : s;
	result.path = arena_printf(a, "%s/env/%s", request->cache_path, result.digest);
	s = frozen_find(run, request, a, &result, d);
	if (s) {
		env_release(&result);
		return s;
	}
	*ret = result;
	return OK;
}
