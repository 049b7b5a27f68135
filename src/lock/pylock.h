/* Lock files: pylock.toml of packaging.python.org (PEP 751), those of hwb with what they were made from in [tool.hwb].
 * A lock pins, it never widens: its URLs are for people and for other tools, hwb asks the operator's indexes (locked.h). */
#ifndef LOCK_PYLOCK_H
#define LOCK_PYLOCK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "crypto/digest.h"
#include "format/toml.h"

/* The lock of a universal set of 200 packages has about 10,000 files. */
enum { PYLOCK_SIZE_MAX = TOML_MAX_SIZE, PYLOCK_PACKAGES_MAX = 4096, PYLOCK_FILES_MAX = 4096, PYLOCK_TEXTS_MAX = 1024 };

struct pylock_file {
	struct bytes filename; /* of a wheel or an sdist of its package and version */
	struct bytes url; /* as written, also a path; {NULL, 0}: neither */
	struct bytes upload_time; /* RFC 3339; {NULL, 0}: not said */
	bool is_sdist, has_size;
	uint64_t size;
	struct sha256 digest;
};

struct pylock_package {
	struct bytes name; /* normalised */
	struct bytes version; /* as written; {NULL, 0}: not said, which is allowed of a source tree alone */
	struct bytes marker, requires_python, index; /* {NULL, 0}: none */
	struct bytes other; /* "vcs", "directory", "archive": what stands there instead of files; {NULL, 0}: files */
	const struct pylock_file *files;
	size_t n_files;
	uint32_t line;
};

struct pylock {
	struct bytes created_by, requires_python; /* the second: {NULL, 0}: none */
	const struct bytes *environments; /* markers, one of which must hold; none: any */
	size_t n_environments;
	const struct pylock_package *packages; /* in the order of the file; a name may be there more than once, by marker */
	size_t n_packages;

	bool is_ours; /* there is a [tool.hwb]; what follows is from there */
	bool has_input;
	struct sha256 input; /* pylock_input of what it was made for */
	const struct bytes *requires, *dynamic; /* as the project and as its backend asked */
	size_t n_requires, n_dynamic;
	struct bytes exclude_newer; /* RFC 3339; {NULL, 0}: none */
	bool universal;
	const struct bytes *targets; /* "cpython 3.11.7 manylinux_2_36_x86_64": for people */
	size_t n_targets;
};

/* What a lock is for: [build-system] as the project wrote it. */
struct sha256 pylock_input(const struct bytes *requires, size_t n, struct bytes backend);

/* "pylock.toml" or "pylock.NAME.toml", the last part of path. */
bool pylock_is_name(struct bytes path);

/* text: the whole file. *ret lives as long as a and needs text no more. ERR_FORMAT with line and column: an unknown lock-version, a file
 * without a sha256, a name that is not a project's; ERR_LIMIT. */
MUST_USE enum status pylock_parse(struct bytes text, struct arena *a, struct pylock *ret, struct diag *d);
/* Packages sorted by name, then by version, keys in one order: the same lock is the same bytes. */
void pylock_write(const struct pylock *lock, struct buf *out);

/* The record that hwb-parse sends. The reader checks everything again: ERR_FORMAT. */
void pylock_record_write(const struct pylock *lock, struct buf *out);
MUST_USE enum status pylock_record_read(struct bytes record, struct arena *a, struct pylock *ret, struct diag *d);

#endif
