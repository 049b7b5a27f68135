/* The imported export: CACHE/vuln/db, one file, from names to advisories. hwb-parse writes it (store_write.h), hwb looks into it.
 * Little-endian: the magic; u64 newest `modified`, number of advisories, number of rows, offset of the rows; records
 * (advisory/record.h); names; rows of STORE_ROW_SIZE, sorted by name: u64 offset of the name, u64 of the record, u32 size of each. */
#ifndef ADVISORY_STORE_H
#define ADVISORY_STORE_H

#include "advisory/record.h"
#include "base/run.h"

enum { STORE_HEADER_SIZE = 40, STORE_ROW_SIZE = 24 };
#define STORE_MAGIC BYTES("HWBADV01")
/* 200,000 advisories take about 300 MiB. */
#define STORE_SIZE_MAX (UINT64_C(8) << 30)

struct store {
	struct bytes file; /* mapped until the program ends: what is found borrows from it */
	int64_t newest_unix; /* of all `modified`: the date of the export */
	uint64_t n_advisories, n_rows, rows_at;
};

/* Opens CACHE/vuln/db and checks its frame; what a row says is checked when it is looked at. ERR_ABSENT with a remedy: nothing was
 * imported. ERR_FORMAT, ERR_IO. */
MUST_USE enum status store_open(int cache_dir, struct store *ret, struct diag *d);
/* The same over bytes, which are borrowed. ERR_FORMAT. */
MUST_USE enum status store_over(struct bytes file, struct store *ret, struct diag *d);

/* All advisories about a normalised name of PyPI, in the order of the file; none is no error. They live as long as a and the store.
 * ERR_FORMAT: a row or a record makes no sense. Time: O(log n). */
MUST_USE enum status store_find(const struct store *s, struct bytes name, struct arena *a, const struct advisory **ret,
				size_t *ret_n, struct diag *d);

struct store_import {
	uint64_t n_advisories, n_names; /* about PyPI */
	uint64_t n_others; /* records about other ecosystems, which were left out */
	int64_t newest_unix;
};

/* Replaces CACHE/vuln/db by what is in an export (a zip of ID.json): whole or not at all. path: below the working directory.
 * ERR_USAGE: there is no such file, or it is no such export; ERR_LIMIT; ERR_UNCHECKED: hwb-parse died; ERR_IO. */
MUST_USE enum status store_import(const struct run_context *run, int cache_dir, const char *path, struct store_import *ret,
				  struct diag *d);

#endif
