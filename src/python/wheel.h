/* A wheel as a whole: its archive, its one .dist-info folder, its RECORD held against every byte (PEP 427, PEP 376).
 * Whoever unpacks, packs or checks a wheel starts here; each breach has the id of data's check table. */
#ifndef PYTHON_WHEEL_H
#define PYTHON_WHEEL_H

#include "format/zip.h"
#include "python/name.h"
#include "python/record.h"

struct wheel {
	struct zip zip;
	struct wheel_name name;
	struct bytes dist_info; /* "name-1.0.dist-info", without a slash */
	struct bytes data; /* "name-1.0.data", or {NULL, 0} */
	struct record record;
	bool has_record;
};

/* Told of each breach: id ("R03"), the member or {NULL, 0}, a sentence. */
typedef void wheel_report(void *context, const char *id, struct bytes path, const char *sentence);

/* Opens the archive, finds the folder that the file name promises and reads RECORD. Inflates RECORD only.
 * ERR_FORMAT, ERR_REFUSED or ERR_LIMIT: what stops any further look; d->rule is the id of the broken rule. */
MUST_USE enum status wheel_open(struct bytes file, struct bytes file_name, const struct zip_limits *limits, struct arena *a,
				struct wheel *ret, struct diag *d);
/* The last two steps of it alone, for who goes on after one of them failed: w has a name and an open archive. Errors as wheel_open. */
MUST_USE enum status wheel_find_folders(struct wheel *w, struct arena *a, struct diag *d);
MUST_USE enum status wheel_read_record(struct wheel *w, struct arena *a, struct diag *d);

/* Shown each member in the order of the archive. content: the whole of it; {NULL, 0} with a size that is not 0 means that it is larger
 * than WHEEL_VISIT_MAX. Both are borrowed for the call. */
struct wheel_visit {
	void (*see)(void *context, const struct zip_entry *entry, struct bytes content);
	struct room *room; /* where the content is meanwhile */
};
enum { WHEEL_VISIT_MAX = 256 << 20 };

/* Every member against RECORD and RECORD against the members: present once, hash and size right, plain files without links and
 * set-id bits. Without a RECORD the members alone. Reports all breaches; OK also when there are some. ERR_FORMAT when a member cannot be inflated (reported too).
 * visit: NULL, or who wants to see what was read. context is for both. */
MUST_USE enum status wheel_verify(const struct wheel *w, struct arena *a, wheel_report *report, const struct wheel_visit *visit,
				  void *context, struct diag *d);

/* The content of NAME in the .dist-info folder. ERR_ABSENT without a diag when there is none. */
MUST_USE enum status wheel_read_info(const struct wheel *w, const char *name, struct buf *out, struct diag *d);
/* METADATA of a wheel of which nothing else is wanted: a copy in a. Errors as wheel_open; ERR_FORMAT also when there is none, ERR_LIMIT
 * beyond METADATA_SIZE_MAX. */
MUST_USE enum status wheel_metadata(struct bytes file, struct bytes file_name, const struct zip_limits *limits, struct arena *a,
				    struct bytes *ret, struct diag *d);

#endif
