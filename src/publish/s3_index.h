/* The index of a static registry: what a bucket says of a project (PEP 691 JSON, the one that counts) and the pages that are made of it
 * (PEP 503 HTML). hwb-parse reads the JSON, for whoever may write to the bucket is a stranger; hwb checks the record again. */
#ifndef PUBLISH_S3_INDEX_H
#define PUBLISH_S3_INDEX_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/run.h"
#include "crypto/digest.h"

/* Text: 16 MiB are some 30,000 files; the same for the record of it. Words: of one value. */
enum { S3_INDEX_MAX = 16 << 20, S3_FILES_MAX = 50000, S3_NAMES_MAX = 200000, S3_WORDS_MAX = 4096 };

struct s3_file {
	struct bytes name, url; /* printable ASCII without blanks and quotes; url is a reference, from the page */
	bool has_digest, has_metadata, yanked;
	struct sha256 digest, metadata; /* of the file, and of FILE.metadata beside it (PEP 658, 714) */
	struct bytes requires_python, yanked_why, upload_time; /* UTF-8 without control characters; may be empty */
	uint64_t size; /* 0: not known */
};

/* Of a project: name, files and versions. Of the root: name is empty, names are the projects. Borrows all. */
struct s3_index {
	struct bytes name; /* normalised (PEP 503) */
	struct s3_file *files; /* by name */
	size_t n_files;
	struct bytes *names; /* versions, or projects; by memcmp order, each once */
	size_t n_names;
};

/* Puts what is new into copies that live in a; false: it was there already. A file of that name and another sha256 stays what it was:
 * look with s3_index_find first. */
bool s3_index_add_file(struct s3_index *index, const struct s3_file *file, struct arena *a);
bool s3_index_add_name(struct s3_index *index, struct bytes name, struct arena *a);
const struct s3_file *s3_index_find(const struct s3_index *index, struct bytes name);

/* index.json and index.html of it; the same for the same index, byte by byte. is_root: the list of projects. */
void s3_index_json(const struct s3_index *index, bool is_root, struct buf *out);
void s3_index_html(const struct s3_index *index, bool is_root, struct buf *out);

/* The record that hwb-parse sends. The reader checks each promise above again. ERR_FORMAT, ERR_LIMIT. *ret lives as long as a and borrows
 * nothing. */
void s3_index_write(const struct s3_index *index, struct buf *out);
MUST_USE enum status s3_index_read(struct bytes record, struct arena *a, struct s3_index *ret, struct diag *d);

/* For hwb-parse only (s3_json.c). Of index.json of a project or, with is_root, of the root; keys that are not known are left away. ERR_FORMAT,
 * ERR_LIMIT. Lives as long as a. */
MUST_USE enum status s3_index_parse(struct bytes text, bool is_root, struct arena *a, struct s3_index *ret, struct diag *d);

/* Asks hwb-parse. fd: a memory file with index.json. ERR_UNCHECKED: nobody knows what it says. ERR_CANCELLED. */
MUST_USE enum status s3_index_ask(const struct run_context *run, int fd, bool is_root, struct arena *a, struct s3_index *ret,
				  struct diag *d);
/* The METADATA of a wheel, as it is: hwb only hashes it and sends it. *ret: init'ed by this. ERR_ARTEFACT, ERR_UNCHECKED, ERR_CANCELLED. */
MUST_USE enum status s3_metadata_ask(const struct run_context *run, int fd, struct bytes file_name, struct buf *ret, struct diag *d);

#endif
