/* The source stage: whatever a user names becomes one immutable snapshot with a digest (DESIGN.md sections 1 and 3).
 * What is scanned, hashed and built are these bytes. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/run.h"
#include "index/index.h"
#include "net/proxy.h"
#include "python/interpreter.h"
#include "python/project.h"
#include "sandbox/spec.h"
#include "source/tree.h"

enum source_kind { SOURCE_DIRECTORY, SOURCE_ARCHIVE, SOURCE_URL, SOURCE_INDEX, SOURCE_GIT };

/* What the user's word means, before anything is touched but the file system:
 * an existing directory or file (.tar.gz .tgz .zip .tar.xz .tar.zst .tar.bz2); "https://...#sha256=..."; "git+https://..."
 * and "git+file://..." with "@ref" and "#subdirectory="; else "name", "name==version" (PEP 508 names). */
struct source_word {
	enum source_kind kind;
	struct bytes path; /* directory or archive */
	struct bytes url; /* without userinfo, "git+" and fragment */
	struct bytes ref, subdirectory; /* git */
	bool has_digest;
	struct sha256 digest; /* SOURCE_URL */
	struct bytes name; /* SOURCE_INDEX: normalised */
	struct specifier specifier; /* SOURCE_INDEX: empty means newest */
};
/* ERR_USAGE: none of these (a file that is no archive is never a name), git over ssh, userinfo with a password in a URL, a URL
 * without #sha256=, a ref that starts with '-'. */
MUST_USE enum status source_word_parse(const char *word, struct arena *a, struct source_word *ret, struct diag *d);

struct source_request {
	const struct source_word *word;
	struct index *index; /* for SOURCE_URL and SOURCE_INDEX */
	const struct interpreter *python; /* for requires-python of the newest sdist */
	bool allow_prereleases;
	int64_t exclude_newer; /* INT64_MAX: none; else an sdist of the index needs an upload time up to then */
	const char *out_path; /* left out of a directory's snapshot */
	const char *ca_file; /* PEM that git trusts instead of the system's certificates; NULL: the system's */
	uint32_t outside_id;
};

struct source_result {
	struct source_tree tree; /* the snapshot; its root is the project (an sdist's single top directory is entered) */
	struct project project; /* pyproject.toml, parsed by hwb-parse; of the subdirectory for git */
	struct bytes display; /* for people and logs, no userinfo */
	struct bytes chosen; /* SOURCE_INDEX: "markupsafe 3.0.2 from the index", for people; else {NULL, 0} */
	struct bytes archive_name; /* "markupsafe-3.0.2.tar.gz" or {NULL, 0} */
	bool has_archive_digest;
	struct sha256 archive_digest;
	struct bytes pkg_info; /* content of an sdist's PKG-INFO, or {NULL, 0} */
	struct bytes commit; /* SOURCE_GIT: resolved, 40 or 64 hexadecimal digits */
	int64_t epoch; /* for SOURCE_DATE_EPOCH: commit time, else newest time; >= 315532800 */
	struct bytes subdirectory; /* of the snapshot, "" for its root */
	struct proxy_report network; /* SOURCE_GIT: what git connected to */
};

/* ERR_REFUSED (exit 4) names the member and the rule; ERR_HASH; ERR_NETWORK; ERR_RESOLVE (no such project or version);
 * ERR_ISOLATION; ERR_FORMAT with line and column for a broken pyproject.toml. tree.fd is the caller's.
 * ret->network is filled on failure too: what was refused is what the user wants to see. */
MUST_USE enum status source_run(const struct run_context *run, const struct source_request *request, struct arena *a,
				struct source_result *ret, struct diag *d);

/* Earliest time that a zip can hold, with a day to spare. */
#define SOURCE_EPOCH_MIN INT64_C(315532800)

/* An archive's bytes into *ret: tree, top directory's name. file_name decides between zip and tar. */
MUST_USE enum status archive_to_tree(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
				     struct source_tree *ret, struct bytes *ret_top, struct diag *d);

/* An archive that we already hold (a freshly built sdist): the same checks, the same snapshot. */
MUST_USE enum status source_from_archive(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
					 struct source_result *ret, struct diag *d);

#endif
