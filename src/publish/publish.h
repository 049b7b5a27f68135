/* The publish stage: distributions that were checked go to one registry, each once, with the bytes that were checked.
 * Legacy upload API; reference/publishing.md sections 1, 2 and 4. */
#ifndef PUBLISH_PUBLISH_H
#define PUBLISH_PUBLISH_H

#include <sys/stat.h>

#include "crypto/digest.h"
#include "index/index.h"
#include "publish/form.h"
#include "publish/registry.h"

/* Tries of one file; longest wait between two, and what a server may ask for. */
enum { PUBLISH_TRIES = 4, PUBLISH_WAIT_MAX_S = 60 };

/* SECRET. Who hwb is to the registry, for the uploads of the next minutes. */
struct publish_credential {
	const char *user, *password;
	const char *kind; /* "token", "keyring", "store", "trusted_publisher" */
	const char *name; /* where it is from, for people: "HWB_PUBLISH_TOKEN" */
	const char *oidc_issuer; /* of a trusted publisher; NULL: none */
	struct bytes claims_json; /* of its identity, no secret; {NULL, 0}: none */
};

enum publish_outcome {
	PUBLISH_NOT_TRIED,
	PUBLISH_DONE,
	PUBLISH_WAS_THERE, /* the registry had these very bytes */
	PUBLISH_WOULD, /* of a dry run */
	PUBLISH_FAILED,
	N_PUBLISH_OUTCOMES
};
/* "published", "was there", ...: for people and records. */
const char *publish_outcome_name(enum publish_outcome outcome);

struct publish_file {
	const char *path;
	struct bytes name; /* without folders */
	enum form_kind kind;
	struct form form;
	struct bytes project; /* normalised */
	struct version version; /* of its name */
	struct sha256 digest; /* of the bytes that were checked */
	uint64_t size;
	const char *attestations; /* a JSON array; NULL: none */
	int kept_fd; /* borrowed: the copy that was checked, which nobody can write, good as long as the file looks as it did; -1: read it again */
	struct stat looks;
	/* Filled by publish_run. */
	enum publish_outcome outcome;
	unsigned n_tries;
	bool is_first; /* the index knew no such project when it was asked last */
};

struct publish_request {
	const struct registry *registry;
	struct publish_file *files; /* in the order of sending */
	size_t n_files;
	struct index *index; /* of the registry, fresh; NULL: it cannot be asked */
	struct index *own_index; /* the same as whom is published: asked once index wants a credential. NULL: it is of another origin */
	const struct fetch_options *net; /* http_hosts has the registry's where http is allowed */
	int journal; /* publish/journal.h; borrowed */
	uint64_t file_max; /* bytes of a file that is read again */
	unsigned at_once; /* uploads at a time, at most UPLOAD_AT_ONCE; 0: 1. The first of a release goes alone, and after a stumble all do */
	uint32_t backoff_ms; /* before the second try; doubled each time. 0: 1 s */
	bool dry_run;
	/* Asked before each try; what it gives is used for that try only. ERR_PUBLISH: there is none. */
	enum status (*credential)(void *context, const struct publish_credential **ret, struct diag *d);
	void *credential_context;
	/* What a person sees: how far a file is, and sentences on the way. Texts are unsafe. May be NULL. */
	void (*progress)(void *context, const struct publish_file *file, uint64_t sent);
	void (*say)(void *context, const struct publish_file *file, const char *text);
	void (*ended)(void *context, const struct publish_file *file); /* its outcome is known */
	void *context;
};

/* To the first file that fails, and the end of those under way then; the outcomes are in the files. Before a file leaves, an intent and publish.started are on the disk; when it
 * has arrived, a receipt and publish.completed. A run that was killed and is made again leaves each file there once.
 * ERR_PUBLISH: refused, or not to be had, with the words of the registry. ERR_ARTEFACT: a file is not what was checked. ERR_UNCHECKED: the
 * index cannot be asked, or names a file without its hash. ERR_CANCELLED, ERR_LOG, ERR_IO. */
MUST_USE enum status publish_run(const struct run_context *run, const struct publish_request *request, struct arena *a,
				 struct diag *d);

#endif
