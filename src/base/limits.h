/* Every limit a user can change: one row each in limits.c, with its key in hwb.toml, its default and its reason. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include "base/bytes.h"
#include "base/status.h"

struct limits {
	uint64_t wall_ms, cpu_ms, silence_ms;
	uint64_t memory, disk, inodes, processes, open_files, log_size;
	uint64_t network_up, network_down;
	uint64_t source_size, source_members, source_ratio, source_file;
	uint64_t wheel_size, wheel_members;
	uint64_t download_size, page_size, metadata_size, http_ms, http_retries;
	uint64_t packages, metadata_reads, resolve_ms;
};

enum limit_unit { UNIT_COUNT, UNIT_BYTES, UNIT_MS };

struct limit_row {
	const char *key; /* in [limits] of hwb.toml, and HWB_LIMIT_<KEY> */
	enum limit_unit unit;
	uint64_t initial, most;
	size_t at; /* offset in struct limits */
	const char *what; /* for hwb.toml(5) */
};

/* All rows, in the order of the man page. */
const struct limit_row *limit_rows(size_t *ret_n);
void limits_init(struct limits *l);
/* Lowers every limit of l that is above that of other. */
void limits_tighten(struct limits *l, const struct limits *other);
/* Sets one limit by key from text such as "10m", "2G", "4096". ERR_USAGE names the key and what it takes. */
MUST_USE enum status limits_set(struct limits *l, struct bytes key, struct bytes value, struct diag *d);
uint64_t limits_get(const struct limits *l, const struct limit_row *row);

#endif
