/* What was about to be sent and what arrived: HWB_HOME/publish, one file for each name at each registry. A run that was killed between
 * the two left an intent, and the next one knows that the file may be there. */
#ifndef PUBLISH_JOURNAL_H
#define PUBLISH_JOURNAL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "crypto/digest.h"

enum journal_state { JOURNAL_NOTHING, JOURNAL_INTENT, JOURNAL_RECEIPT };

struct journal_entry {
	enum journal_state state;
	const char *registry; /* its upload URL */
	struct bytes file;
	struct sha256 digest;
	const char *run; /* whose entry it is */
};

/* Opens the folder, making it (0700). home: HWB_HOME. ERR_IO. */
MUST_USE enum status journal_open(int home, int *ret_dir, struct diag *d);
/* The last entry for that file at that registry; state JOURNAL_NOTHING when there is none. ERR_IO, ERR_FORMAT: it is there and cannot be
 * read. Lives as long as a. */
MUST_USE enum status journal_read(int dir, const char *registry, struct bytes file, struct arena *a, struct journal_entry *ret,
				  struct diag *d);
/* Replaces it; an intent is on the disk when this returns. (A receipt that a failing machine loses is found again: the index has the file.)
 * ERR_IO. */
MUST_USE enum status journal_write(int dir, const struct journal_entry *entry, struct diag *d);

#endif
