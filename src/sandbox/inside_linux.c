#include "sandbox/inside.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/clock.h"

/* Host paths that a build needs to see; absent ones are left out. */
static const char *const host_paths[] = {
	"/usr",           "/etc/ld.so.cache",     "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives",
	"/etc/ssl/certs", "/etc/ca-certificates",
};
/* On a merged-/usr system these are links, elsewhere directories. */
static const char *const root_links[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };

static const struct sandbox_item etc_files[] = {
	{ "/etc/passwd",
	  "build:x:1000:1000:build:/build/home:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n", false },
	{ "/etc/group", "build:x:1000:\nnogroup:x:65534:\n", false },
	{ "/etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n", false },
	{ "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n", false },
	{ "/etc/mtab", "/proc/self/mounts", true },
};

static const char *const variables[] = {
	"PATH=" INSIDE_PATH,
	"HOME=/build/home",
	"TMPDIR=/tmp",
	"USER=build",
	"LOGNAME=build",
	"SHELL=/bin/sh",
	"LANG=C.UTF-8",
	"LC_ALL=C.UTF-8",
	"TZ=UTC",
	"PYTHONHASHSEED=0",
	"PYTHONNOUSERSITE=1",
	"PYTHONIOENCODING=utf-8:backslashreplace",
	"VIRTUAL_ENV=/env",
	"SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
	"TERM=dumb",
	"NO_COLOR=1",
	"CI=1",
};

/* pip, requests, curl, cargo, wget, git and npm take lower case; go wants upper case; node and java a word of their own. */
static const char *const proxy_variables[] = {
	"https_proxy=" INSIDE_PROXY_URL,
	"HTTPS_PROXY=" INSIDE_PROXY_URL,
	"http_proxy=" INSIDE_PROXY_URL,
	"HTTP_PROXY=" INSIDE_PROXY_URL,
	"all_proxy=" INSIDE_PROXY_URL,
	"ALL_PROXY=" INSIDE_PROXY_URL,
	"no_proxy=127.0.0.1,localhost,::1",
	"NO_PROXY=127.0.0.1,localhost,::1",
	"NODE_USE_ENV_PROXY=1",
	"JAVA_TOOL_OPTIONS=-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128 -Dhttp.nonProxyHosts=localhost|127.*",
};
static const char *const file_variables[] = {
	"SSL_CERT_FILE",     "PIP_CERT",       "REQUESTS_CA_BUNDLE",  "CURL_CA_BUNDLE",
	"CARGO_HTTP_CAINFO", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS",
};
/* An empty folder, or libraries trust the system's authorities beside the operator's. */
static const char *const folder_variables[] = { "SSL_CERT_DIR=/build/home", "GIT_SSL_CAPATH=/build/home" };

const char *const *inside_egress_env(bool own_authorities, struct arena *a, size_t *ret_n)
{
	const char **all = ARENA_ARRAY(a, const char *, COUNT(proxy_variables) + COUNT(file_variables) + COUNT(folder_variables));
	const char *file = own_authorities ? INSIDE_CA_FILE : "/etc/ssl/certs/ca-certificates.crt";
	size_t n = 0;
	for (size_t i = 0; i < COUNT(proxy_variables); i++)
		all[n++] = proxy_variables[i];
	for (size_t i = 0; i < COUNT(file_variables); i++)
		all[n++] = arena_printf(a, "%s=%s", file_variables[i], file);
	for (size_t i = 0; own_authorities && i < COUNT(folder_variables); i++)
		all[n++] = folder_variables[i];
	*ret_n = n;
	return all;
}

enum status inside_ca_mount(const char *ca_file, struct arena *a, struct sandbox_mount *ret, struct diag *d)
{
	char real[PATH_MAX];
	if (!realpath(ca_file, real))
		return fail(d, ERR_USAGE, 0, "there is no file of certificates '%s'", ca_file);
	*ret = (struct sandbox_mount){ arena_string(a, bytes_of(real)), INSIDE_CA_FILE };
	return OK;
}

static bool same_name(const char *a, const char *b)
{
	struct bytes left = bytes_of(a), right = bytes_of(b);
	return bytes_equal(bytes_cut(&left, '='), bytes_cut(&right, '='));
}

static void fill_env(struct sandbox_spec *spec, const char *const *env, size_t n_env, int64_t epoch, struct arena *a)
{
	const char **all = ARENA_ARRAY(a, const char *, COUNT(variables) + n_env + 1);
	size_t n = 0;
	all[n++] = arena_printf(a, "SOURCE_DATE_EPOCH=%lld", (long long)epoch);
	for (size_t i = 0; i < COUNT(variables); i++)
		all[n++] = variables[i];
	size_t n_ours = n;
	for (size_t k = 0; k < n_env; k++) {
		size_t i = 0;
		while (i < n_ours && !same_name(all[i], env[k]))
			i++;
		all[i < n_ours ? i : n++] = env[k];
	}
	spec->env = all;
	spec->n_env = n;
}

static void fill_root(struct sandbox_spec *spec, const struct sandbox_mount *mounts, size_t n_mounts, struct arena *a)
{
	struct sandbox_mount *all = ARENA_ARRAY(a, struct sandbox_mount, COUNT(host_paths) + COUNT(root_links) + n_mounts);
	struct sandbox_item *items = ARENA_ARRAY(a, struct sandbox_item, COUNT(etc_files) + COUNT(root_links));
	size_t n = 0, n_items = 0;
	for (size_t i = 0; i < COUNT(host_paths); i++)
		if (access(host_paths[i], F_OK) == 0)
			all[n++] = (struct sandbox_mount){ host_paths[i], host_paths[i] };
	for (size_t i = 0; i < COUNT(root_links); i++) {
		struct stat st;
		char target[256];
		ssize_t size = readlink(root_links[i], target, sizeof target);
		if (size > 0 && size < (ssize_t)sizeof target)
			items[n_items++] = (struct sandbox_item){ root_links[i], arena_string(a, bytes_make(target, (size_t)size)),
								  true };
		else if (lstat(root_links[i], &st) == 0 && S_ISDIR(st.st_mode))
			all[n++] = (struct sandbox_mount){ root_links[i], root_links[i] };
	}
	for (size_t i = 0; i < COUNT(etc_files); i++)
		items[n_items++] = etc_files[i];
	spec->n_system_mounts = n;
	for (size_t i = 0; i < n_mounts; i++)
		all[n++] = mounts[i];
	spec->mounts = all;
	spec->n_mounts = n;
	spec->items = items;
	spec->n_items = n_items;
}

void inside_fill(struct sandbox_spec *spec, const struct sandbox_mount *mounts, size_t n_mounts, const char *const *env,
		 size_t n_env, int64_t epoch, struct arena *a)
{
	fill_root(spec, mounts, n_mounts, a);
	fill_env(spec, env, n_env, epoch, a);
	spec->epoch = epoch;
}
