#include "cli/options_build.h"

#include "cli/option_take.h"
#include "cli/settings_parts.h"
#include "format/json.h"
#include "python/name.h"

FLAG(take_wheel, wheel)
FLAG(take_sdist, sdist)
FLAG(take_trust, trust_project)
FLAG(take_keep, keep)
FLAG(take_no_lock, lock.none)
FLAG(take_require_hashes, lock.require_hashes)
FLAG(take_no_require_hashes, lock.no_require_hashes)
FLAG(take_check, lock.check)
FLAG(take_upgrade, lock.upgrade)
FLAG(take_universal, lock.universal)
FLAG(take_static, lock.is_static)

/* Hands the value (or "true") to the row of hwb.toml; SHARED_ROW for those that other commands have too. */
#define SHARED_ROW(name, key) \
	enum status name(struct settings *s, struct arena *a, const char *value, struct diag *d) \
	{ \
		return setting_put_flag(s, a, key, value ? value : "true", d); \
	}
#define ROW(name, key) static SHARED_ROW(name, key)
ROW(take_out_dir, "build.out-dir")
ROW(take_constraint, "build.constraints")
ROW(take_offline, "index.offline")
ROW(take_index_url, "index.url")
ROW(take_index, "index.named")
ROW(take_index_package, "index.packages")
ROW(take_find_links, "index.find-links")
ROW(take_no_index, "index.no-index")
ROW(take_exclude_newer, "index.exclude-newer")
ROW(take_min_age, "index.min-age")
ROW(take_unknown, "index.unknown-requires")
ROW(take_allow_url, "index.allow-urls")
ROW(take_keyring, "index.keyring-provider")
ROW(take_cert, "index.ca-file")
ROW(take_proxy, "index.proxy")
ROW(take_allow_host, "security.network-allowed-hosts")
ROW(take_allow_requires, "build.allow-requires")
ROW(take_platform, "container.platform")
ROW(take_pre, "build.prereleases")
ROW(take_locked, "build.locked")
ROW(take_build_deps, "build.build-deps")
ROW(take_scan, "build.scan")
ROW(take_profile, "findings.profile")
ROW(take_service_url, "audit.osv-url")
ROW(take_ignore, "audit.ignore")
ROW(take_ignore_until_fixed, "audit.ignore-until-fixed")
ROW(take_allow, "findings.allow")
ROW(take_deny, "findings.deny")
ROW(take_fail_on, "findings.fail-on")
ROW(take_keep_archive, "build.keep-archive")
ROW(take_sbom, "build.sbom")
ROW(take_embed_sbom, "build.embed-sbom")

SHARED_ROW(option_take_python, "build.python")
SHARED_ROW(option_take_isolation, "build.isolation")
SHARED_ROW(option_take_image, "container.image")
SHARED_ROW(option_take_pull, "container.pull")
SHARED_ROW(option_take_env, "build.env")
SHARED_ROW(option_take_allow_read, "build.allow-read")

enum status option_take_json(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	UNUSED(a);
	UNUSED(value);
	UNUSED(d);
	s->json = true;
	return OK;
}

enum status option_take_limit(struct settings *s, struct arena *a, const char *value, struct diag *d)
{
	UNUSED(a);
	struct bytes rest = bytes_of(value), key = bytes_cut(&rest, '=');
	if (!rest.data)
		return fail(d, ERR_USAGE, 0, "takes KEY=VALUE, not '%.100s'", value);
	return setting_put_limit(s, key, rest, d);
}

/* PEP 517: settings are strings, or lists of strings when a key is there more than once. */
TAKE(take_config)
{
	struct bytes rest = bytes_of(value), key = bytes_cut(&rest, '=');
	if (!rest.data || !key.size)
		return fail(d, ERR_USAGE, 0, "takes KEY=VALUE, not '%.100s'", value);
	strings_add(&s->config, a, key);
	strings_add(&s->config, a, rest);
	return OK;
}

static enum status add_json(struct settings *s, struct arena *a, struct bytes key, const struct json *value, struct diag *d)
{
	if (value->type != JSON_TYPE_STRING)
		return fail(d, ERR_USAGE, 0, "'%.*s' is %s; settings are strings or lists of strings",
			    BYTES_ARG(bytes_part(key, 0, 100)), json_type_name(value->type));
	strings_add(&s->config, a, key);
	strings_add(&s->config, a, value->string);
	return OK;
}

TAKE(take_config_json)
{
	const struct json *root;
	if (json_parse(bytes_of(value), a, &root, d)) {
		(void)explain(d, "takes a JSON object");
		return recode(d, ERR_USAGE);
	}
	if (root->type != JSON_TYPE_OBJECT)
		return fail(d, ERR_USAGE, 0, "takes a JSON object, not %s", json_type_name(root->type));
	for (JSON_EACH(item, root)) {
		struct bytes key = root->keys[item - root->items];
		enum status status = item->type == JSON_TYPE_ARRAY ? OK : add_json(s, a, key, item, d);
		if (item->type == JSON_TYPE_ARRAY)
			for (const struct json *one = item->items; status == OK && one < item->items + item->n_items; one++)
				status = add_json(s, a, key, one, d);
		if (status)
			return status;
	}
	return OK;
}

TAKE(take_netrc)
{
	s->netrc_file = value ? settings_path(s, a, bytes_of(value)) : NULL;
	s->netrc_must_exist = true;
	return setting_put_flag(s, a, "build.netrc", "true", d);
}

TAKE(take_lock)
{
	if (!value[0])
		return fail(d, ERR_USAGE, 0, "takes a path");
	s->lock.file = arena_string(a, bytes_of(value));
	return OK;
}

TAKE(take_lock_out)
{
	if (!value[0])
		return fail(d, ERR_USAGE, 0, "takes a path");
	s->lock.out = arena_string(a, bytes_of(value));
	return OK;
}

TAKE(take_upgrade_package)
{
	if (!name_is_valid(bytes_of(value)))
		return fail(d, ERR_USAGE, 0, "takes the name of a distribution, not '%.100s'", value);
	strings_add(&s->lock.upgrade_packages, a, bytes_of(value));
	return OK;
}

TAKE(take_python_version)
{
	UNUSED(d);
	strings_add(&s->lock.versions, a, bytes_of(value));
	return OK;
}

TAKE(take_python_platform)
{
	UNUSED(d);
	strings_add(&s->lock.platforms, a, bytes_of(value));
	return OK;
}

TAKE(take_audit)
{
	return setting_put_flag(s, a, "build.audit", value ? value : "stop", d);
}

TAKE(take_command)
{
	UNUSED(d);
	s->shell_command = arena_string(a, bytes_of(value));
	return OK;
}

TAKE(take_report)
{
	if (!value[0])
		return fail(d, ERR_USAGE, 0, "takes a path");
	s->report = arena_string(a, bytes_of(value));
	return OK;
}

/* What others call isolation is a virtual environment; going without ours is not on offer. */
TAKE(take_no_isolation)
{
	UNUSED(s);
	UNUSED(a);
	UNUSED(value);
	(void)fail(d, ERR_USAGE, 0, "hwb always isolates the build: it runs the code of strangers");
	return remedy(d, "what the build needs can be added: --find-links DIR for distributions, --allow-read PATH for files, "
			 "--env NAME for variables");
}

const struct option options_build[] = {
	{ "--wheel", 0, { 0 }, NULL, "Build only a wheel, directly from the source.", take_wheel },
	{ "--sdist", 0, { 0 }, NULL, "Build an sdist; with --wheel both, each from the source.", take_sdist },
	{ "--out-dir", 'o', { "--outdir", "--output", "--wheel-dir" }, "DIR", "Where artefacts go.", take_out_dir },
	{ "--config-setting", 'C', { "--config-settings" }, "KEY=VALUE", "A setting for the backend; can be repeated.", take_config },
	{ "--config-json", 0, { 0 }, "JSON", "The same as one JSON object.", take_config_json },
	{ "--python", 'p', { 0 }, "VERSION|PATH", "Build with this interpreter; can be repeated.", option_take_python },
	{ "--build-constraint",
	  'b',
	  { "--build-constraints", "--dependency-constraints-txt" },
	  "FILE",
	  "Versions and hashes of build requirements.",
	  take_constraint },
	{ "--offline", 0, { 0 }, NULL, "Use the cache and local folders only.", take_offline },
	{ "--index-url", 'i', { "--default-index" }, "URL", "The simple index.", take_index_url },
	{ "--index", 0, { 0 }, "NAME=URL", "One more index, for names of its own; can be repeated.", take_index },
	{ "--index-package",
	  0,
	  { 0 },
	  "PATTERN=NAME",
	  "The index that alone is asked for these names, such as 'acme-*=internal'; can be repeated.",
	  take_index_package },
	{ "--find-links", 'f', { 0 }, "DIR|URL", "Distributions in a folder or on a page; can be repeated.", take_find_links },
	{ "--no-index", 0, { 0 }, NULL, "Use --find-links only.", take_no_index },
	{ "--exclude-newer", 0, { 0 }, "DATE", "Ignore files uploaded later: a date, a time, '7 days'.", take_exclude_newer },
	{ "--min-age", 0, { 0 }, "AGE", "Ignore files uploaded more recently than that: 7d, 12h, 0.", take_min_age },
	{ "--unknown-requires", 0, { 0 }, "allow|warn|deny", "What a build requirement that nobody vouches for does.", take_unknown },
	{ "--pre", 0, { 0 }, NULL, "Take pre-releases of build requirements.", take_pre },
	{ "--allow-requires", 0, { 0 }, NULL, "Fetch whatever the backend asks for while it builds.", take_allow_requires },
	{ "--build-deps", 0, { 0 }, "wheels|any", "Whether build requirements that have no wheel are built from sdists.", take_build_deps },
	{ "--locked", 0, { 0 }, NULL, "Refuse to build without a lock, or with one that is out of date.", take_locked },
	{ "--lock",
	  0,
	  { 0 },
	  "FILE",
	  "Take the build dependencies of this pylock.toml, or requirements with hashes, and no others.",
	  take_lock },
	{ "--require-hashes",
	  0,
	  { 0 },
	  NULL,
	  "Take no build dependency whose hash is in no -b file; the default when one is.",
	  take_require_hashes },
	{ "--no-require-hashes", 0, { 0 }, NULL, "Hashes in -b files are for the lines they are on.", take_no_require_hashes },
	{ "--no-lock", 0, { 0 }, NULL, "Pass over the source's pylock.build.toml.", take_no_lock },
	{ "--allow-read", 0, { 0 }, "PATH", "Let the build read this path of the host; can be repeated.", option_take_allow_read },
	{ "--allow-host",
	  0,
	  { "--allow-network" },
	  "HOST",
	  "Let the build reach HOST[:PORT] by name, through a proxy; can be repeated.",
	  take_allow_host },
	{ "--allow-url",
	  0,
	  { 0 },
	  "HOST|URL",
	  "Let [build-system] requires name wheels there by URL and sha256; can be repeated.",
	  take_allow_url },
	{ "--env", 0, { 0 }, "NAME[=VALUE]", "Let the build see this variable; can be repeated.", option_take_env },
	{ "--isolation", 0, { 0 }, "auto|sandbox|container|landlock", "How the build is isolated.", option_take_isolation },
	{ "--image", 0, { 0 }, "IMAGE", "The image of --isolation container.", option_take_image },
	{ "--platform", 0, { 0 }, "TAG", "Repair the wheel for this platform with the image's auditwheel.", take_platform },
	{ "--pull", 0, { 0 }, NULL, "Fetch the image when it is not here.", option_take_pull },
	{ "--no-isolation", 'n', { "--no-build-isolation" }, NULL, "Refused: hwb always isolates.", take_no_isolation },
	{ "--trust-project", 0, { 0 }, NULL, "Let the [tool.hwb] of a local directory count.", take_trust },
	{ "--keep", 0, { 0 }, NULL, "Keep the tree of a build that fails, in the output folder.", take_keep },
	{ "--keep-archive", 0, { 0 }, NULL, "Keep the backend's own wheel archive instead of the canonical one.", take_keep_archive },
	{ "--sbom", 0, { 0 }, "cyclonedx|spdx|both|none", "Write a bill of materials beside the wheel.", take_sbom },
	{ "--embed-sbom", 0, { 0 }, NULL, "Put a bill of materials into the wheel (PEP 770).", take_embed_sbom },
	{ "--scan", 0, { 0 }, "stop|report|off", "What a finding in the source does: stop the build, or be reported.", take_scan },
	{ "--audit", 0, { 0 }, "[stop|report|off]", "What a known vulnerability of a build requirement does.", take_audit },
	{ "--service-url", 0, { "--osv-url" }, "URL", "The OSV service that is asked for advisories.", take_service_url },
	{ "--ignore",
	  0,
	  { "--ignore-vuln" },
	  "ID=WHY[@DAY]",
	  "An advisory that does not count, and why, until a day; can be repeated.",
	  take_ignore },
	{ "--ignore-until-fixed",
	  0,
	  { 0 },
	  "ID=WHY",
	  "The same, until there is a version without the hole; can be repeated.",
	  take_ignore_until_fixed },
	{ "--profile",
	  0,
	  { 0 },
	  "build|pypi|strict",
	  "Whose rules a wheel is held to: a build's, those of PyPI, or every warning an error.",
	  take_profile },
	{ "--allow", 0, { 0 }, "ID=WHY", "A finding that does not count, and why; can be repeated.", take_allow },
	{ "--deny", 0, { 0 }, "ID", "A finding that is an error whatever its severity; can be repeated.", take_deny },
	{ "--fail-on", 0, { 0 }, "error|warning", "From which severity on a finding refuses.", take_fail_on },
	{ "--netrc", 0, { 0 }, "[FILE]", "Take the index's credential from ~/.netrc.", take_netrc },
	{ "--keyring-provider", 0, { 0 }, "disabled|subprocess", "Ask the program keyring for passwords of indexes.", take_keyring },
	{ "--cert", 0, { 0 }, "FILE", "Certificates to trust, PEM.", take_cert },
	{ "--proxy", 0, { 0 }, "URL", "Proxy for the index.", take_proxy },
	{ "--limit", 0, { 0 }, "KEY=VALUE", "Change a limit; can be repeated.", option_take_limit },
	{ "--report", 0, { 0 }, "FILE", "Write a report as JSON.", take_report },
	{ "--json", 0, { 0 }, NULL, "Print the report instead of paths.", option_take_json },
	{ 0 },
};

const struct option options_lock[] = {
	{ "--output-file", 'o', { 0 }, "FILE", "Where the lock goes, pylock.NAME.toml; default: SRC/pylock.build.toml.", take_lock_out },
	{ "--check", 0, { 0 }, NULL, "Write nothing; exit 3 when the lock is not up to date.", take_check },
	{ "--upgrade", 'U', { 0 }, NULL, "Take newer versions than the lock has.", take_upgrade },
	{ "--upgrade-package", 'P', { 0 }, "NAME", "Take a newer version of this one; can be repeated.", take_upgrade_package },
	{ "--static", 0, { 0 }, NULL, "Lock [build-system] requires alone: nothing of the source is run.", take_static },
	{ "--universal", 0, { 0 }, NULL, "Lock every wheel of each version, for all platforms.", take_universal },
	{ "--python-version",
	  0,
	  { 0 },
	  "VERSION",
	  "Lock for this version of Python, which need not be here; can be repeated.",
	  take_python_version },
	{ "--python-platform",
	  0,
	  { 0 },
	  "PLATFORM",
	  "Lock for this platform: linux, macos, windows, aarch64-manylinux_2_28 ...; can be repeated.",
	  take_python_platform },
	{ 0 },
};

const struct option options_shell[] = {
	{ "--command", 0, { 0 }, "TEXT", "Run this with sh instead of a shell for a person.", take_command },
	{ 0 },
};
