/* Probing an interpreter: in the sandbox, like everything that runs somebody else's program; remembered by the file's
 * identity. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "env/env.h"
#include "env/probe_program.h"
#include "env/python_find.h"
#include "format/snapshot.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/reply.h"
#include "host/sealed.h"
#include "sandbox/container.h"
#include "sandbox/program.h"

enum { RECORD_MAX = 4 << 20, PROBE_EPOCH = 315532800 };

/* The directory that holds bin/ and lib/: what a sandbox must see. NULL for one below /usr, which it sees anyway. */
static enum status prefix_of(const char *real, const char *home, struct arena *a, const char **ret, struct diag *d)
{
	struct bytes path = bytes_of(real);
	path.size = bytes_find_last(path, '/');
	path.size = bytes_find_last(path, '/');
	const char *prefix = arena_string(a, path);
	if (bytes_starts(bytes_of(real), BYTES("/usr/"))) {
		*ret = NULL;
		return OK;
	}
	const char *lib = arena_printf(a, "%s/lib", prefix);
	size_t size = strlen(prefix);
	bool holds_home = home && (size == 0 || (strncmp(home, prefix, size) == 0 && (home[size] == '/' || home[size] == '\0')));
	if (size == 0 || access(lib, F_OK) || holds_home) {
		(void)fail(d, ERR_USAGE, 0,
			   "the interpreter '%s' has no prefix of its own: '%s/' would become visible to the build", real, prefix);
		return remedy(d, "use one that is installed with its own bin/ and lib/");
	}
	*ret = prefix;
	return OK;
}

static enum status probe_snapshot(int *ret_fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, sizeof probe_program_source + 256);
	snapshot_put_start(&b);
	snapshot_put_header(&b, 'f', BYTES("probe.py"), sizeof probe_program_source);
	buf_add(&b, bytes_make(probe_program_source, sizeof probe_program_source));
	snapshot_put_end(&b);
	return sealed_make("hwb-probe", buf_bytes(&b), ret_fd, d);
}

struct probe {
	const struct run_context *run;
	const char *const *argv; /* a shell that runs the probe with its output in /out/answer */
	size_t n_argv;
	const struct sandbox_mount *mounts;
	size_t n_mounts;
	uint32_t outside_id;
	struct arena *arena;
};

static enum status run_probe(const struct probe *p, struct buf *record, struct diag *d)
{
	CLEANUP(fd_close) int snapshot = -1;
	CLEANUP(fd_close) int answer = -1;
	enum status s = probe_snapshot(&snapshot, d);
	if (s)
		return s;
	struct program program = {
		.what = "the interpreter probe",
		.argv = p->argv,
		.n_argv = p->n_argv,
		.mounts = p->mounts,
		.n_mounts = p->n_mounts,
		.snapshot_fd = snapshot,
		.epoch = PROBE_EPOCH,
		.outside_id = p->outside_id,
		.answer = "answer",
		.answer_max = INTERPRETER_JSON_MAX,
	};
	s = program_run(p->run, &program, p->arena, &answer, d);
	return s ? s : helper_call(p->run, "hwb-parse", "interpreter", (struct bytes){ NULL, 0 }, &answer, 1, record, d);
}

/* The remembered answer, or a new one: the record of the interpreter, and what it says. */
static enum status probe_or_remember(const struct probe *p, int cache_dir, const char *name, struct buf *record,
				     struct interpreter *ret, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	enum status s = directory_make(cache_dir, "interp", true, &dir, d);
	if (s)
		return s;
	if (file_read(dir, name, record, NULL) == OK && interpreter_read(buf_bytes(record), p->arena, ret, NULL) == OK)
		return OK;
	buf_clear(record);
	s = run_probe(p, record, d);
	if (s == OK)
		s = reply_check(interpreter_read(buf_bytes(record), p->arena, ret, d), d);
	return s ? s : file_replace(dir, name, buf_bytes(record), 0600, false, d);
}

/* The name of the remembered answer: the file's identity and the probe's own text. */
static enum status cache_name(const char *real, char ret[SHA256_TEXT_SIZE], struct stat *ret_st, struct arena *a, struct diag *d)
{
	struct stat st;
	if (stat(real, &st))
		return fail(d, ERR_USAGE, 0, "look at '%s': %s", real, strerror(errno));
	*ret_st = st;
	struct sha256 probe = sha256_of(bytes_make(probe_program_source, sizeof probe_program_source));
	char text[SHA256_TEXT_SIZE];
	sha256_text(&probe, text);
	const char *key = arena_printf(a, "%s %lld %lld.%09ld %llu %llu %s", real, (long long)st.st_size,
				       (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (unsigned long long)st.st_ino,
				       (unsigned long long)st.st_dev, text);
	struct sha256 digest = sha256_of(bytes_of(key));
	sha256_text(&digest, ret);
	return OK;
}

/* "3.12.1" means that patch and no other. */
static bool is_other_patch(const char *wanted, struct bytes version)
{
	struct bytes rest = bytes_of(wanted);
	for (size_t i = 0; i < rest.size; i++)
		if (!byte_is_digit(rest.data[i]) && rest.data[i] != '.')
			return false;
	(void)bytes_cut(&rest, '.');
	(void)bytes_cut(&rest, '.');
	return rest.size > 0 && !bytes_equal(bytes_of(wanted), version);
}

static enum status check_usable(const struct interpreter *i, const char *wanted, const char *real, struct diag *d)
{
	if (is_other_patch(wanted, i->version))
		return fail(d, ERR_USAGE, 0, "no Python %s found; '%s' is %.*s", wanted, real, BYTES_ARG(i->version));
	if (bytes_equal(i->implementation, BYTES("cpython")) && i->major == 3 && i->minor >= PYTHON_LEAST_MINOR)
		return OK;
	return fail(d, ERR_USAGE, 0, "'%s' is %.*s %.*s; hwb builds with CPython 3.%d or newer", real, BYTES_ARG(i->implementation),
		    BYTES_ARG(i->version), PYTHON_LEAST_MINOR);
}

/* "3.12" is any patch of it. */
static bool is_version(const char *wanted, struct bytes version)
{
	struct bytes text = bytes_of(wanted);
	if (!bytes_starts(text, BYTES("3.")))
		return true;
	return bytes_starts(version, text) && (version.size == text.size || version.data[text.size] == '.');
}

/* What "3.12" means in an image: its own place in manylinux and musllinux images, else the image's PATH. */
static size_t image_candidates(const char *wanted, const char *ret[3], struct arena *a)
{
	struct bytes rest = bytes_of(wanted), major = bytes_cut(&rest, '.'), minor = bytes_cut(&rest, '.');
	size_t n = 0;
	if (wanted[0] && !bytes_starts(bytes_of(wanted), BYTES("3."))) {
		ret[n++] = wanted;
		return n;
	}
	if (wanted[0]) {
		ret[n++] = arena_printf(a, "/opt/python/cp%.*s%.*s-cp%.*s%.*s/bin/python", BYTES_ARG(major), BYTES_ARG(minor),
					BYTES_ARG(major), BYTES_ARG(minor));
		ret[n++] = arena_printf(a, "python%.*s.%.*s", BYTES_ARG(major), BYTES_ARG(minor));
	}
	ret[n++] = "python3";
	return n;
}

static enum status find_in_image(const struct run_context *run, const char *wanted, int cache_dir, uint32_t outside_id,
				 struct arena *a, struct env_python *ret, struct diag *d)
{
	static const char script[] = "for p; do c=$(command -v -- \"$p\") && [ -x \"$c\" ] && "
				     "exec \"$c\" -I -S /build/src/probe.py > /out/answer; done; echo \"there is no $*\"; exit 127";
	const char *argv[7] = { "/bin/sh", "-c", script, "sh" };
	const struct container *c = run->container;
	char name[SHA256_TEXT_SIZE];
	CLEANUP(buf_done) struct buf record;
	struct env_python p = { .n_mounts = 0 };
	struct probe probe = { .run = run, .argv = argv, .n_argv = 4, .outside_id = outside_id, .arena = a };
	probe.n_argv += image_candidates(wanted, argv + 4, a);
	struct sha256 key = sha256_of(bytes_of(arena_printf(a, "%s %s %zu ", c->image_id, wanted, sizeof probe_program_source)));
	sha256_text(&key, name);
	buf_init(&record, RECORD_MAX);
	enum status s = probe_or_remember(&probe, cache_dir, name, &record, &p.interpreter, d);
	if (s == OK)
		s = check_usable(&p.interpreter, wanted, c->image, d);
	if (s == OK && !is_version(wanted, p.interpreter.version))
		s = fail(d, ERR_ISOLATION, 0, "its Python is %.*s, not %s", BYTES_ARG(p.interpreter.version), wanted);
	if (s == ERR_BACKEND || s == ERR_USAGE)
		s = recode(d, ERR_ISOLATION);
	if (s)
		return explain(d, "the image '%s' has no usable Python", c->image);
	buf_add_string(&record, c->image_id); /* the same interpreter over other libraries is another */
	struct sha256 id = sha256_of(buf_bytes(&record));
	sha256_text(&id, p.id);
	*ret = p;
	return OK;
}

/* Runs the probe of one program. ERR_BACKEND: it is no Python, or does not run. */
static enum status probe_found(const struct run_context *run, const char *found, const char *home, int cache_dir,
			       uint32_t outside_id, struct arena *a, struct env_python *ret, struct diag *d)
{
	struct env_python p = { .n_mounts = 0 };
	const char *prefix = NULL;
	struct stat st = { 0 };
	char name[SHA256_TEXT_SIZE];
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, RECORD_MAX);
	enum status s = prefix_of(found, home, a, &prefix, d);
	if (s == OK)
		s = cache_name(found, name, &st, a, d);
	if (s)
		return s;
	p.mounts = ARENA_ARRAY(a, struct sandbox_mount, 1);
	if (prefix)
		p.mounts[p.n_mounts++] = (struct sandbox_mount){ prefix, prefix };
	static const char script[] = "exec \"$0\" -I -S /build/src/probe.py > /out/answer";
	const char *const argv[] = { "/bin/sh", "-c", script, found };
	struct probe probe = { run, argv, COUNT(argv), p.mounts, p.n_mounts, outside_id, a };
	s = probe_or_remember(&probe, cache_dir, name, &record, &p.interpreter, d);
	if (s == ERR_BACKEND || s == ERR_FORMAT) { /* what it answered instead is of no interest */
		(void)explain(d, "'%s' is not a Python interpreter that works", found);
		return recode(d, ERR_BACKEND);
	}
	if (s)
		return s;
	/* Not the inode: a cache may be of use in the next container of the same image. */
	buf_printf(&record, " %lld %lld", (long long)st.st_size, (long long)st.st_mtim.tv_sec);
	struct sha256 id = sha256_of(buf_bytes(&record));
	sha256_text(&id, p.id);
	*ret = p;
	return OK;
}

enum status env_python_find(const struct run_context *run, const char *wanted, const char *path_variable, const char *home,
			    int cache_dir, uint32_t outside_id, struct arena *a, struct env_python *ret, struct diag *d)
{
	const char *failed[PYTHON_FAILED_MAX];
	struct python_search search = {
		.arena = a, .path_variable = path_variable ? path_variable : "", .home = home, .failed = failed
	};
	struct env_python p;
	enum status s = ERR_BACKEND;
	if (strcmp(wanted, "3") == 0)
		wanted = "";
	if (run->mode == MODE_CONTAINER)
		return find_in_image(run, wanted, cache_dir, outside_id, a, ret, d);
	/* What does not run is passed over, unless it was named by its path. */
	while (s == ERR_BACKEND && search.n_failed < PYTHON_FAILED_MAX) {
		s = python_search_run(&search, wanted, d);
		if (s)
			return s;
		s = probe_found(run, search.found, home, cache_dir, outside_id, a, &p, d);
		if (s != ERR_BACKEND || strchr(wanted, '/'))
			break;
		failed[search.n_failed++] = search.found;
	}
	if (s == OK)
		s = check_usable(&p.interpreter, wanted, search.found, d);
	if (s)
		return s == ERR_BACKEND ? recode(d, ERR_USAGE) : s;
	*ret = p;
	return OK;
}
