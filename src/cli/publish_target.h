/* Which registry `hwb publish` means: flags, then hwb.toml, then ~/.pypirc. */
#ifndef CLI_PUBLISH_TARGET_H
#define CLI_PUBLISH_TARGET_H

#include "cli/settings.h"
#include "index/index.h"
#include "publish/registry.h"
#include "publish/s3.h"

struct publish_target {
	struct registry registry;
	const struct s3_place *s3; /* it is a bucket; NULL: a registry that takes forms */
	const char *user; /* who was named for it; NULL: nobody */
	struct strings http_hosts; /* of it and its index, when http was allowed */
};

/* Lives as long as a. ERR_USAGE: no such registry, a URL with a password in it, a password in ~/.pypirc, http that nobody allowed. */
MUST_USE enum status publish_target_find(const struct settings *s, struct arena *a, struct publish_target *ret, struct diag *d);
/* Whose variables say where to publish, beside ours: a secret of theirs is for that place alone. */
enum publish_family { FAMILY_UV, FAMILY_TWINE, N_FAMILIES };
/* The variable of that family that says where, and what it says: an upload URL, or a word that is no name of a registry. NULL: none is set. */
const char *publish_target_foreign(const struct settings *s, enum publish_family family, struct arena *a, const char **ret_variable);
/* Whether two URLs are one place, whatever '/' is at their ends. */
bool publish_target_same(const char *x, const char *y, struct arena *a);

/* The index of that name, which is the registry's own: they are two sides of one server. NULL: there is none. */
const char *publish_target_index(const struct settings *s, const char *name);
/* The upload URL of a registry by its name, s3://BUCKET/PREFIX of a bucket, without ~/.pypirc; NULL: there is none. */
const char *publish_target_url(const struct settings *s, const char *name, struct arena *a);

/* How the one index of a registry is asked what it has now. Borrows from both. */
struct index_options publish_target_asking(const struct settings *s, const struct index_place *place);

#endif
