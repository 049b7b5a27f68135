#include "env/compile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/wire.h"
#include "env/compile_program.h"
#include "format/snapshot.h"
#include "host/mapped.h"
#include "host/reply.h"
#include "host/sealed.h"
#include "sandbox/program.h"

enum { EPOCH = 315532800, SOURCES_MAX = 1 << 20 };
#define ANSWER_MAX (UINT64_C(4) << 30)

static enum status run_compiler(const struct run_context *run, const struct env_request *request, int snapshot_fd, struct arena *a,
				int *ret_fd, struct diag *d)
{
	const struct env_python *python = request->python;
	const char *const argv[] = {
		arena_string(a, python->interpreter.real_executable),
		"-I",
		"-S",
		"-c",
		arena_string(a, bytes_make(compile_program_source, sizeof compile_program_source)),
		"/build/src",
		"/env",
		"/out/pyc",
	};
	struct program program = {
		.what = "compiling a build dependency",
		.argv = argv,
		.n_argv = COUNT(argv),
		.mounts = python->mounts,
		.n_mounts = python->n_mounts,
		.snapshot_fd = snapshot_fd,
		.epoch = EPOCH,
		.outside_id = request->outside_id,
		.answer = "pyc",
		.answer_max = ANSWER_MAX,
	};
	return program_run(run, &program, a, ret_fd, d);
}

/* The folder of "lib/x/__pycache__/y.pyc" is made when its parent exists: the wheel's own tree decides what exists. */
static enum status write_pyc(int tree, const char *path, struct bytes data, struct diag *d)
{
	char folder[4096];
	size_t slash = bytes_find_last(bytes_of(path), '/');
	if (slash == strlen(path) || slash >= sizeof folder)
		return fail(d, ERR_FORMAT, 0, "the compiler named '%.200s'", path);
	memcpy(folder, path, slash);
	folder[slash] = '\0';
	if (mkdirat(tree, folder, 0755) && errno != EEXIST)
		return fail(d, ERR_IO, 0, "make '%s': %s", folder, strerror(errno));
	CLEANUP(fd_close) int fd = openat(tree, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
	if (fd < 0)
		return fail(d, ERR_IO, 0, "make '%s': %s", path, strerror(errno));
	return fd_write_all(fd, data, d);
}

static enum status write_all_pyc(int tree, struct bytes answer, struct diag *d)
{
	struct wire w = wire_over(answer);
	while (w.rest.size && !w.bad) {
		char path[4096];
		struct bytes name = wire_get_bytes(&w), data = wire_get_bytes(&w);
		if (w.bad || name.size >= sizeof path || !snapshot_path_ok(name) || !bytes_ends(name, BYTES(".pyc")))
			return fail(d, ERR_FORMAT, 0, "the compiler's answer is malformed");
		bytes_copy(path, name);
		path[name.size] = '\0';
		enum status s = write_pyc(tree, path, data, d);
		if (s)
			return s;
	}
	return wire_end(&w, "compiler", d);
}

enum status compile_tree(const struct run_context *run, const struct env_request *request, int snapshot_fd, int tree,
			 struct arena *a, struct diag *d)
{
	CLEANUP(fd_close) int answer = -1;
	struct bytes map = { NULL, 0 };
	enum status s = run_compiler(run, request, snapshot_fd, a, &answer, d);
	if (s == OK)
		s = mapped_open(answer, ANSWER_MAX, &map, d);
	if (s == OK)
		s = reply_check(write_all_pyc(tree, map, d), d);
	mapped_done(&map);
	return s;
}

static enum status put_sources(const struct compile_source *sources, size_t n, int *ret_snapshot, struct diag *d)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, SOURCES_MAX);
	struct bytes folder = bytes_of(sources[0].path);
	folder.size = bytes_find_last(folder, '/');
	snapshot_put_start(&b);
	snapshot_put_header(&b, 'd', folder, 0);
	for (size_t i = 0; i < n; i++) {
		snapshot_put_header(&b, 'f', bytes_of(sources[i].path), sources[i].text.size);
		buf_add(&b, sources[i].text);
	}
	snapshot_put_end(&b);
	enum status s = buf_check(&b, "a program of hwb", d);
	return s ? s : sealed_make("hwb-compile", buf_bytes(&b), ret_snapshot, d);
}

enum status compile_sources(const struct run_context *run, const struct env_request *request, const struct compile_source *sources,
			    size_t n, struct arena *a, struct buf *ret_pyc, struct diag *d)
{
	CLEANUP(fd_close) int snapshot = -1;
	CLEANUP(fd_close) int answer = -1;
	struct bytes map = { NULL, 0 };
	enum status s = put_sources(sources, n, &snapshot, d);
	if (s == OK)
		s = run_compiler(run, request, snapshot, a, &answer, d);
	if (s == OK)
		s = mapped_open(answer, ANSWER_MAX, &map, d);
	if (s)
		return s;
	struct wire w = wire_over(map);
	for (size_t i = 0; i < n; i++) {
		(void)wire_get_bytes(&w); /* its name: the order is ours */
		buf_add(&ret_pyc[i], wire_get_bytes(&w));
	}
	s = reply_check(wire_end(&w, "compiler", d), d);
	mapped_done(&map);
	return s;
}
