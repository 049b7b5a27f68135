/* An index made of text, for tests of the resolver: no processes, no files.
 * A line: NAME VERSION [word...] [: requirement | requirement]. The words are in table.c. */
#ifndef TESTS_LOCK_TABLE_H
#define TESTS_LOCK_TABLE_H

#include "lock/resolver.h"

struct entry {
	struct bytes project;
	struct index_file file;
	const char *metadata; /* METADATA text */
	enum status metadata_status;
};

struct table {
	struct arena *arena;
	struct entry *entries;
	size_t n;
	const char *quarantined; /* a name, or NULL */
	const char *broken; /* the page of this name cannot be fetched, or NULL */
	int cache_dir; /* -1: none */
	unsigned delay_us; /* how long a page takes */
	size_t n_pages, n_metadata, n_prefetched;
};

void table_init(struct table *t, const char *text, struct arena *a);
struct lock_source table_source(struct table *t);
/* The file of that name, or NULL. */
const struct index_file *table_file(const struct table *t, struct bytes filename);

/* CPython 3.11.7 on Linux with glibc 2.36. */
const struct interpreter *table_python(struct arena *a);

/* Everything a resolution is asked with, as text. Zero is a good start. */
struct question {
	const char *index; /* lines of a table */
	const char *requires; /* "a>=1 | b"; "{FILE}" as in constraints */
	const char *allowed; /* beginnings of URLs: "https://x.test/ | https://y.test/" */
	const char *constraints; /* a constraints file; "{FILE}" stands for the sha256 of that file */
	const char *preferred; /* file names of wheels: "a-1.0-py3-none-any.whl | ..." */
	bool prereleases, offline;
	int64_t exclude_newer, min_age;
	const char *exempt; /* from min_age: "a | b" */
	uint64_t packages, reads; /* limits; 0: the usual ones */
};

struct answer {
	enum status status;
	struct lock_result result;
	struct diag diag;
	const char *pins; /* "a 1.0, b[x] 2.0"; on failure the words of the diag */
};

/* The text with all "{FILE}" replaced. */
const char *table_digests(const char *text, struct arena *a);
/* Splits "a | b" into trimmed parts. */
size_t table_split(const char *text, struct bytes *ret, size_t max);
struct lock_request table_request(const struct question *q, const struct table *t, struct arena *a);
struct answer table_ask(const struct question *q, struct arena *a);
struct answer table_ask_of(const struct question *q, struct table *t, struct arena *a);

#endif
