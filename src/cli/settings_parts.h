/* What the files of the settings share, and what their tests need to put a configuration together from places of their own.
 * Private to settings_*.c, options*.c, pip_config.c, netrc.c and the console. */
#ifndef CLI_SETTINGS_PARTS_H
#define CLI_SETTINGS_PARTS_H

#include "cli/setting_row.h"
#include "net/url.h"

/* The value of a variable, NULL when it is not set. env ends in NULL and may be NULL. */
const char *env_get(char **env, const char *name);

/* Where files are looked for, besides below the user's home. */
struct settings_places {
	const char *system_file; /* "/etc/hwb/hwb.toml" */
	const char *pip_files[2]; /* "/etc/xdg/pip/pip.conf", "/etc/pip.conf" */
	bool no_files; /* --no-config: neither hwb.toml nor pip.conf */
};
struct settings_places settings_places_default(void);
/* settings_load with places. */
MUST_USE enum status settings_load_from(char **env, const struct settings_places *places, struct arena *a, struct settings *ret,
					struct diag *d);

/* One value of one row; is_first: of its source. ERR_USAGE says what the row takes, not which source it was. */
MUST_USE enum status setting_put(struct settings *s, struct arena *a, size_t row, struct bytes value, bool is_first, struct diag *d);
/* The place of a key in setting_rows(), or their number. */
size_t setting_find(struct bytes key);
/* From the command line: the first one of a list replaces what the configuration says. key must exist. */
MUST_USE enum status setting_put_flag(struct settings *s, struct arena *a, const char *key, const char *value, struct diag *d);
/* limits_set, remembering that it was set. */
MUST_USE enum status setting_put_limit(struct settings *s, struct bytes key, struct bytes value, struct diag *d);

/* Appends a copy. */
void strings_add(struct strings *list, struct arena *a, struct bytes value);
/* Absolute; "~/" is the user's home, other relative paths start at settings->base. */
const char *settings_path(const struct settings *s, struct arena *a, struct bytes path);
void settings_warn(struct settings *s, struct arena *a, const char *format, ...) PRINTF_LIKE(3, 4);
/* A URL of the configuration: its userinfo becomes a credential for its origin. ERR_USAGE never repeats the URL. */
MUST_USE enum status settings_url(struct settings *s, struct arena *a, struct bytes text, struct url *ret, struct diag *d);
/* The user that HWB_INDEX_<NAME>_USERNAME names without a password, for that origin; NULL: none. */
const char *settings_half_credential(const struct settings *s, const char *origin);
/* replaces: whether an earlier one for the same origin goes. */
void settings_add_credential(struct settings *s, struct arena *a, const char *origin, const char *user, const char *password,
			     bool replaces);

/* An index's name as HWB_INDEX_<NAME>_PASSWORD has it. */
char *settings_index_variable(struct arena *a, const char *name);
/* Whether two names are one index. */
bool settings_index_same(const char *x, const char *y);
/* What may name an index. ERR_USAGE. */
MUST_USE enum status settings_index_name(struct bytes text, struct diag *d);
/* The default index; another one; "acme-*" or a name for one of them. What a stronger source says replaces it, two words of one
 * source that differ are ERR_USAGE with both. */
MUST_USE enum status settings_index_default(struct settings *s, struct arena *a, struct bytes url, struct diag *d);
MUST_USE enum status settings_index_add(struct settings *s, struct arena *a, struct bytes name, struct bytes url, struct diag *d);
MUST_USE enum status settings_index_map(struct settings *s, struct arena *a, struct bytes pattern, struct bytes name, struct diag *d);
/* Makes places and rules of them. ERR_USAGE: a pattern without its index, two of one name. */
MUST_USE enum status settings_index_finish(struct settings *s, struct arena *a, struct diag *d);
/* How any index is asked: cache, network and credentials, all borrowed. Which indexes, and for what, is the caller's to add. */
struct index_options settings_asking(const struct settings *s);
/* The setters of the rows that begin with "audit", and of build.audit (settings_audit.c). */
MUST_USE enum status setting_set_audit(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_osv_url(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_max_age(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_ignore(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_ignore_until_fixed(struct settings *s, struct arena *a, struct bytes value, bool is_first,
						    struct diag *d);
/* The setters of the rows that begin with "publish" (settings_publish.c). */
MUST_USE enum status setting_set_registry(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_registries(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_s3_endpoint(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_s3_region(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_uploads(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_audience(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);
MUST_USE enum status setting_set_trusted(struct settings *s, struct arena *a, struct bytes value, bool is_first, struct diag *d);

/* pip's configuration, weaker than all of ours. ERR_USAGE names the variable or file and line. */
MUST_USE enum status pip_config_load(struct settings *s, const struct settings_places *places, struct arena *a, struct diag *d);

/* The login and password for a host in the text of a .netrc; macros and the default entry are passed over. ERR_ABSENT; ERR_FORMAT
 * with the line. The strings live as long as a. SECRET. */
MUST_USE enum status netrc_find(struct bytes text, struct bytes host, struct arena *a, const char **ret_user,
				const char **ret_password, struct diag *d);
/* Reads the file that settings->netrc asks for and takes the credentials of the indexes from it. */
MUST_USE enum status netrc_load(struct settings *s, struct arena *a, struct diag *d);

/* "7d", "12 hours", "2w", "0": seconds. ERR_USAGE. */
MUST_USE enum status settings_age(struct bytes text, int64_t *ret, struct diag *d);
/* What the operator says of SOURCE_DATE_EPOCH: --env, else the variable; 0: nothing. ERR_USAGE: no such time. */
MUST_USE enum status settings_epoch(const struct settings *s, int64_t *ret, struct diag *d);
/* A date, an RFC 3339 time, or "7 days" ago (hours, days, weeks) to seconds since 1970. ERR_USAGE. */
MUST_USE enum status settings_time(struct bytes text, int64_t now, int64_t *ret, struct diag *d);
/* The same for looking back: also seconds and minutes ("5m"), and a time of UTC without its zone or its seconds. ERR_USAGE. */
MUST_USE enum status settings_since(struct bytes text, int64_t now, int64_t *ret, struct diag *d);

/* The one of names nearest to word if it looks like a slip of it, else NULL. */
const char *word_nearest(struct bytes word, const char *const *names, size_t n);

#endif
