/* Where distributions go: one upload URL with its simple index, and what is peculiar to the registries people use. */
#ifndef PUBLISH_REGISTRY_H
#define PUBLISH_REGISTRY_H

#include "base/arena.h"
#include "net/url.h"

struct registry {
	const char *name; /* as the operator calls it, else the host */
	const char *upload_url; /* without userinfo */
	const char *check_url; /* the simple index, with '/' at its end; NULL: nobody knows it */
	bool check_is_guess; /* made from upload_url by the shape of it: a project that is not there may be one that is elsewhere */
	bool takes_attestations; /* and Trusted Publishing by itself */
	const char *user; /* of a token without a user name: what its kind of registry expects */
	uint64_t file_max; /* bytes of one file unless the registry has raised it; 0: not known */
	const struct registry_kind *kind; /* NULL: none that we know */
};

/* A kind of registry, known by its host or the shape of its upload URL. */
struct registry_kind {
	const char *name; /* "PyPI", for people */
	const char *word; /* of -r; NULL: has none, for its URL is everybody's own */
	const char *upload_url; /* of those with a word */
	const char *check_url; /* of those; else what is put behind the upload URL */
	const char *site; /* for people, without a '/' at the end: SITE/manage/project/NAME/release/VERSION/; NULL: it has no such pages */
	const char *host,
		*path; /* what the host ends with (all of it when there is a word), what the path contains; NULL: no URL tells */
	const char *user;
	bool takes_attestations;
	uint64_t file_max;
	const char *when_exists; /* for people: what it answers when there is a file of that name */
};
const struct registry_kind *registry_kinds(size_t *ret_n);
/* Of an upload URL, as the log has it; NULL: of no kind that is known by its URL, or no URL. */
const struct registry_kind *registry_kind_of(struct bytes upload_url);

/* The registry of a word that is built in. ERR_ABSENT without a diag. */
MUST_USE enum status registry_find(const char *word, struct arena *a, struct registry *ret);
/* The registry at an upload URL. name: NULL for its host. check_url: NULL to go by what is known of its kind. Lives as long as a.
 * ERR_USAGE: not a URL, or a user name or a query in it; the words never repeat the URL. */
MUST_USE enum status registry_at(const char *upload_url, const char *name, const char *check_url, struct arena *a,
				 struct registry *ret, struct diag *d);

#endif
