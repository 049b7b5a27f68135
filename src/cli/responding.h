/* What the audit log and the indexes say about an incident: a token that leaked, releases that are not what they should be.
 * It is read and compared; nothing is changed anywhere. Private to cmd_respond.c and responding_*.c. */
#ifndef CLI_RESPONDING_H
#define CLI_RESPONDING_H

#include "audit/chain.h"
#include "cli/credentials.h"
#include "cli/responding_registry.h"
#include "cli/session.h"

enum { RESPONSE_ITEMS_MAX = 100000, RESPONSE_RUNS_MAX = 10000, RESPONSE_REGISTRIES_MAX = 1000 };

/* Of an event whose time cannot be read. */
#define RESPONSE_NO_TIME "?"

enum response_kind { RESPONSE_LEAK, RESPONSE_COMPROMISED };

/* A run that published, used the credential, or built what was published. */
struct response_run {
	const char *id, *started, *user, *host, *command; /* NULL: the log does not say */
	const char *ci_provider, *workflow, *ci_run; /* NULL outside of CI */
	struct strings credentials; /* a sentence each */
	struct strings variables; /* names of those that its builds were given by --env */
};

enum response_upload { UPLOAD_STARTED, UPLOAD_COMPLETED, UPLOAD_FAILED };
/* What the index has under the file's name now. */
enum response_served { SERVED_UNCHECKED, SERVED_SAME, SERVED_OTHER, SERVED_GONE };

/* One upload of a file to a registry, or what was about to be one. */
struct publication {
	const char *at, *package, *version, *file, *sha256, *registry, *authentication;
	const char *username, *oidc_issuer, *claims; /* NULL: none, or a log that does not say it */
	size_t run, built_in; /* places in runs; built_in SIZE_MAX: the log knows of no run that wrote these bytes */
	enum response_upload upload;
	enum response_served served;
	const char *why; /* of SERVED_UNCHECKED and SERVED_GONE; else NULL */
	const char *served_sha256; /* of SERVED_OTHER */
	struct registry_index asked; /* url NULL: nobody was */
	bool yanked;
	/* Of the uploads of these bytes there: the place of the first, and of the next; SIZE_MAX: it is the last. */
	size_t first, next;
};

/* The use of a credential. */
struct response_use {
	const char *at, *kind, *name, *registry;
	size_t run;
	size_t first, next; /* as in a publication, of those in one run */
};

/* A file that the index has, and the log does not. */
struct response_stranger {
	const char *package, *version, *file, *sha256, *uploaded; /* the last two may be NULL */
	const char *index, *registry;
};

/* A registry that any upload of the log went to, whatever the incident is. */
struct logged_registry {
	const char *name, *spelling; /* as the log has it first, and as it is compared */
	const char *index; /* the one that `hwb publish` asked last; NULL: the log does not say */
};

struct response {
	enum response_kind kind;
	const char *registry; /* as it was named; NULL: any */
	struct registry_meant meant; /* by that */
	const char *package; /* normalised; of RESPONSE_COMPROMISED */
	struct strings versions;
	const char *opened; /* now */
	/* Of the chain. chain_error: NULL when it is whole. */
	struct chain_report chain;
	const char *chain_error;
	uint64_t n_unreadable; /* lines that are no events */
	struct logged_registry *registries;
	size_t n_registries;
	bool is_registry_logged; /* the one that was named */
	struct response_run *runs;
	struct publication *publications;
	struct response_use *uses;
	struct response_stranger *strangers;
	size_t n_runs, n_publications, n_uses, n_strangers;
	struct strings unchecked; /* sentences: what could not be asked of an index */
	const char *remedy; /* for the first of these for which there is one that needs more words; else NULL */
	bool is_over_limit;
	/* Whose words everything is made of. */
	const struct settings *settings;
	struct arena *arena;
};

/* The log's side: all but strangers and what is served. A line that cannot be read is counted. ERR_LOG: it cannot be opened; ERR_LIMIT. */
MUST_USE enum status response_read(struct response *r, int logs_dir, struct diag *d);
/* The indexes' side. What cannot be asked is said in its publication and in unchecked. credentials: for the hosts of the operator's indexes.
 * ERR_CANCELLED. */
MUST_USE enum status response_compare(struct response *r, struct credentials *credentials, struct diag *d);
/* Finds out which uploads, and which uses, are one entry for people. */
void response_group(struct response *r);

/* Whether an upload was made by the credential that leaked: it was not one that a Trusted Publisher gives for minutes. */
bool response_is_suspect(const struct response *r, const struct publication *p);
/* Where people yank a release; NULL: the registry has no such page that is known. */
const char *response_link(const char *registry, const char *package, const char *version, struct arena *a);
const char *response_upload_name(enum response_upload upload);
const char *response_served_name(enum response_served served);

/* Five lines at most: what it comes to. After response_group, as the next two. */
void response_put_summary(const struct response *r, struct buf *out);
/* What was found, as Markdown that reads well on a terminal too. Unsafe text in it has no control characters and no backquotes. */
void response_put_facts(const struct response *r, struct buf *out);
/* The same with everything a person has to fill in. who: whoever opened it. */
void response_put_incident(const struct response *r, const struct audit_who *who, struct buf *out);
/* data/respond.schema.json. path: of the incident file. */
void response_put_json(const struct response *r, const char *path, int exit_code, struct buf *out);

#endif
