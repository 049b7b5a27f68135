#include "cli/container_setup.h"

#include "cli/pypa_images.h"
#include "cli/settings_parts.h"
#include "sandbox/container.h"

/* What podman and docker go by to find their store, their daemon and their helpers. No proxy, no credential. */
static const char *const engine_variables[] = {
	"PATH",
	"HOME",
	"TMPDIR",
	"XDG_RUNTIME_DIR",
	"XDG_CONFIG_HOME",
	"XDG_DATA_HOME",
	"DBUS_SESSION_BUS_ADDRESS",
	"CONTAINERS_CONF",
	"CONTAINERS_STORAGE_CONF",
	"CONTAINERS_REGISTRIES_CONF",
	"CONTAINER_HOST",
	"DOCKER_HOST",
	"DOCKER_CERT_PATH",
	"DOCKER_TLS_VERIFY",
};
/* For --pull alone: where credentials are, and how registries are reached. */
static const char *const pull_variables[] = {
	"DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "HTTPS_PROXY",   "https_proxy",
	"NO_PROXY",      "no_proxy",           "SSL_CERT_FILE", "SSL_CERT_DIR",
};

static const char **take_env(const struct settings *s, const char *const *names, size_t n, size_t *ret_n, struct arena *a)
{
	const char **env = ARENA_ARRAY(a, const char *, n);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *value = env_get(s->environment, names[i]);
		if (value)
			env[(*ret_n)++] = arena_printf(a, "%s=%s", names[i], value);
	}
	return env;
}

/* The operator's, else PyPA's own of the platform that is wanted. */
static const char *image_of(const struct settings *s, struct arena *a)
{
	return s->container_image || !s->platform ? s->container_image : pypa_image_find(s->platform, a);
}

static struct container_request make_request(const struct settings *s, struct arena *a)
{
	struct container_request request = {
		.engine = s->container_engine,
		.path_variable = s->path_variable,
		.image = image_of(s, a),
		.may_pull = s->container_pull,
		.must_be_pinned = s->lock.locked,
		.arguments = s->container_arguments.items,
		.n_arguments = s->container_arguments.n,
		.run_path = arena_printf(a, "%s/run", s->cache_dir),
	};
	request.env = take_env(s, engine_variables, COUNT(engine_variables), &request.n_env, a);
	request.pull_env = take_env(s, pull_variables, COUNT(pull_variables), &request.n_pull_env, a);
	return request;
}

enum status container_engine(const struct settings *s, const struct run_context *run, struct arena *a, const char **ret_path,
			     struct diag *d)
{
	struct container_request request = make_request(s, a);
	return container_find_engine(run, &request, a, ret_path, d);
}

enum status container_setup(const struct settings *s, struct run_context *run, struct arena *a, struct diag *d)
{
	if (run->mode == MODE_CONTAINER && s->keep) {
		(void)fail(d, ERR_USAGE, 0, "--keep has nothing to take from a container, whose folders go with it");
		return remedy(d, "use --isolation sandbox");
	}
	if (run->mode != MODE_CONTAINER && s->platform)
		return fail(d, ERR_USAGE, 0, "--platform needs --isolation container");
	if (run->mode != MODE_CONTAINER)
		return OK;
	struct container_request request = make_request(s, a);
	if (!request.image) {
		(void)fail(d, ERR_USAGE, 0, s->platform ? "hwb knows no image for '%s'" : "--isolation container needs an image",
			   s->platform);
		return remedy(d, "name one with --image, or as 'image' in [container] of hwb.toml%s",
			      s->platform ? "" : ", or a --platform whose image PyPA has");
	}
	struct container *c = ARENA_NEW(a, struct container);
	enum status status = container_find(run, &request, a, c, d);
	if (status == OK)
		run->container = c;
	return status;
}
