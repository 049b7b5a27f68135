/* Finding the interpreter a user means, among files only: nothing is run here. */
#include "env/python_find.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/number.h"

/* "3.12" and "3.12.1": digits and dots. */
static bool is_version(const char *wanted)
{
	for (const char *c = wanted; *c; c++)
		if (!byte_is_digit((unsigned char)*c) && *c != '.')
			return false;
	return byte_is_digit((unsigned char)wanted[0]) && strchr(wanted, '.');
}

static enum status check_version(const char *version, struct diag *d)
{
	struct bytes rest = bytes_of(version), major = bytes_cut(&rest, '.'), minor = bytes_cut(&rest, '.');
	uint64_t number;
	bool is_new = bytes_equal(major, BYTES("3")) && number_parse_u64(minor, 1000, &number) == OK && number >= PYTHON_LEAST_MINOR;
	return is_new ? OK
		      : fail(d, ERR_USAGE, 0, "hwb builds with Python 3.%d or newer, not with '%.100s'", PYTHON_LEAST_MINOR, version);
}

static bool is_elf(const char *path)
{
	char head[4];
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head && memcmp(head, "\177ELF", 4) == 0;
}

static bool has_failed(const struct python_search *s, const char *real)
{
	for (size_t i = 0; i < s->n_failed; i++)
		if (strcmp(s->failed[i], real) == 0)
			return true;
	return false;
}

/* A program, not a script: pyenv's shims and wrappers of that kind are followed by try_shim or passed over. */
static bool try_path(struct python_search *s, const char *path)
{
	char real[PATH_MAX];
	for (size_t i = 0; i < s->n_seen; i++)
		if (strcmp(s->seen[i], path) == 0)
			return false;
	const char *wrong = !realpath(path, real) ? ""
			    : access(real, X_OK)  ? " (cannot be run)"
			    : !is_elf(real)       ? " (a script)"
			    : has_failed(s, real) ? " (was tried and failed)"
						  : NULL;
	s->seen = arena_grow(s->arena, s->seen, s->n_seen, sizeof *s->seen);
	s->seen[s->n_seen++] = arena_string(s->arena, bytes_of(path));
	s->looked_at = arena_printf(s->arena, "%s%s%s%s", s->looked_at, s->looked_at[0] ? ", " : "", path, wrong ? wrong : "");
	if (wrong)
		return false;
	s->found = arena_string(s->arena, bytes_of(real));
	return true;
}

/* ROOT/shims/NAME of pyenv means ROOT/versions/X/bin/NAME with the X of ROOT/version. */
static bool try_shim(struct python_search *s, struct bytes folder, const char *name)
{
	char version[64];
	if (!bytes_ends(folder, BYTES("/shims")))
		return false;
	int root = (int)(folder.size - 6);
	const char *file = arena_printf(s->arena, "%.*s/version", root, (const char *)folder.data);
	CLEANUP(fd_close) int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, version, sizeof version - 1);
	if (n <= 0)
		return false;
	struct bytes rest = bytes_make(version, (size_t)n), first = bytes_trim(bytes_cut(&rest, '\n'));
	if (bytes_find(first, '/') < first.size)
		return false;
	return try_path(
		s, arena_printf(s->arena, "%.*s/versions/%.*s/bin/%s", root, (const char *)folder.data, BYTES_ARG(first), name));
}

static bool try_search_path(struct python_search *s, const char *name)
{
	struct bytes rest = bytes_of(s->path_variable);
	while (rest.data) {
		struct bytes folder = bytes_cut(&rest, ':');
		if (folder.size == 0 || folder.data[0] != '/')
			continue;
		if (try_path(s, arena_printf(s->arena, "%.*s/%s", BYTES_ARG(folder), name)) || try_shim(s, folder, name))
			return true;
	}
	return false;
}

/* pyenv keeps VERSION.PATCH folders: the highest patch of the wanted minor wins. */
static bool try_versions_folder(struct python_search *s, const char *folder, const char *wanted)
{
	DIR *entries = opendir(folder);
	const char *best = NULL;
	long best_patch = -1;
	size_t size = strlen(wanted);
	for (struct dirent *e; entries && (e = readdir(entries));) {
		if (strncmp(e->d_name, wanted, size) != 0 || (e->d_name[size] != '.' && e->d_name[size] != '\0'))
			continue;
		long patch = e->d_name[size] == '.' ? strtol(e->d_name + size + 1, NULL, 10) : 0;
		if (patch > best_patch) {
			best_patch = patch;
			best = arena_string(s->arena, bytes_of(e->d_name));
		}
	}
	if (entries)
		(void)closedir(entries);
	return best && try_path(s, arena_printf(s->arena, "%s/%s/bin/python3", folder, best));
}

/* A shim's root knows its versions, wherever HOME points. */
static bool try_shim_versions(struct python_search *s, const char *wanted)
{
	struct bytes rest = bytes_of(s->path_variable);
	while (rest.data) {
		struct bytes folder = bytes_cut(&rest, ':');
		if (bytes_ends(folder, BYTES("/shims")) &&
		    try_versions_folder(
			    s, arena_printf(s->arena, "%.*s/versions", (int)(folder.size - 6), (const char *)folder.data), wanted))
			return true;
	}
	return false;
}

static bool try_well_known(struct python_search *s, const char *wanted)
{
	static const char *const folders[] = { "/usr/bin", "/usr/local/bin" };
	struct bytes rest = bytes_of(wanted), major = bytes_cut(&rest, '.'), minor = bytes_cut(&rest, '.');
	for (size_t i = 0; i < COUNT(folders); i++)
		if (try_path(s, arena_printf(s->arena, "%s/python%.*s.%.*s", folders[i], BYTES_ARG(major), BYTES_ARG(minor))))
			return true;
	if (try_path(s, arena_printf(s->arena, "/opt/python/cp%.*s%.*s-cp%.*s%.*s/bin/python3", BYTES_ARG(major), BYTES_ARG(minor),
				     BYTES_ARG(major), BYTES_ARG(minor))))
		return true;
	return try_shim_versions(s, wanted) ||
	       (s->home && try_versions_folder(s, arena_printf(s->arena, "%s/.pyenv/versions", s->home), wanted));
}

/* A patch is nothing that a program on PATH is called by. */
static bool try_version(struct python_search *s, const char *version)
{
	bool has_patch = strchr(strchr(version, '.') + 1, '.') != NULL;
	return (!has_patch && try_search_path(s, arena_printf(s->arena, "python%s", version))) || try_well_known(s, version);
}

enum status python_search_run(struct python_search *s, const char *wanted, struct diag *d)
{
	bool found;
	const char *version = strncmp(wanted, "python", 6) == 0 ? wanted + 6 : wanted;
	enum status status = is_version(version) ? check_version(version, d) : OK;
	if (status)
		return status;
	s->looked_at = "";
	s->n_seen = 0;
	if (wanted[0] == '\0')
		found = try_search_path(s, "python3") || try_search_path(s, "python") || try_path(s, "/usr/bin/python3");
	else if (strchr(wanted, '/'))
		found = try_path(s, wanted);
	else if (is_version(version))
		found = try_version(s, version);
	else
		found = try_search_path(s, wanted);
	if (found)
		return OK;
	(void)fail(d, ERR_USAGE, 0, "no Python interpreter found for '%s'; looked at %s", wanted[0] ? wanted : "python3",
		   s->looked_at[0] ? s->looked_at : "nothing: PATH is empty");
	return remedy(d, "install it, or name one with -p VERSION, -p NAME or -p PATH");
}
