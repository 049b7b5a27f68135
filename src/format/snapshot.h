/* A source tree as one immutable file: what is scanned, hashed and built are these bytes (DESIGN.md section 3).
 * Layout, little-endian: "HWBTREE1", then entries in memcmp order of their paths, then a byte 'e'.
 * Entry: u8 type ('d' directory, 'f' file, 'x' executable file, 'l' symbolic link), u32 path size, path,
 * u64 content size (0 for 'd'; the target for 'l'), content. A parent directory always comes before what is in it.
 * Paths are relative, '/'-separated, without empty, '.' or '..' components, without NUL, at most 4,095 bytes; components at
 * most 255 bytes each and 100 in all (whoever walks a tree holds a descriptor for each). Link targets are relative and stay inside the tree: '..' only at their start.
 * The digest of a tree is the sha256 of this file. */
#ifndef FORMAT_SNAPSHOT_H
#define FORMAT_SNAPSHOT_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

struct snapshot_entry {
	char type; /* 'd', 'f', 'x' or 'l' */
	struct bytes path;
	struct bytes content; /* of a file, or the target of a link */
};

enum { SNAPSHOT_PATH_MAX = 4095, SNAPSHOT_NAME_MAX = 255, SNAPSHOT_DEPTH_MAX = 100 };

struct snapshot_reader {
	struct bytes rest;
	struct bytes last_path;
	uint64_t offset;
	bool ended;
	/* Bit i: the first i bytes of last_path are a directory of this tree. In memcmp order every directory that can still
	 * get members is a prefix of the path just read, so these bits are all there is to remember. */
	unsigned char is_directory[(SNAPSHOT_PATH_MAX + 1) / 8];
};

/* Starts reading a whole snapshot (usually mapped). ERR_FORMAT when the magic is missing. */
MUST_USE enum status snapshot_open(struct bytes file, struct snapshot_reader *ret, struct diag *d);
/* The next entry, its slices borrowed from the file; ERR_ABSENT (without a diag) at the end.
 * ERR_FORMAT for any breach of the layout above, with the offset: order, paths and links are checked here, so that a
 * consumer may trust them even when the writer was hostile. */
MUST_USE enum status snapshot_next(struct snapshot_reader *r, struct snapshot_entry *ret, struct diag *d);
/* Looks one path up by reading through; ERR_ABSENT without a diag when it is not there. */
MUST_USE enum status snapshot_find(struct bytes file, struct bytes path, struct snapshot_entry *ret, struct diag *d);

/* Whether a path obeys the rules above. */
bool snapshot_path_ok(struct bytes path);
/* Whether a link at `path` to `target` stays inside the tree: relative, and '..' only at its start and at most as often as
 * `path` has parents. A '..' behind a name could go up from wherever another link led, so names alone would not tell. */
bool snapshot_link_ok(struct bytes path, struct bytes target);

/* Writing: the caller brings the entries in order. The header of an entry whose content follows. */
void snapshot_put_start(struct buf *out);
void snapshot_put_header(struct buf *out, char type, struct bytes path, uint64_t content_size);
void snapshot_put_end(struct buf *out);

#endif
