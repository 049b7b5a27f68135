/* The index from inside: cache, fetcher, what is known already. Private to index/. */
#ifndef INDEX_STATE_H
#define INDEX_STATE_H

#include "index/index.h"
#include "net/fetch.h"

/* One page or file on its way. */
struct transfer {
	uint64_t id;
	int fd; /* where it goes; owned */
	bool done;
	enum status status;
	const char *url, *content_type, *text; /* in the index's arena */
	uint64_t size;
};

struct known_project {
	struct bytes name;
	size_t place; /* whose page it is, in options.places */
	bool is_mapped; /* a rule gives it to that place, and no other has a word */
	struct index_project project;
	enum status status; /* OK, or ERR_ABSENT */
	bool loaded;
	bool unasked; /* offline, and not in the cache: status says ERR_ABSENT, and nobody knows */
	uint64_t transfer; /* of the page that was asked for ahead; 0: none */
};

struct known_metadata {
	struct sha256 digest; /* of file, index and wheel: metadata_key */
	const struct metadata *metadata;
};

/* A place that requests went to, and who we are there. */
struct known_origin {
	const char *origin;
	bool has_credential, is_noted; /* is_noted: the log has it */
	bool is_found; /* by options.find_credential */
	struct index_credential credential;
};

struct index {
	struct arena arena; /* it lives in its own arena; everything it hands out too */
	const struct run_context *run;
	struct index_options options;
	int cache_dir, blob_dir, metadata_dir;
	int *page_dirs; /* one for each place */
	bool foreign; /* the cache was not made here */
	bool wants_credential; /* an index has refused us */
	struct fetcher *fetcher; /* NULL until the first transfer */
	uint64_t next_id;
	struct known_origin *origins;
	size_t n_origins;
	struct transfer *transfers;
	size_t n_transfers;
	struct bytes *ahead; /* URLs of files and sidecars that were asked for ahead, until they are taken; data NULL: taken */
	uint64_t *ahead_ids;
	size_t n_ahead;
	struct known_project **projects;
	size_t n_projects;
	struct known_metadata *metadata;
	size_t n_metadata;
};

/* Starts a transfer into an unnamed file of the cache; *ret_id finds it again. ERR_NETWORK at once when offline. */
MUST_USE enum status transfer_start(struct index *i, const char *url, const char *accept, uint64_t max_size, uint64_t *ret_id,
				    struct diag *d);
/* The same for a file or sidecar, which may have been asked for ahead; each once. */
MUST_USE enum status transfer_take(struct index *i, const char *url, uint64_t max_size, uint64_t *ret_id, struct diag *d);
/* Waits until that one is done (others are noted on the way). Borrowed; its status says how it went. */
MUST_USE enum status transfer_wait(struct index *i, uint64_t id, struct transfer **ret, struct diag *d);
/* The failure of a finished transfer as a diag: names what it was for and its URL without credentials. */
enum status transfer_failed(const struct transfer *t, const char *what, struct diag *d);

/* Before anything is made in the cache. *ret_foreign: it was not made by this machine in this place. ERR_IO. */
MUST_USE enum status cache_id_check(int cache_dir, bool *ret_foreign, struct diag *d);

/* Whether index_metadata has no need to ask anybody. */
bool index_knows_metadata(struct index *i, const struct index_file *file);

/* CACHE/blob/sha256/ab/DIGEST: opened when it is there and its bytes are right; a wrong one is removed. ERR_ABSENT. */
MUST_USE enum status blob_open(struct index *i, const struct sha256 *digest, int *ret_fd, struct diag *d);
/* Verifies size and digest of the file at fd and links it into the cache. ERR_HASH with both digests and the URL. */
MUST_USE enum status blob_store(struct index *i, int fd, const struct sha256 *want, const uint64_t *want_size, struct bytes url,
				struct diag *d);
/* A file of this machine: hashed on the spot, never copied. */
MUST_USE enum status blob_open_local(const struct run_context *run, struct bytes url, const struct sha256 *want, int *ret_fd,
				     struct diag *d);

/* Adds the fitting files of all --find-links folders to p, and those of its pages unless only_folders. */
MUST_USE enum status local_add(struct index *i, struct bytes name, bool only_folders, struct index_project *p, struct diag *d);
/* The listing of the folders as text, for the fingerprint. */
void local_describe(struct index *i, struct buf *out);

/* A page's bytes at fd through hwb-parse: the record. */
MUST_USE enum status page_parse(struct index *i, int fd, struct bytes name, const char *url, const char *content_type,
				struct buf *record, struct diag *d);

#endif
