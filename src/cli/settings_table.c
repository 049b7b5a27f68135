/* Every key of hwb.toml(5): one row each, and how its text becomes a setting. */
#include <errno.h>
#include <limits.h>

#include "base/clock.h"
#include "base/number.h"
#include "cli/settings_parts.h"
#include "net/address.h"
#include "crypto/digest.h"
#include "python/name.h"

#define SETTER(name) static enum status name(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d)
#define UNUSED(x) (void)(x)

void strings_add(struct strings *list, struct arena *a, struct bytes value)
{
	list->items = arena_grow(a, list->items, list->n, sizeof *list->items);
	list->items[list->n++] = arena_string(a, value);
}

const char *settings_path(const struct settings *s, struct arena *a, struct bytes path)
{
	char here[PATH_MAX];
	if (path.size && path.data[0] == '/')
		return arena_string(a, path);
	if (bytes_starts(path, BYTES("~/")) && s->user_home)
		return arena_printf(a, "%s/%.*s", s->user_home, BYTES_ARG(bytes_from(path, 2)));
	if (bytes_equal(path, BYTES(".")))
		path.size = 0;
	const char *base = s->base ? s->base : getcwd(here, sizeof here) ? here : "/";
	return arena_printf(a, "%s%s%.*s", base, path.size ? "/" : "", BYTES_ARG(path));
}

static enum status take_bool(struct bytes value, bool *ret, struct diag *d)
{
	static const char *const yes[] = { "true", "1", "yes", "on" }, *const no[] = { "false", "0", "no", "off", "" };
	for (size_t i = 0; i < COUNT(yes); i++)
		if (bytes_equal_nocase(value, bytes_of(yes[i]))) {
			*ret = true;
			return OK;
		}
	for (size_t i = 0; i < COUNT(no); i++)
		if (bytes_equal_nocase(value, bytes_of(no[i]))) {
			*ret = false;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes true or false, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

#define BOOL_SETTER(name, field) \
	SETTER(name) \
	{ \
		UNUSED(a); \
		UNUSED(is_first); \
		return take_bool(value, &s->field, d); \
	}
BOOL_SETTER(set_keep_archive, keep_archive)
BOOL_SETTER(set_embed_sbom, sbom.embed_built)
BOOL_SETTER(set_allow_requires, allow_requires)
BOOL_SETTER(set_prereleases, allow_prereleases)
BOOL_SETTER(set_netrc, netrc)
BOOL_SETTER(set_locked, lock.locked)
BOOL_SETTER(set_no_index, no_index)
BOOL_SETTER(set_offline, offline)
BOOL_SETTER(set_network_isolation, network_isolation)
BOOL_SETTER(set_allow_unisolated, allow_unisolated)
BOOL_SETTER(set_container_pull, container_pull)

static enum status take_path(struct settings *s, struct arena *a, struct bytes value, const char **ret, struct diag *d)
{
	if (!value.size || bytes_find(value, '\0') < value.size || value.size >= PATH_MAX)
		return fail(d, ERR_USAGE, 0, "takes a path, not %s", value.size ? "that" : "nothing");
	*ret = settings_path(s, a, value);
	return OK;
}

#define PATH_SETTER(name, field) \
	SETTER(name) \
	{ \
		UNUSED(is_first); \
		return take_path(s, a, value, &s->field, d); \
	}
PATH_SETTER(set_out_dir, out_dir)
PATH_SETTER(set_cache_dir, cache_dir)
PATH_SETTER(set_home, home_dir)
PATH_SETTER(set_ca_file, ca_file)

/* Returns false when the value only empties the list. */
static bool begin_list(struct strings *list, struct bytes value, bool is_first)
{
	if (is_first)
		*list = (struct strings){ NULL, 0 };
	return value.data != NULL;
}

SETTER(set_constraints)
{
	const char *path;
	if (!begin_list(&s->constraints, value, is_first))
		return OK;
	enum status status = take_path(s, a, value, &path, d);
	if (status == OK)
		strings_add(&s->constraints, a, bytes_of(path));
	return status;
}

/* Where the sandbox has something of its own, which a mount would cover or be covered by. */
static bool is_place_of_sandbox(struct bytes path)
{
	static const struct bytes places[] = { LIT("/build"), LIT("/out"), LIT("/env"), LIT("/proc"), LIT("/dev") };
	for (size_t i = 0; i < COUNT(places); i++)
		if (bytes_starts(path, places[i]) && (path.size == places[i].size || path.data[places[i].size] == '/'))
			return true;
	return bytes_equal(path, BYTES("/tmp")) || bytes_equal(path, BYTES("/"));
}

/* A mount's source has no symbolic links (sandbox/spec.h), so the path is resolved here. */
SETTER(set_allow_read)
{
	const char *path;
	char real[PATH_MAX];
	if (!begin_list(&s->allow_read, value, is_first))
		return OK;
	enum status status = take_path(s, a, value, &path, d);
	if (status)
		return status;
	if (!realpath(path, real))
		return fail(d, ERR_USAGE, 0, "cannot use '%s': %s", path, strerror(errno));
	if (is_place_of_sandbox(bytes_of(real)))
		return fail(d, ERR_USAGE, 0,
			    "takes a path that a build needs, not '%s', where the sandbox has something of its own", real);
	strings_add(&s->allow_read, a, bytes_of(real));
	return OK;
}

SETTER(set_python)
{
	if (!begin_list(&s->pythons, value, is_first))
		return OK;
	if (!value.size)
		return fail(d, ERR_USAGE, 0, "takes a version such as 3.12, a path or a name, not nothing");
	strings_add(&s->pythons, a, value);
	return OK;
}

static bool is_variable_name(struct bytes name)
{
	bool valid = name.size && !byte_is_digit(name.data[0]);
	for (size_t i = 0; i < name.size; i++)
		valid = valid && (byte_is_alnum(name.data[i]) || name.data[i] == '_');
	return valid;
}

SETTER(set_env)
{
	if (!begin_list(&s->env, value, is_first))
		return OK;
	size_t equals = bytes_find(value, '=');
	struct bytes name = bytes_part(value, 0, equals);
	if (!is_variable_name(name) || bytes_find(value, '\0') < value.size)
		return fail(d, ERR_USAGE, 0, "takes NAME or NAME=VALUE, not '%.*s'", BYTES_ARG(bytes_part(name, 0, 100)));
	if (equals < value.size) {
		strings_add(&s->env, a, value);
		return OK;
	}
	const char *key = arena_string(a, name), *found = env_get(s->environment, key);
	if (found)
		strings_add(&s->env, a, bytes_of(arena_printf(a, "%s=%s", key, found)));
	else
		settings_warn(s, a, "the variable '%s' is to be passed to the build, but is not set", key);
	return OK;
}

SETTER(set_sbom)
{
	static const char *const words[] = { "none", "cyclonedx", "spdx", "both" };
	UNUSED(a);
	UNUSED(is_first);
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(value, bytes_of(words[i]))) {
			s->sbom.files = (enum sbom_files)i;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes cyclonedx, spdx, both or none, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

SETTER(set_scan)
{
	static const char *const words[] = { "stop", "report", "off" };
	UNUSED(a);
	UNUSED(is_first);
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(value, bytes_of(words[i]))) {
			s->scan = (enum scan_mode)i;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes stop, report or off, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

SETTER(set_profile)
{
	UNUSED(a);
	UNUSED(is_first);
	return finding_profile_parse(value, &s->findings.profile, d);
}

SETTER(set_allow)
{
	if (is_first)
		s->findings.n_allowed = 0;
	return value.data ? finding_policy_allow(&s->findings, value, a, d) : OK;
}

SETTER(set_deny)
{
	if (is_first)
		s->findings.n_denied = 0;
	return value.data ? finding_policy_deny(&s->findings, value, a, d) : OK;
}

SETTER(set_fail_on)
{
	UNUSED(a);
	UNUSED(is_first);
	s->findings.fail_on_warning = bytes_equal(value, BYTES("warning"));
	if (s->findings.fail_on_warning || bytes_equal(value, BYTES("error")))
		return OK;
	return fail(d, ERR_USAGE, 0, "takes error or warning, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

SETTER(set_isolation)
{
	/* "auto" is the strongest there is and never less: what cannot be had is exit 5 with the remedies. */
	static const struct {
		const char *word;
		enum isolation_mode mode;
	} words[] = {
		{ "auto", MODE_SANDBOX },        { "sandbox", MODE_SANDBOX },  { "venv", MODE_SANDBOX },
		{ "container", MODE_CONTAINER }, { "docker", MODE_CONTAINER }, { "podman", MODE_CONTAINER },
		{ "landlock", MODE_LANDLOCK },
	};
	UNUSED(a);
	UNUSED(is_first);
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(value, bytes_of(words[i].word))) {
			s->isolation = words[i].mode;
			return OK;
		}
	if (bytes_equal(value, BYTES("none")))
		return fail(d, ERR_USAGE, 0, "isolation 'none' is refused: hwb always isolates the build");
	return fail(d, ERR_USAGE, 0, "takes auto, sandbox, container or landlock, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

/* A path, or a name to look for on PATH. */
SETTER(set_container_engine)
{
	UNUSED(is_first);
	if (bytes_find(value, '/') < value.size)
		return take_path(s, a, value, &s->container_engine, d);
	if (!value.size)
		return fail(d, ERR_USAGE, 0, "takes the path of podman or docker, not nothing");
	s->container_engine = arena_string(a, value);
	return OK;
}

SETTER(set_container_image)
{
	UNUSED(is_first);
	if (!value.size || value.data[0] == '-' || bytes_find(value, '\0') < value.size)
		return fail(d, ERR_USAGE, 0, "takes the name of an image");
	s->container_image = arena_string(a, value);
	return OK;
}

/* A platform tag (PEP 600, PEP 656). */
SETTER(set_platform)
{
	UNUSED(is_first);
	bool valid = bytes_starts(value, BYTES("manylinux")) || bytes_starts(value, BYTES("musllinux"));
	for (size_t i = 0; i < value.size; i++)
		valid = valid && (byte_is_alnum(value.data[i]) || value.data[i] == '_');
	if (!valid)
		return fail(d, ERR_USAGE, 0, "takes a platform such as manylinux_2_28_x86_64, not '%.*s'",
			    BYTES_ARG(bytes_part(value, 0, 100)));
	s->platform = arena_string(a, value);
	return OK;
}

SETTER(set_container_arguments)
{
	UNUSED(d);
	if (begin_list(&s->container_arguments, value, is_first))
		strings_add(&s->container_arguments, a, value);
	return OK;
}

SETTER(set_index_url)
{
	UNUSED(is_first);
	return settings_index_default(s, a, value, d);
}

SETTER(set_index_name)
{
	UNUSED(is_first);
	enum status status = settings_index_name(value, d);
	if (status == OK)
		s->index_name = arena_string(a, value);
	return status;
}

/* Indexes and patterns of a weaker source stay: each one replaces its own only. */
SETTER(set_named)
{
	UNUSED(is_first);
	struct bytes url = value, name = bytes_cut(&url, '=');
	if (!value.data)
		return OK;
	if (!url.size)
		return fail(d, ERR_USAGE, 0, "takes NAME=URL, not '%.*s'", BYTES_ARG(bytes_part(name, 0, 100)));
	return settings_index_add(s, a, name, url, d);
}

SETTER(set_packages)
{
	UNUSED(is_first);
	struct bytes name = value, pattern = bytes_cut(&name, '=');
	if (!value.data)
		return OK;
	if (!name.size)
		return fail(d, ERR_USAGE, 0, "takes PATTERN=NAME such as acme-*=internal, not '%.*s'",
			    BYTES_ARG(bytes_part(value, 0, 100)));
	return settings_index_map(s, a, pattern, name, d);
}

SETTER(set_find_links)
{
	struct url url;
	const char *path;
	if (!begin_list(&s->find_links, value, is_first))
		return OK;
	bool is_url = bytes_search(value, BYTES("://")) < value.size;
	enum status status = is_url ? settings_url(s, a, value, &url, d) : take_path(s, a, value, &path, d);
	if (status == OK)
		strings_add(&s->find_links, a, bytes_of(is_url ? url_text(&url, a) : path));
	return status;
}

SETTER(set_exclude_newer)
{
	UNUSED(a);
	UNUSED(is_first);
	return settings_time(value, clock_unix(), &s->exclude_newer, d);
}

SETTER(set_min_age)
{
	UNUSED(a);
	UNUSED(is_first);
	return settings_age(value, &s->min_age, d);
}

static enum status add_name(struct strings *list, struct arena *a, struct bytes name, struct diag *d)
{
	if (!name_is_valid(name))
		return fail(d, ERR_USAGE, 0, "takes the name of a project, not '%.*s'", BYTES_ARG(bytes_part(name, 0, 100)));
	strings_add(list, a, name_normalize(name, a));
	return OK;
}

SETTER(set_min_age_exempt)
{
	return begin_list(&s->min_age_exempt, value, is_first) ? add_name(&s->min_age_exempt, a, value, d) : OK;
}

SETTER(set_build_deps)
{
	UNUSED(a);
	UNUSED(is_first);
	s->build_sdists = bytes_equal(value, BYTES("any"));
	if (s->build_sdists || bytes_equal(value, BYTES("wheels")))
		return OK;
	return fail(d, ERR_USAGE, 0, "takes wheels or any, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

/* As pip and uv call it: the program `keyring`. */
SETTER(set_keyring)
{
	UNUSED(a);
	UNUSED(is_first);
	s->making.use_keyring = bytes_equal(value, BYTES("subprocess"));
	if (s->making.use_keyring || bytes_equal(value, BYTES("disabled")))
		return OK;
	return fail(d, ERR_USAGE, 0, "takes disabled or subprocess, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

/* A host, or a URL that the allowed ones begin with. */
SETTER(set_allow_urls)
{
	struct url url;
	if (!begin_list(&s->allow_urls, value, is_first))
		return OK;
	if (bytes_search(value, BYTES("://")) == value.size)
		value = bytes_of(arena_printf(a, "https://%.*s", BYTES_ARG(value)));
	enum status status = settings_url(s, a, value, &url, d);
	if (status)
		return status;
	if (url.query.data || url.scheme == URL_FILE)
		return fail(d, ERR_USAGE, 0, "takes a host, or a URL of https without '?'");
	const char *text = url_text(&url, a);
	strings_add(&s->allow_urls, a, bytes_of(bytes_ends(bytes_of(text), BYTES("/")) ? text : arena_printf(a, "%s/", text)));
	return OK;
}

SETTER(set_unknown_requires)
{
	static const char *const words[] = { [UNKNOWN_WARN] = "warn", [UNKNOWN_ALLOW] = "allow", [UNKNOWN_DENY] = "deny" };
	UNUSED(a);
	UNUSED(is_first);
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal(value, bytes_of(words[i]))) {
			s->unknown_requires = (enum unknown_requires)i;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes allow, warn or deny, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

/* Its password stays in it: only hwb-net sees it, and the console hides it. */
SETTER(set_proxy)
{
	struct url url;
	UNUSED(is_first);
	if (!value.size) {
		s->proxy_url = NULL;
		return OK;
	}
	if (bytes_search(value, BYTES("://")) == value.size)
		value = bytes_of(arena_printf(a, "http://%.*s", BYTES_ARG(value)));
	if (url_parse(value, a, &url, d) || url.scheme == URL_FILE)
		return fail(d, ERR_USAGE, 0, "takes the URL of a proxy (http:// or https://)");
	s->proxy_url = arena_string(a, value);
	return OK;
}

/* "host" or "host:port", by name: an address says nothing of who answers there. */
static enum status check_host(struct bytes value, bool with_addresses, struct diag *d)
{
	uint64_t port;
	struct bytes host = bytes_part(value, 0, bytes_find_last(value, ':'));
	bool port_ok = host.size == value.size ||
		       (number_parse_u64(bytes_from(value, host.size + 1), 65535, &port) == OK && port > 0);
	bool is_digits = true;
	for (size_t i = 0; i < host.size; i++)
		is_digits = is_digits && (byte_is_digit(host.data[i]) || host.data[i] == '.');
	if (port_ok && host.size && (url_is_host_name(host) || (with_addresses && is_digits)))
		return OK;
	return fail(d, ERR_USAGE, 0, "takes HOST or HOST:PORT, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

SETTER(set_http_hosts)
{
	if (!begin_list(&s->http_hosts, value, is_first))
		return OK;
	enum status status = check_host(value, true, d);
	if (status == OK)
		strings_add(&s->http_hosts, a, value);
	return status;
}

SETTER(set_allow_hosts)
{
	if (!begin_list(&s->allow_hosts, value, is_first))
		return OK;
	enum status status = check_host(value, false, d);
	if (status == OK)
		strings_add(&s->allow_hosts, a, value);
	return status;
}

/* "HOST=CIDR": an allowed name that may lead into a network which is not public, and into which one. */
SETTER(set_private_hosts)
{
	struct address net;
	unsigned prefix;
	if (!begin_list(&s->private_hosts, value, is_first))
		return OK;
	struct bytes range = value, host = bytes_cut(&range, '=');
	if (!url_is_host_name(host) || cidr_parse(range, &net, &prefix, NULL))
		return fail(d, ERR_USAGE, 0, "takes HOST=RANGE such as git.corp.example=10.0.0.0/8, not '%.*s'",
			    BYTES_ARG(bytes_part(value, 0, 100)));
	strings_add(&s->private_hosts, a, value);
	return OK;
}

/* "SHA256 PATH", as the loader writes a table of the file. */
SETTER(set_trust)
{
	struct sha256 digest;
	char text[SHA256_TEXT_SIZE];
	const char *path;
	if (!begin_list(&s->trust, value, is_first))
		return OK;
	struct bytes rest = value, hex = bytes_cut(&rest, ' ');
	if (sha256_parse(hex, &digest) || !rest.size)
		return fail(d, ERR_USAGE, 0, "takes tables of a path and the sha256 of its [tool.hwb]");
	sha256_text(&digest, text);
	enum status status = take_path(s, a, rest, &path, d);
	if (status)
		return status;
	strings_add(&s->trust, a, bytes_of(text));
	strings_add(&s->trust, a, bytes_of(path));
	return OK;
}

SETTER(set_color)
{
	static const char *const names[] = { [WHEN_AUTO] = "auto", [WHEN_ALWAYS] = "always", [WHEN_NEVER] = "never" };
	UNUSED(a);
	UNUSED(is_first);
	for (size_t i = 0; i < COUNT(names); i++)
		if (bytes_equal(value, bytes_of(names[i]))) {
			s->color = (enum when)i;
			return OK;
		}
	return fail(d, ERR_USAGE, 0, "takes auto, always or never, not '%.*s'", BYTES_ARG(bytes_part(value, 0, 100)));
}

#define NEVER PROJECT_NEVER
#define TRUSTED PROJECT_TRUSTED
#define TIGHTEN PROJECT_TIGHTEN
static const struct setting_row rows[] = {
	{ "build.out-dir", "HWB_OUT_DIR", "a path", "SRC/dist, else ./dist", NEVER, "where artefacts go", set_out_dir, false },
	{ "build.isolation", "HWB_ISOLATION", "auto, sandbox, container or landlock", "auto", NEVER, "how the build is isolated",
	  set_isolation, false },
	{ "build.keep-archive", "HWB_KEEP_ARCHIVE", "true or false", "false", TRUSTED,
	  "keep the backend's own wheel archive instead of the canonical one", set_keep_archive, false },
	{ "build.sbom", "HWB_SBOM", "cyclonedx, spdx, both or none", "none", TRUSTED,
	  "which bills of materials are written beside a wheel", set_sbom, false },
	{ "build.embed-sbom", "HWB_EMBED_SBOM", "true or false", "false", TRUSTED,
	  "put a bill of materials into the wheel (PEP 770)", set_embed_sbom, false },
	{ "build.cache-dir", "HWB_CACHE_DIR", "a path", "$XDG_CACHE_HOME/hwb", NEVER, "the cache", set_cache_dir, false },
	{ "build.home", "HWB_HOME", "a path", "~/.hwb", NEVER, "where the logs are", set_home, false },
	{ "build.env", "HWB_ENV", "names or NAME=VALUE", "none", TRUSTED, "variables that the build sees", set_env, true },
	{ "build.allow-read", "HWB_ALLOW_READ", "paths", "none", TRUSTED, "more of the host that the build can read",
	  set_allow_read, true },
	{ "build.python", "HWB_PYTHON", "versions or paths", "the newest on PATH", NEVER, "interpreters to build with", set_python,
	  true },
	{ "build.constraints", "HWB_BUILD_CONSTRAINT", "paths", "none", NEVER, "constraints files for build requirements",
	  set_constraints, true },
	{ "build.allow-requires", "HWB_ALLOW_REQUIRES", "true or false", "false", TRUSTED,
	  "fetch whatever a backend asks for while it builds", set_allow_requires, false },
	{ "build.build-deps", "HWB_BUILD_DEPS", "wheels or any", "wheels", NEVER,
	  "any: a build requirement without a wheel is built from its sdist, in a sandbox of its own", set_build_deps, false },
	{ "build.locked", "HWB_LOCKED", "true or false", "false; true in CI where there is a lock", TIGHTEN,
	  "build with nothing but what the lock has", set_locked, false },
	{ "build.prereleases", "HWB_PRERELEASES", "true or false", "false", TRUSTED, "take pre-releases of build requirements",
	  set_prereleases, false },
	{ "build.netrc", "HWB_NETRC", "true or false", "false", NEVER, "take the index's credential from ~/.netrc", set_netrc, false },
	{ "index.url", "HWB_INDEX_URL", "a URL", "the one hwb was built with", NEVER, "the simple index", set_index_url, false },
	{ "index.name", NULL, "a name", "DEFAULT", NEVER, "the NAME of HWB_INDEX_<NAME>_USERNAME and _PASSWORD", set_index_name,
	  false },
	{ "index.named", "HWB_INDEX", "NAME=URL pairs", "none", NEVER, "more indexes, each asked for its own names only", set_named,
	  true },
	{ "index.packages", "HWB_INDEX_PACKAGES", "a table, or PATTERN=NAME pairs", "none", NEVER, "which names are which index's",
	  set_packages, true },
	{ "index.find-links", "HWB_FIND_LINKS", "paths or URLs", "none", NEVER, "folders and pages with distributions",
	  set_find_links, true },
	{ "index.no-index", "HWB_NO_INDEX", "true or false", "false", NEVER, "use find-links only", set_no_index, false },
	{ "index.offline", "HWB_OFFLINE", "true or false", "false", NEVER, "use the cache and local folders only", set_offline,
	  false },
	{ "index.exclude-newer", "HWB_EXCLUDE_NEWER", "a date, a time or an age", "none", NEVER, "ignore files uploaded later",
	  set_exclude_newer, false },
	{ "index.min-age", "HWB_MIN_AGE", "an age or 0", "0", TIGHTEN, "ignore files that were uploaded more recently than that",
	  set_min_age, false },
	{ "index.min-age-exempt", "HWB_MIN_AGE_EXEMPT", "names of projects", "none", NEVER, "projects whose files count at any age",
	  set_min_age_exempt, true },
	{ "index.unknown-requires", "HWB_UNKNOWN_REQUIRES", "allow, warn or deny", "warn", NEVER,
	  "what a build requirement that nobody vouches for does (finding D02)", set_unknown_requires, false },
	{ "index.allow-urls", "HWB_ALLOW_URLS", "hosts or URLs", "none", NEVER,
	  "where [build-system] requires may name a wheel by its URL and sha256", set_allow_urls, true },
	{ "index.keyring-provider", "HWB_KEYRING_PROVIDER", "disabled or subprocess", "disabled", NEVER,
	  "subprocess: the program keyring has the password of HWB_INDEX_<NAME>_USERNAME", set_keyring, false },
	{ "index.ca-file", "HWB_CA_FILE", "a path", "the system's", NEVER, "certificates to trust, PEM", set_ca_file, false },
	{ "index.proxy", "HWB_PROXY", "a URL", "none", NEVER, "proxy for the index", set_proxy, false },
	{ "index.http-hosts", "HWB_HTTP_HOSTS", "hosts", "none", NEVER, "hosts that may be asked over plain http", set_http_hosts,
	  true },
	{ "security.trust", NULL, "tables { path, sha256 }", "none", NEVER, "projects whose [tool.hwb] counts", set_trust, true },
	{ "security.network-allowed-hosts", "HWB_ALLOW_HOSTS", "hosts", "none", TRUSTED,
	  "hosts that the build can reach, through a proxy and by name", set_allow_hosts, true },
	{ "security.network-isolation", "HWB_NETWORK_ISOLATION", "true or false", "true", TIGHTEN,
	  "false: the build reaches port 443 of any public host, through the proxy", set_network_isolation, false },
	{ "security.network-private-hosts", "HWB_PRIVATE_HOSTS", "HOST=RANGE pairs", "none", NEVER,
	  "allowed hosts that may lead into these networks, which are not public", set_private_hosts, true },
	{ "security.allow-unisolated", NULL, "true or false", "false", NEVER,
	  "let --isolation none be asked for; no such mode in this version", set_allow_unisolated, false },
	{ "build.scan", "HWB_SCAN", "stop, report or off", "stop", NEVER, "what a finding in the source does", set_scan, false },
	{ "build.audit", "HWB_AUDIT", "off, report or stop", "off", NEVER, "what a known vulnerability of a build requirement does",
	  setting_set_audit, false },
	{ "audit.osv-url", "HWB_OSV_URL", "the URL of a service", "the public OSV service", NEVER, "who is asked for advisories",
	  setting_set_osv_url, false },
	{ "audit.max-age", "HWB_AUDIT_MAX_AGE", "a number of days", "7", NEVER, "how old imported advisories may be",
	  setting_set_max_age, false },
	{ "audit.ignore", NULL, "ID=WHY[@DAY] words", "none", NEVER, "advisories that do not count, each with the reason",
	  setting_set_ignore, true },
	{ "audit.ignore-until-fixed", NULL, "ID=WHY words", "none", NEVER, "the same, until there is a version without the hole",
	  setting_set_ignore_until_fixed, true },
	{ "findings.profile", "HWB_PROFILE", "build, pypi or strict", "build", NEVER, "whose rules artefacts are held to",
	  set_profile, false },
	{ "findings.allow", NULL, "ID=WHY pairs", "none", NEVER, "findings that do not count, each with the reason", set_allow, true },
	{ "findings.deny", "HWB_DENY", "ids", "none", NEVER, "findings that are errors whatever their severity", set_deny, true },
	{ "findings.fail-on", "HWB_FAIL_ON", "error or warning", "error", NEVER, "from which severity on a finding refuses",
	  set_fail_on, false },
	{ "container.engine", "HWB_CONTAINER_ENGINE", "a path or a name", "podman, then docker", NEVER,
	  "what runs the containers of --isolation container", set_container_engine, false },
	{ "container.image", "HWB_IMAGE", "the name of an image", "none", NEVER, "the image that builds run in",
	  set_container_image, false },
	{ "container.platform", "HWB_PLATFORM", "a platform tag", "none", NEVER,
	  "repair wheels for this platform with the image's auditwheel", set_platform, false },
	{ "container.pull", "HWB_PULL", "true or false", "false", NEVER, "fetch the image when it is not here", set_container_pull,
	  false },
	{ "container.arguments", "HWB_CONTAINER_ARGUMENTS", "words", "none", NEVER,
	  "more options for the engine's run, after those of hwb; they can weaken the container", set_container_arguments, true },
	{ "publish.registry", "HWB_PUBLISH_REGISTRY", "a name", "pypi", NEVER, "where distributions are published",
	  setting_set_registry, false },
	{ "publish.registries", "HWB_PUBLISH_REGISTRIES", "a table, or NAME=URL pairs", "none", NEVER,
	  "registries by the URL that takes uploads, or by their bucket (s3://BUCKET/PREFIX)", setting_set_registries, true },
	{ "publish.s3-endpoint", "HWB_PUBLISH_S3_ENDPOINT", "a URL", "AWS_ENDPOINT_URL_S3, else AWS", NEVER,
	  "the host of the store that has the buckets", setting_set_s3_endpoint, false },
	{ "publish.s3-region", "HWB_PUBLISH_S3_REGION", "a name", "AWS_REGION, else us-east-1", NEVER, "the region of the buckets",
	  setting_set_s3_region, false },
	{ "publish.concurrent-uploads", "HWB_CONCURRENT_UPLOADS", "a number from 1 to 8", "4", NEVER,
	  "files that are uploaded at a time", setting_set_uploads, false },
	{ "publish.audience", "HWB_PUBLISH_AUDIENCE", "a word", "none", NEVER,
	  "whom a CI's identity is for at a registry that is not built in", setting_set_audience, false },
	{ "publish.trusted-publisher", "HWB_TRUSTED_PUBLISHER", "auto, always or never", "auto", NEVER,
	  "whether a CI's identity is exchanged for a token", setting_set_trusted, false },
	{ "console.color", "HWB_COLOR", "auto, always or never", "auto", NEVER, "colour", set_color, false },
};
_Static_assert(COUNT(rows) < SETTING_ROWS_MAX, "settings.rows_set has a place for each, and for a key that is not there");

const struct setting_row *setting_rows(size_t *ret_n)
{
	*ret_n = COUNT(rows);
	return rows;
}

size_t setting_find(struct bytes key)
{
	size_t i = 0;
	while (i < COUNT(rows) && !bytes_equal(key, bytes_of(rows[i].key)))
		i++;
	return i;
}

enum status setting_put(struct settings *s, struct arena *a, size_t row, struct bytes value, bool is_first, struct diag *d)
{
	enum status status = rows[row].set(s, a, value, is_first, d);
	if (status == OK)
		s->rows_set[row] = true;
	return status;
}

enum status setting_put_flag(struct settings *s, struct arena *a, const char *key, const char *value, struct diag *d)
{
	size_t row = setting_find(bytes_of(key));
	bool is_first = !s->rows_by_flag[row];
	s->base = NULL;
	s->making.layer = UINT_MAX; /* nothing is stronger */
	s->rows_by_flag[row] = true;
	return setting_put(s, a, row, bytes_of(value), is_first, d);
}

enum status setting_put_limit(struct settings *s, struct bytes key, struct bytes value, struct diag *d)
{
	size_t n;
	const struct limit_row *all = limit_rows(&n);
	enum status status = limits_set(&s->limits, key, value, d);
	for (size_t i = 0; status == OK && i < n; i++)
		if (bytes_equal(key, bytes_of(all[i].key)))
			s->limits_set |= UINT64_C(1) << i;
	return status;
}
