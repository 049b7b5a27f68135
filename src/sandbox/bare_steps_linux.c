/* The steps of the payload's parent when there are no namespaces: what the payload is told, and what it finds in its folders. */
#include "sandbox/bare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fd.h"

enum { SCRIPT_MAX = 1 << 20, SHEBANG_MAX = 250 };

#define ENV_PYTHON "/env/bin/python"

void bare_act(const struct bare *b, bool as_payload)
{
	if (!b->is_root)
		return;
	(void)setfsgid(as_payload ? b->id : 0);
	(void)setfsuid(as_payload ? b->id : 0);
}

/* ---- the programs of the environment ---- */

/* A script that starts with the interpreter as it is called inside gets the one it has here. Longer than the kernel reads, or with
 * a blank, it could not be said: then the script stays out, and who wants it runs the module. */
static int copy_script(struct inner *in, int from_dir, const char *name, int to_dir)
{
	static const struct bytes line = LIT("#!" ENV_PYTHON);
	CLEANUP(buf_done) struct buf text;
	CLEANUP(fd_close) int from = openat(from_dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	buf_init(&text, SCRIPT_MAX);
	if (from < 0 || fstat(from, &st) || !S_ISREG(st.st_mode) || st.st_size > SCRIPT_MAX)
		return 0;
	unsigned char *room = buf_reserve(&text, (size_t)st.st_size);
	ssize_t n = room ? pread(from, room, (size_t)st.st_size, 0) : -1;
	if (n <= 0)
		return 0;
	buf_grew(&text, (size_t)n);
	const char *python = bare_paths_say(&in->bare->paths, ENV_PYTHON);
	struct bytes all = buf_bytes(&text);
	if (!bytes_starts(all, line) || strlen(python) > SHEBANG_MAX || strpbrk(python, " \t\n"))
		return 0;
	CLEANUP(fd_close) int to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
	if (to < 0 || fd_write_all(to, BYTES("#!"), NULL) || fd_write_all(to, bytes_of(python), NULL))
		return -1;
	return fd_write_all(to, bytes_from(all, line.size), NULL) ? -1 : fchmod(to, 0555);
}

static int copy_scripts(struct inner *in)
{
	const char *path = bare_paths_say(&in->bare->paths, "/env/bin");
	in->detail = path;
	CLEANUP(fd_close) int to = openat(in->bare->top_fd, "bin", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *entries = strcmp(path, "/env/bin") == 0 ? NULL : opendir(path); /* not every program has an environment */
	int failed = to < 0 ? -1 : 0;
	for (struct dirent *e; !failed && entries && (e = readdir(entries));)
		failed = copy_script(in, dirfd(entries), e->d_name, to);
	if (entries)
		(void)closedir(entries);
	return failed;
}

/* ---- what the payload is told ---- */

/* Compilers write where they ran into what they make. They leave this option out of it, so that the result is the one of a build
 * whose /build is called that. A path that a shell would split cannot be said. */
static const char *prefix_maps(struct inner *in)
{
	CLEANUP(buf_done) struct buf b;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < in->bare->paths.n; i++) {
		const struct bare_path *row = &in->bare->paths.rows[i];
		if (strcmp(row->inside, row->outside) != 0 && !strpbrk(row->outside, " \t\n'\"\\$="))
			buf_printf(&b, "%s-ffile-prefix-map=%s=%s", b.size ? " " : "", row->outside, row->inside);
	}
	return arena_string(in->arena, buf_bytes(&b));
}

static const char *const *say_all(struct inner *in, const char *const *texts, size_t n, size_t more)
{
	const char **said = ARENA_ARRAY(in->arena, const char *, n + more + 1);
	for (size_t i = 0; i < n; i++)
		said[i] = bare_paths_say(&in->bare->paths, texts[i]);
	return said;
}

static void say_env(struct inner *in, struct sandbox_spec *spec)
{
	static const struct bytes path = LIT("PATH="), flags = LIT("CPPFLAGS=");
	const char **env = (const char **)(uintptr_t)say_all(in, spec->env, spec->n_env, 1);
	const char *maps = prefix_maps(in);
	bool has_flags = false;
	for (size_t i = 0; i < spec->n_env; i++) {
		const char *value = strchr(env[i], '=') ? strchr(env[i], '=') + 1 : "";
		if (bytes_starts(bytes_of(env[i]), path))
			env[i] = arena_printf(in->arena, "PATH=%s/bin:%s", in->bare->path, value);
		if (!bytes_starts(bytes_of(env[i]), flags))
			continue;
		env[i] = arena_printf(in->arena, "CPPFLAGS=%s %s", maps, value);
		has_flags = true;
	}
	if (!has_flags)
		env[spec->n_env++] = arena_printf(in->arena, "CPPFLAGS=%s", maps);
	spec->env = env;
}

static int say_paths(struct inner *in)
{
	struct sandbox_spec *spec = ARENA_NEW(in->arena, struct sandbox_spec);
	*spec = *in->spec;
	spec->argv = say_all(in, spec->argv, spec->n_argv, 0);
	spec->cwd = bare_paths_say(&in->bare->paths, spec->cwd);
	spec->snapshot_path = bare_paths_say(&in->bare->paths, spec->snapshot_path);
	say_env(in, spec);
	in->spec = spec;
	return 0;
}

/* ---- the source ---- */

/* A tree that is wanted in a place that can be written: a link, for the tree itself is not. */
static int link_tree(struct inner *in, const struct bare_path *row)
{
	const char *link = arena_printf(in->arena, "%s%s", in->bare->path, row->inside);
	in->detail = row->inside;
	for (size_t at = strlen(in->bare->path) + 1; link[at]; at++) {
		if (link[at] != '/')
			continue;
		if (mkdir(arena_string(in->arena, bytes_make(link, at)), 0755) && errno != EEXIST)
			return -1;
	}
	return symlink(row->outside, link);
}

static int copy_in(struct inner *in)
{
	const char *top = in->bare->path;
	in->detail = arena_printf(in->arena, "%s/build/home", top);
	if (mkdir(in->detail, 0700) || (in->spec->snapshot_path[0] && snapshot_expand(in, in->spec->snapshot_path)))
		return -1;
	for (size_t i = BARE_PLACES; i < in->bare->paths.n; i++)
		if (bare_paths_writable(in->bare->paths.rows[i].inside) &&
		    strcmp(in->bare->paths.rows[i].inside, in->bare->paths.rows[i].outside) != 0 &&
		    link_tree(in, &in->bare->paths.rows[i]))
			return -1;
	return 0;
}

static int copy_in_as_payload(struct inner *in)
{
	bare_act(in->bare, true);
	int failed = copy_in(in), error = errno;
	bare_act(in->bare, false);
	errno = error;
	bare_stay(in->bare); /* each change of credentials has cleared the death signal */
	in->out_fd = fcntl(in->bare->place_fds[BARE_OUT], F_DUPFD_CLOEXEC, 0);
	if (in->spec->with_tree)
		in->build_fd = fcntl(in->bare->place_fds[BARE_BUILD], F_DUPFD_CLOEXEC, 0);
	control_set(in, CONTROL_COPY_IN_OUT);
	control_set(in, CONTROL_EMPTY_ENV);
	return failed || in->out_fd < 0 || (in->spec->with_tree && in->build_fd < 0) ? -1 : 0;
}

const struct step *bare_steps(size_t *ret_n)
{
	static const struct step steps[] = {
		{ "show a tree to the build's user", bare_show_trees },
		{ "copy the programs of the environment", copy_scripts },
		{ "name the paths", say_paths },
		{ "copy the source in", copy_in_as_payload },
	};
	*ret_n = COUNT(steps);
	return steps;
}
