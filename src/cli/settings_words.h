/* Parts of struct settings that belong to one command or one purpose. */
#ifndef CLI_SETTINGS_WORDS_H
#define CLI_SETTINGS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strings {
	const char **items;
	size_t n;
};

/* Documents beside a wheel; the last is both of the others. */
enum sbom_files { SBOM_FILES_NONE, SBOM_FILES_CYCLONEDX, SBOM_FILES_SPDX, SBOM_FILES_BOTH };

/* What builds do, and the words of sbom. */
struct settings_sbom {
	enum sbom_files files;
	bool embed_built; /* a document in the wheel (PEP 770) */
	const char *output; /* NULL: standard output, or the place of the wheel */
	enum sbom_files format; /* SBOM_FILES_NONE: not said */
	bool embed;
};

/* The words of log, and of respond. */
struct settings_log {
	const char *head, *run, *event;
	bool last, ecs;
	uint64_t from_seq; /* 0: from the first */
	const char *package; /* normalised; NULL: any */
	int64_t since; /* unix time; INT64_MIN: from the first on */
};

/* The words of respond. */
struct settings_respond {
	const char *registry, *check_url, *out_dir; /* NULL: not said */
};

/* The words of init. */
struct settings_init {
	bool force, github, gitlab;
	const char *registry; /* a word of publish/registry.h; NULL: pypi */
	const char *environment; /* NULL: the registry's name */
	const char *action; /* OWNER/REPO@COMMIT that has packaging/action.yml; NULL: hwb is on the runner */
};

/* The words of redact. */
struct settings_masks {
	struct strings files, names;
	bool environment;
};

/* When a CI system's identity is exchanged for a token: when there is no credential, and only then; always; never. */
enum trusted_publisher { TRUSTED_AUTO, TRUSTED_ALWAYS, TRUSTED_NEVER };

/* Where distributions go and how, and the words of publish. */
struct settings_publish {
	const char *registry; /* a word of publish/registry.h, or a name; NULL: pypi */
	struct strings registries; /* NAME=URL: upload URLs, or s3://BUCKET/PREFIX */
	const char *audience; /* of Trusted Publishing at a registry that is not built in; NULL: none */
	enum trusted_publisher trusted;
	const char *url, *check_url, *user; /* NULL: not said */
	const char *s3_endpoint, *s3_region; /* of buckets; NULL: not said */
	struct strings attestations;
	unsigned at_once; /* uploads; 0: not said */
	bool password_stdin, skip_existing, dry_run, allow_http;
};

/* How builds use a lock, and the words of lock. */
/* A known vulnerability of a build requirement: what it does to the build. What is malware stops it unless off. */
enum advisories_mode { ADVISORIES_OFF, ADVISORIES_REPORT, ADVISORIES_STOP };
/* Of `hwb audit`, and of --audit of a build. */
struct settings_audit {
	enum advisories_mode mode; /* of a build */
	const char *osv_url; /* ends in '/' */
	uint32_t max_age_days; /* of what was imported */
	struct advisory_ignored *ignored;
	size_t n_ignored;
	const char *import; /* an export; NULL: none */
};

struct settings_lock {
	const char *file; /* --lock; NULL: SRC/pylock.build.toml where there is one */
	bool locked, none; /* --no-lock */
	bool require_hashes, no_require_hashes; /* neither: as soon as one constraint has a hash, as pip does */
	const char *out; /* NULL: SRC/pylock.build.toml */
	bool check, upgrade, universal, is_static;
	struct strings upgrade_packages, versions, platforms;
};

#endif
