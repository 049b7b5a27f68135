#include "cli/visible.h"

#include "sandbox/inside.h"

static enum status fill_mounts(const struct pipeline *p, bool with_egress, struct visible *v, struct diag *d)
{
	const struct strings *more = &p->settings->allow_read;
	v->mounts = ARENA_ARRAY(p->arena, struct sandbox_mount, p->python.n_mounts + more->n + CARGO_MOUNTS + 1);
	v->n_mounts = p->python.n_mounts;
	bytes_copy(v->mounts, bytes_make(p->python.mounts, v->n_mounts * sizeof *v->mounts));
	for (size_t i = 0; i < more->n; i++)
		v->mounts[v->n_mounts++] = (struct sandbox_mount){ more->items[i], more->items[i] };
	if (p->crates.path) {
		cargo_mounts(&p->crates, p->arena, v->mounts + v->n_mounts);
		v->n_mounts += CARGO_MOUNTS;
	}
	if (!with_egress || !p->settings->ca_file)
		return OK;
	return inside_ca_mount(p->settings->ca_file, p->arena, &v->mounts[v->n_mounts++], d);
}

/* A folder that the operator shows is of use with its programs found: a Rust toolchain, a compiler below /opt. */
static const char *path_variable(const struct pipeline *p)
{
	const struct strings *shown = &p->settings->allow_read;
	const char *path = "PATH=" INSIDE_PATH;
	for (size_t i = 0; i < shown->n; i++) {
		const char *bin = arena_printf(p->arena, "%s/bin", shown->items[i]);
		if (access(bin, X_OK) == 0)
			path = arena_printf(p->arena, "%s:%s", path, bin);
	}
	return path;
}

static void fill_env(const struct pipeline *p, bool with_egress, struct visible *v)
{
	size_t n_egress = 0, n_cargo = 0, n = 0;
	const char *const *egress = with_egress ? inside_egress_env(p->settings->ca_file != NULL, p->arena, &n_egress) : NULL;
	const char *const *cargo = p->crates.path ? cargo_env(&n_cargo) : NULL;
	const struct strings *own = &p->settings->env;
	const char **env = ARENA_ARRAY(p->arena, const char *, 1 + n_egress + n_cargo + own->n);
	env[n++] = path_variable(p);
	bytes_copy(env + n, bytes_make(egress, n_egress * sizeof *env));
	n += n_egress;
	bytes_copy(env + n, bytes_make(cargo, n_cargo * sizeof *env));
	n += n_cargo;
	bytes_copy(env + n, bytes_make(own->items, own->n * sizeof *env));
	v->env = env;
	v->n_env = n + own->n;
}

enum status visible_fill(const struct pipeline *p, bool with_egress, struct visible *ret, struct diag *d)
{
	fill_env(p, with_egress, ret);
	return fill_mounts(p, with_egress, ret, d);
}
