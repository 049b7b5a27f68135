/* What a git repository says of its newest commit, as far as its time is wanted: references, loose objects, packs and their indexes of version 2
 * (gitrepository-layout(5), gitformat-pack(5)). Nothing is verified against its name: whoever could change an object could change the source. */
#ifndef FORMAT_GIT_H
#define FORMAT_GIT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

/* Bytes of a commit's text; deltas behind one another, of which git makes 50 unless told otherwise. */
enum { GIT_COMMIT_MAX = 1 << 20, GIT_DELTAS_MAX = 100, GIT_ID_MAX = 32 };

struct git_id {
	unsigned char bytes[GIT_ID_MAX];
	size_t size; /* 20 (SHA-1) or 32 (SHA-256) */
};
/* The text of HEAD or of a loose reference: an id, or "ref: NAME". On OK exactly one of the two is there: ret_ref is borrowed from text, and
 * {NULL, 0} when there is an id. ERR_FORMAT without a diag. */
MUST_USE enum status git_reference_parse(struct bytes text, struct git_id *ret_id, struct bytes *ret_ref);
/* Looks a reference up in the text of packed-refs. ERR_ABSENT without a diag. */
MUST_USE enum status git_packed_reference_find(struct bytes text, struct bytes ref, struct git_id *ret);
/* "objects/xx/yyy…": where a loose object of that id is, below .git. Lives as long as a. */
const char *git_loose_path(const struct git_id *id, struct arena *a);

/* The text of a commit out of the file of a loose object. Lives as long as a. ERR_FORMAT, ERR_LIMIT without a diag. */
MUST_USE enum status git_loose_commit(struct bytes file, struct arena *a, struct bytes *ret);
/* The same out of a pack and its index; a delta's base is looked for in the same pack. ERR_ABSENT: it is not there. ERR_FORMAT, ERR_LIMIT. */
MUST_USE enum status git_pack_commit(struct bytes index, struct bytes pack, const struct git_id *id, struct arena *a,
				     struct bytes *ret);

/* When it was committed, in seconds since 1970. ERR_FORMAT without a diag. */
MUST_USE enum status git_commit_time(struct bytes commit, int64_t *ret);

#endif
