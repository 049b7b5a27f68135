/* A directory of the host as a snapshot (format/snapshot.h): read once, by descriptor, following no link.
 * What a build must not see is left out and said: output, environments, caches, credentials, most of .git. */
#ifndef SOURCE_TREE_H
#define SOURCE_TREE_H

#include "base/arena.h"
#include "base/run.h"
#include "crypto/digest.h"

struct left_out {
	struct bytes path;
	const char *why; /* "credentials", "a link out of the tree", ... */
};

struct source_tree {
	int fd; /* a sealed memory file; the caller closes */
	struct sha256 digest; /* of the snapshot's bytes */
	uint64_t size; /* of the snapshot */
	size_t n_entries;
	int64_t newest_unix; /* newest modification time of a file in it, 0 when it has none */
	bool has_git;
	const struct left_out *left_out; /* only what a person should know of: credentials, links, odd files */
	size_t n_left_out;
};

/* Reads the directory. out_path: the output folder, left out when it lies inside; NULL for none.
 * ERR_REFUSED for a tree over the limits (source-size, source-members, source-file; what is left out and said is a member too) or
 * a name a snapshot cannot hold, ERR_IO when something cannot be read or changes while it is read. Strings live as long as a. */
MUST_USE enum status source_tree_read(const struct run_context *run, const char *path, const char *out_path, struct arena *a,
				      struct source_tree *ret, struct diag *d);

#endif
