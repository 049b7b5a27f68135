/* Where distributions come from: simple index pages (PEP 503, 691, 592, 658, 700, 714), --find-links folders, the blob cache.
 * One index for every name (index/map.h); a transport error is never "not there". Bytes are parsed by hwb-parse, fetched by hwb-net. */
#ifndef INDEX_INDEX_H
#define INDEX_INDEX_H

#include "base/arena.h"
#include "base/run.h"
#include "crypto/digest.h"
#include "index/map.h"
#include "python/metadata.h"
#include "python/name.h"

/* SECRET. Used for this origin only; never logged, never in a sandbox, never in argv. */
struct index_credential {
	const char *origin; /* "https://host[:port]" */
	const char *user, *password;
};

struct index_options {
	const struct index_place *places; /* the first is the default: it has every name that no rule gives to another */
	size_t n_places;
	const struct index_rule *rules;
	size_t n_rules;
	const char *const *find_links; /* directories, or pages (URLs) of links */
	size_t n_find_links;
	bool no_index, offline;
	bool fresh; /* no page that was kept: what is there now is what counts */
	int64_t exclude_newer; /* unix time, INT64_MAX: none; a file without an upload time is then not eligible */
	const char *cache_path; /* absolute; made 0700; refused when not ours or writable by others (DESIGN.md section 3) */
	const char *ca_file, *proxy_url; /* NULL: the system's, none */
	const char *const *http_hosts; /* hosts for which the operator allows http:// (loopback is always allowed) */
	size_t n_http_hosts;
	const struct index_credential *credentials;
	size_t n_credentials;
	/* Asked once for an origin that has none there, before the first request goes to it. ERR_ABSENT: it needs none. What it returns
	 * lives as long as the index, or, when it renews, until it is asked the next time: before every request. May be NULL. */
	enum status (*find_credential)(void *context, const char *origin, struct index_credential *ret, struct diag *d);
	void *credential_context;
	bool renews;
	/* Progress for people: called as a download starts and ends. May be NULL. */
	void (*progress)(void *context, const char *what, uint64_t done, uint64_t size);
	void *progress_context;
};

struct index; /* opaque */

enum index_kind { INDEX_WHEEL, INDEX_SDIST };

/* PEP 792. What a project is that says nothing, or something that no standard knows: active. */
enum index_status { INDEX_ACTIVE, INDEX_ARCHIVED, INDEX_DEPRECATED, INDEX_QUARANTINED, N_INDEX_STATUS };
/* "archived". */
const char *index_status_name(enum index_status status);

/* One file of a project that could be used at all: its name parses and belongs to the project. */
struct index_file {
	enum index_kind kind;
	struct bytes filename;
	struct wheel_name wheel; /* INDEX_WHEEL */
	struct version version;
	struct bytes url; /* absolute, without userinfo and fragment; "file:///..." for local files */
	bool has_digest; /* without one it can be listed but never downloaded */
	struct sha256 digest;
	bool has_size;
	uint64_t size;
	struct bytes requires_python; /* {NULL, 0}: none */
	bool has_upload_time;
	int64_t upload_time;
	struct bytes upload_time_text;
	bool yanked;
	struct bytes yanked_reason;
	bool has_metadata; /* PEP 658 sidecar offered */
	bool has_metadata_digest;
	struct sha256 metadata_digest;
	enum index_status status; /* of its project, and why, in the words of a stranger; {NULL, 0}: none */
	struct bytes status_reason;
	const char *hash_source; /* "index", "local", or "url" where the resolver made it of a requirement's URL */
	struct bytes index; /* the URL of the index, of a page of links, or the folder */
	const struct index_file *built_from; /* a wheel that hwb makes of this sdist (lock/from_sdist.h); else NULL */
	bool is_built; /* of those: it is in the cache, under its own digest */
};

struct index_project {
	struct index_file *files; /* ascending by version, then by file name */
	size_t n_files;
	enum index_status status; /* a quarantined one offers no files */
	struct bytes status_reason;
	struct bytes index;
};

/* Opens (and checks, and makes) the cache. Touches no network. ERR_IO, ERR_USAGE. */
MUST_USE enum status index_open(const struct run_context *run, const struct index_options *options, struct index **ret,
				struct diag *d);
void index_free(struct index *i);

/* Asks for pages in parallel, ahead of index_project; failures show there. */
void index_prefetch(struct index *i, const struct bytes *names, size_t n);
/* All files of a normalised name: of its index, and of the folders and pages of find-links; a name that a rule gives to an index is
 * not taken from pages. ERR_ABSENT: the index has no such project (404), and no other is asked. ERR_NETWORK, ERR_FORMAT, ERR_LIMIT,
 * ERR_CANCELLED. With offline: the cached page whatever its age, else ERR_NETWORK, or ERR_ABSENT with a remedy where folders could
 * have had it. Lives as long as the index. */
MUST_USE enum status index_project(struct index *i, struct bytes name, const struct index_project **ret, struct diag *d);
/* The next index_project asks anew; what was given before lives on. */
void index_forget(struct index *i, struct bytes name);
/* Whether it was refused for want of a credential, or of a better one (401, 403). */
bool index_wants_credential(const struct index *i);
/* The metadata of a wheel: the PEP 658 sidecar with its hash checked, else the (verified, cached) wheel's own.
 * ERR_HASH with both digests. Lives as long as the index. */
MUST_USE enum status index_metadata(struct index *i, const struct index_file *file, const struct metadata **ret, struct diag *d);
/* Asks ahead for what index_metadata will want of these wheels, all at once: the sidecar, or the wheel where there is none and it is
 * small. Failures show there. */
void index_expect(struct index *i, const struct index_file *const *files, size_t n);
/* The file's bytes, verified by sha256, from the cache or the network (size and sha256 checked before it enters the cache;
 * the cache entry is blob/sha256/ab/DIGEST, 0444). *ret_fd: O_RDONLY, the caller closes. ERR_HASH (both digests, the URL
 * without credentials), ERR_NETWORK, ERR_LIMIT. A cached blob that no longer matches is removed and fetched again. */
MUST_USE enum status index_download(struct index *i, const struct index_file *file, int *ret_fd, struct diag *d);
/* Downloads several in parallel into the cache; afterwards index_download finds them. */
MUST_USE enum status index_download_all(struct index *i, const struct index_file *const *files, size_t n, struct diag *d);
/* Whether the cache has a file of that digest; its bytes are looked at when it is opened. */
bool index_has(const struct index *i, const struct sha256 *digest);
/* The same of the directory of a cache. */
bool index_cache_has(int cache_dir, const struct sha256 *digest);
/* Puts a file that hwb made into the cache, as index_download finds it: by its digest. ERR_IO, ERR_HASH when it has another. */
MUST_USE enum status index_store(struct index *i, int fd, const struct sha256 *digest, struct diag *d);
/* Any https archive by URL and digest, through the same cache: for sources. */
MUST_USE enum status index_download_url(struct index *i, const char *url, const struct sha256 *digest, int *ret_fd, struct diag *d);

/* What decides a resolution besides its requirements, as stable text: indexes and their names, folders with their listing (name, size, mtime),
 * exclude-newer, offline. For the key of the resolution cache. */
void index_fingerprint(struct index *i, struct buf *out);
/* Whether the cache came from elsewhere (copied, restored, another machine): then every file of it is hashed before use. */
bool index_cache_is_foreign(const struct index *i);
/* Makes an emptied cache this machine's own. ERR_IO. */
MUST_USE enum status index_cache_adopt(int cache_dir, struct diag *d);
/* The descriptor of the cache's directory; borrowed. */
int index_cache_dir(const struct index *i);

#endif
