/* The command line of podman or docker, which take the same words for this. */
#include "sandbox/contain.h"

enum { FIXED_MAX = 80 };

struct words {
	const char **items;
	size_t n;
	struct arena *arena;
	const char *bad;
};

static void add(struct words *w, const char *word)
{
	w->items[w->n++] = word;
}

static void add_pair(struct words *w, const char *option, const char *value)
{
	add(w, option);
	add(w, value);
}

/* -v SOURCE:TARGET:OPTIONS has no way to say a ':' in a path. */
static void add_mount(struct words *w, const char *source, const char *target, const char *options)
{
	if (strchr(source, ':') || strchr(target, ':'))
		w->bad = strchr(source, ':') ? source : target;
	add_pair(w, "-v", arena_printf(w->arena, "%s:%s:%s", source, target, options));
}

/* Every container gets these, whatever is built. */
static const char *const fixed[] = {
	"run",
	"--rm",
	"-i",
	"--pull=never",
	"--log-driver=none", /* the output goes to hwb, not to a file of the engine's */
	"--network=none",
	"--read-only",
	"--cap-drop=ALL",
	"--security-opt=no-new-privileges",
	"--ipc=private",
	"--hostname=sandbox",
	"--workdir=/",
	"--ulimit=core=0:0",
};

static void add_limits(struct words *w, const struct limits *l)
{
	struct arena *a = w->arena;
	unsigned long long disk = l->disk, processes = l->processes, files = l->open_files;
	/* What is written to a tmpfs counts as memory too; the limit proper is watched by pid 1, this one is the backstop. */
	add(w, arena_printf(a, "--memory=%llub", (unsigned long long)(l->memory + l->disk)));
	add(w, arena_printf(a, "--pids-limit=%llu", processes + 2)); /* ours: pid 1 and the payload's parent */
	add(w, arena_printf(a, "--cpus=%ld", sysconf(_SC_NPROCESSORS_ONLN)));
	add(w, arena_printf(a, "--ulimit=nofile=%llu:%llu", files, files));
	add(w, arena_printf(a, "--ulimit=nproc=%llu:%llu", processes + 2, processes + 2));
	/* podman 4.3 knows no nr_inodes: there the memory limit is the limit of inodes. */
	add_pair(w, "--tmpfs", "/tmp:size=1G,mode=1777,nosuid,nodev,exec");
	for (const char *const *path = (const char *const[]){ "/build", "/out", NULL }; *path; path++)
		add_pair(w, "--tmpfs", arena_printf(a, "%s:size=%llu,mode=1777,nosuid,nodev,exec", *path, disk));
}

const char *const *contain_argv(const struct sandbox_spec *spec, const struct contain_run *run, struct arena *a, const char **ret_bad)
{
	const struct container *c = spec->container;
	struct words w = { ARENA_ARRAY(a, const char *, FIXED_MAX + 2 * spec->n_mounts + c->n_arguments), 0, a, NULL };
	add(&w, c->engine);
	for (size_t i = 0; i < COUNT(fixed); i++)
		add(&w, fixed[i]);
	add_limits(&w, &spec->limits);
	add(&w, arena_printf(a, "--name=%s", run->name));
	add(&w, arena_printf(a, "--security-opt=seccomp=%s/seccomp.json", run->path));
	add_pair(&w, "--user", arena_printf(a, "%u:%u", run->uid, run->gid));
	add_pair(&w, "-e", "HOME=/tmp/home");
	add_mount(&w, arena_printf(a, "%s/src", run->path), "/src", "ro");
	add_mount(&w, arena_printf(a, "%s/out", run->path), CONTAIN_OUTPUT, "rw");
	add_mount(&w, run->program, CONTAIN_PROGRAM, "ro");
	for (size_t i = spec->n_system_mounts; i < spec->n_mounts; i++)
		add_mount(&w, spec->mounts[i].source, spec->mounts[i].target, "ro");
	for (size_t i = 0; i < c->n_arguments; i++)
		add(&w, c->arguments[i]);
	add(&w, "--entrypoint=" CONTAIN_PROGRAM);
	add(&w, c->image_id);
	add(&w, "inner");
	*ret_bad = w.bad;
	return w.bad ? NULL : w.items;
}
