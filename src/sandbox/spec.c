#include "sandbox/spec.h"

#include "base/wire.h"
#include "sandbox/container.h"

/* A spec is made by hwb from a handful of mounts and variables; more than this is a mistake. */
enum { STRINGS_MAX = 4096 };

static const char *const control_names[N_CONTROLS] = {
	[CONTROL_USER_NS] = "user-ns",
	[CONTROL_MOUNT_NS] = "mount-ns",
	[CONTROL_PID_NS] = "pid-ns",
	[CONTROL_NET_NS] = "net-ns",
	[CONTROL_IPC_NS] = "ipc-ns",
	[CONTROL_UTS_NS] = "uts-ns",
	[CONTROL_CGROUP_NS] = "cgroup-ns",
	[CONTROL_PRIVATE_ROOT] = "private-root",
	[CONTROL_READ_ONLY_HOST] = "read-only-host",
	[CONTROL_MASKED_PROC] = "masked-proc",
	[CONTROL_MINIMAL_DEV] = "minimal-dev",
	[CONTROL_COPY_IN_OUT] = "copy-in-out",
	[CONTROL_NO_CAPABILITIES] = "no-capabilities",
	[CONTROL_NO_NEW_PRIVS] = "no-new-privs",
	[CONTROL_SECCOMP] = "seccomp",
	[CONTROL_LANDLOCK] = "landlock",
	[CONTROL_LANDLOCK_SCOPE] = "landlock-scope",
	[CONTROL_CLOSED_FDS] = "closed-fds",
	[CONTROL_EMPTY_ENV] = "empty-env",
	[CONTROL_NEW_SESSION] = "new-session",
	[CONTROL_PROCESS_LIMIT] = "process-limit",
	[CONTROL_PID_MAX] = "pid-max",
	[CONTROL_KEYRING] = "keyring",
};

const char *sandbox_control_name(unsigned i)
{
	return i < N_CONTROLS ? control_names[i] : "unknown";
}

static void write_strings(struct buf *out, const char *const *strings, size_t n)
{
	wire_put_u32(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		wire_put_string(out, strings[i]);
}

static void write_container(struct buf *out, const struct container *c)
{
	wire_put_string(out, c->engine);
	wire_put_string(out, c->image);
	wire_put_string(out, c->image_id);
	wire_put_string(out, c->image_digest);
	wire_put_string(out, c->run_path);
	write_strings(out, c->env, c->n_env);
	write_strings(out, c->arguments, c->n_arguments);
}

void sandbox_spec_write(const struct sandbox_spec *spec, struct buf *out)
{
	wire_put_u32(out, spec->mode);
	if (spec->mode == MODE_CONTAINER)
		write_container(out, spec->container);
	if (spec->mode == MODE_LANDLOCK)
		wire_put_string(out, spec->run_path);
	write_strings(out, spec->argv, spec->n_argv);
	write_strings(out, spec->env, spec->n_env);
	wire_put_u32(out, (uint32_t)spec->n_mounts);
	wire_put_u32(out, (uint32_t)spec->n_system_mounts);
	for (size_t i = 0; i < spec->n_mounts; i++) {
		wire_put_string(out, spec->mounts[i].source);
		wire_put_string(out, spec->mounts[i].target);
	}
	wire_put_u32(out, (uint32_t)spec->n_items);
	for (size_t i = 0; i < spec->n_items; i++) {
		wire_put_string(out, spec->items[i].path);
		wire_put_string(out, spec->items[i].content);
		wire_put_u32(out, spec->items[i].is_link ? 2 : spec->items[i].content ? 1 : 0);
	}
	wire_put_string(out, spec->snapshot_path);
	wire_put_string(out, spec->cwd);
	wire_put_u64(out, (uint64_t)spec->epoch);
	wire_put_u32(out, spec->outside_id);
	wire_put_u32(out, (spec->with_channel ? 1U : 0) | (spec->with_listener ? 2U : 0) | (spec->with_watch ? 4U : 0) |
				  (spec->with_tree ? 8U : 0) | (spec->with_terminal ? 16U : 0));
	wire_put_bytes(out, bytes_make(&spec->limits, sizeof spec->limits)); /* same build on both sides */
}

/* NULL-terminated, so that it can be an argv. */
static const char *const *read_strings(struct wire *w, struct arena *a, size_t *ret_n)
{
	uint32_t n = wire_get_count(w, 4);
	if (n > STRINGS_MAX) {
		w->bad = true;
		n = 0;
	}
	const char **strings = ARENA_ARRAY(a, const char *, n + 1);
	for (uint32_t i = 0; i < n; i++)
		strings[i] = wire_get_string(w, a);
	*ret_n = n;
	return strings;
}

static const struct container *read_container(struct wire *w, struct arena *a)
{
	struct container *c = ARENA_NEW(a, struct container);
	c->engine = wire_get_string(w, a);
	c->image = wire_get_string(w, a);
	c->image_id = wire_get_string(w, a);
	c->image_digest = wire_get_string(w, a);
	c->run_path = wire_get_string(w, a);
	c->env = read_strings(w, a, &c->n_env);
	c->arguments = read_strings(w, a, &c->n_arguments);
	return c;
}

enum status sandbox_spec_read(struct bytes record, struct arena *a, struct sandbox_spec *ret, struct diag *d)
{
	struct wire w = wire_over(record);
	struct sandbox_spec s = { 0 };
	s.mode = (enum isolation_mode)wire_get_u32(&w);
	if (s.mode == MODE_CONTAINER)
		s.container = read_container(&w, a);
	s.run_path = s.mode == MODE_LANDLOCK ? wire_get_string(&w, a) : "";
	s.argv = read_strings(&w, a, &s.n_argv);
	s.env = read_strings(&w, a, &s.n_env);
	s.n_mounts = wire_get_count(&w, 8);
	s.n_system_mounts = wire_get_u32(&w);
	struct sandbox_mount *mounts = ARENA_ARRAY(a, struct sandbox_mount, s.n_mounts);
	for (size_t i = 0; i < s.n_mounts; i++) {
		mounts[i].source = wire_get_string(&w, a);
		mounts[i].target = wire_get_string(&w, a);
	}
	s.n_items = wire_get_count(&w, 12);
	struct sandbox_item *items = ARENA_ARRAY(a, struct sandbox_item, s.n_items);
	for (size_t i = 0; i < s.n_items; i++) {
		items[i].path = wire_get_string(&w, a);
		items[i].content = wire_get_string(&w, a);
		uint32_t kind = wire_get_u32(&w);
		items[i].is_link = kind == 2;
		if (kind == 0)
			items[i].content = NULL;
	}
	s.mounts = mounts;
	s.items = items;
	s.snapshot_path = wire_get_string(&w, a);
	s.cwd = wire_get_string(&w, a);
	s.epoch = (int64_t)wire_get_u64(&w);
	s.outside_id = wire_get_u32(&w);
	uint32_t flags = wire_get_u32(&w);
	s.with_channel = flags & 1;
	s.with_listener = flags & 2;
	s.with_watch = flags & 4;
	s.with_tree = flags & 8;
	s.with_terminal = flags & 16;
	struct bytes limits = wire_get_bytes(&w);
	if (limits.size != sizeof s.limits || s.n_argv == 0 || s.outside_id == 0 || s.mode >= N_MODES ||
	    (s.mode == MODE_LANDLOCK && s.run_path[0] != '/') || s.n_system_mounts > s.n_mounts)
		w.bad = true;
	else
		bytes_copy(&s.limits, limits);
	enum status status = wire_end(&w, "sandbox", d);
	if (status == OK)
		*ret = s;
	return status;
}
