/* Everything a run was told, after flags > HWB_* > user config > system config > the project's [tool.hwb] were merged
 * (DESIGN.md section 3, "Whose word counts"). Only cli/ reads the environment. All strings live as long as the arena. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "advisory/advisory.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/status.h"
#include "cli/indexes.h"
#include "cli/settings_words.h"
#include "finding/policy.h"
#include "index/index.h"

/* Of findings: for people, programs, CI systems. */
enum findings_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF, FORMAT_GITHUB };
/* What becomes of a build requirement that nobody has vouched for. */
enum unknown_requires { UNKNOWN_WARN, UNKNOWN_ALLOW, UNKNOWN_DENY };
/* What a finding in the source does to its build. */
enum scan_mode { SCAN_STOP, SCAN_REPORT, SCAN_OFF };
/* Who is asked for advisories unless somebody says otherwise. */
#define SETTINGS_OSV_URL "https://api.osv.dev/"
enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };
/* Room for the rows of setting_rows(). */
enum { SETTING_ROWS_MAX = 96 };

struct settings {
	struct strings sources; /* positional arguments; none means "." */
	bool wheel, sdist; /* neither: sdist, then the wheel from it */
	const char *out_dir; /* NULL: SRC/dist for a directory, else ./dist */
	struct strings config; /* -C: key, value, key, value ... */
	struct strings pythons; /* -p, repeatable */
	struct strings constraints; /* -b: files */
	struct strings allow_read, env; /* --allow-read, --env K[=V] (K alone: its value was taken from the environment) */
	struct strings allow_hosts; /* --allow-host: HOST or HOST:PORT */
	struct strings private_hosts; /* HOST=CIDR: where an allowed name may lead although it is not public */
	enum isolation_mode isolation;
	const char *container_engine, *container_image; /* NULL: podman, then docker; none */
	struct strings container_arguments;
	bool container_pull;
	const char *platform; /* of the wheels, by auditwheel in the image; NULL: as the backend made them */
	bool trust_project;
	bool keep; /* --keep: the tree of a build that fails */
	bool keep_archive; /* keep the backend's own wheel instead of the canonical one */
	bool allow_requires; /* fetch whatever get_requires_* names, not only what is known */
	bool allow_prereleases, build_sdists; /* the second: --build-deps any */

	const char *index_url; /* of the default index */
	struct index_making making; /* how places and rules come to be */
	struct index_place *places; /* after settings_finish: all indexes, the default first, and whose names are whose */
	struct index_rule *rules;
	size_t n_places, n_rules;
	struct strings find_links;
	bool no_index, offline;
	int64_t exclude_newer; /* INT64_MAX: none */
	int64_t min_age; /* seconds; 0: none */
	struct strings min_age_exempt; /* normalised */
	struct strings allow_urls; /* each ends in '/' */
	const char *ca_file, *proxy_url;
	struct strings http_hosts;
	struct index_credential *credentials; /* SECRET */
	size_t n_credentials;

	enum unknown_requires unknown_requires;
	struct finding_policy findings;
	enum scan_mode scan;
	struct settings_audit audit;
	enum findings_format format;

	bool json, quiet;
	unsigned verbose;
	const char *report; /* --report FILE; NULL */
	enum when color;
	bool no_progress;

	const char *cache_dir, *home_dir; /* absolute */
	const char *spool_path; /* for large files without a name: TMPDIR, else /var/tmp, which is on a disk as a rule */
	const char *path_variable, *user_home; /* PATH and HOME of the caller, for finding interpreters */
	const char *ci_provider, *ci_workflow, *ci_run; /* NULL outside of CI */
	const char *user; /* name of the effective uid */
	uint32_t outside_id;
	struct limits limits;
	struct strings warnings; /* sentences for the user, e.g. extra-index-url ignored; console_open says them */

	struct strings trust; /* security.trust: sha256, path, sha256, path ... */
	bool network_isolation, allow_unisolated;
	const char *index_name; /* of the default index; NULL: "DEFAULT" */
	bool netrc, netrc_must_exist; /* --netrc, build.netrc */
	const char *netrc_file; /* NULL: ~/.netrc */
	/* The words of commands other than build. */
	struct settings_sbom sbom;
	const char *baseline; /* of scan; NULL: none */
	struct settings_lock lock;
	struct settings_publish publish;
	const char *shell_command, *cache_max_size; /* the first NULL: a shell for a person */
	struct settings_log log;
	struct settings_respond respond;
	struct settings_init init;
	const char *publish_dir; /* of doctor: --publish, the project; NULL: not said */
	struct settings_masks masks;
	const char *credential_user;

	/* How it was put together; for settings_*.c and options.c. */
	char **environment;
	const char *base; /* relative paths of the value that is being set start there; NULL: the working directory */
	bool rows_set[SETTING_ROWS_MAX], rows_by_flag[SETTING_ROWS_MAX]; /* by place in setting_rows() */
	uint64_t limits_set; /* bits by place in limit_rows() */
};

/* What is merged before flags: defaults, /etc/hwb/hwb.toml, $XDG_CONFIG_HOME/hwb/hwb.toml, pip's configuration (PIP_*, pip.conf:
 * index-url, find-links, no-index, cert, proxy, extra-index-url with a warning), SSL_CERT_FILE, HWB_*, HWB_INDEX_<NAME>_USERNAME and
 * _PASSWORD. env: the process environment. ERR_USAGE with file, line and column. */
MUST_USE enum status settings_load(char **env, struct arena *a, struct settings *ret, struct diag *d);

/* After the flags: the list of indexes, HWB_INDEX_<NAME>_*, netrc. ERR_USAGE when the map names an index that is not there.
 * options_parse calls it. */
MUST_USE enum status settings_finish(struct settings *s, struct arena *a, struct diag *d);

/* A list's words as slices. Lives as long as a. */
struct bytes *settings_names(const struct strings *list, struct arena *a);

/* The way out of the sandbox as the proxy takes it; false: there is none. Everything lives as long as a. */
struct proxy_options;
bool settings_egress(const struct settings *s, struct arena *a, struct proxy_options *ret);

/* The project's [tool.hwb] against the table's column: ERR_USAGE names the key, the flag --trust-project, and the operator's
 * equivalent. What it may tighten, or may at all because it is trusted, is set; what the operator set stays. --trust-project and
 * security.trust count only when every source of the run (one, for security.trust) is a local directory. */
struct project;
MUST_USE enum status settings_check_project(struct settings *s, const struct project *p, struct arena *a, struct diag *d);

#endif
