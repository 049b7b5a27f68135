/* The members of an archive on their way into a snapshot: the rules that hold for every format are here, once.
 * Runs in hwb-parse and hwb-unpack. Private to source/. */
#ifndef SOURCE_MEMBERS_H
#define SOURCE_MEMBERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

struct source_limits {
	uint64_t size, members, ratio, file;
};
struct wire;
void source_limits_write(const struct source_limits *l, struct buf *out);
struct source_limits source_limits_read(struct wire *w);

/* What the archive says of one member, as it says it. */
struct member {
	struct bytes path; /* raw: "./pkg-1.0/setup.py" */
	char type; /* 'd', 'f' (mode decides 'x'), 'l' symbolic, 'h' hard link, '?' anything else */
	uint32_t mode;
	struct bytes target; /* of a link */
	uint64_t size;
	int64_t mtime;
};

struct member_set {
	struct arena *arena;
	struct source_limits limits;
	uint64_t packed_size; /* of the archive, for the ratio */
	struct kept_member *kept;
	size_t n_kept;
	uint64_t size;
	int64_t newest;
	int spool_fd; /* contents, one behind the other */
	uint64_t spool_size;
};

/* Judges one member by its header. ERR_REFUSED names it and the rule: absolute, "..", a device or pipe, setuid, a link out of the
 * tree, too many, too large, a ratio. *ret_wants_content: the caller then calls members_content until all of it is there. */
MUST_USE enum status members_add(struct member_set *s, const struct member *m, bool *ret_wants_content, struct diag *d);
MUST_USE enum status members_content(struct member_set *s, struct bytes piece, struct diag *d);

/* Sorts, refuses clashes (the same path twice with different content, case folding, a file that is also a directory, a link
 * that is also a directory), takes the single top directory off, and writes the snapshot. */
MUST_USE enum status members_write(struct member_set *s, int out_fd, struct buf *reply, struct diag *d);

#endif
