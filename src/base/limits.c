#include "base/limits.h"

#include <stddef.h>

#include "base/number.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define AT(field) offsetof(struct limits, field)

static const struct limit_row rows[] = {
	{ "wall", UNIT_MS, 3600000, 86400000, AT(wall_ms), "wall time of one sandbox" },
	{ "cpu", UNIT_MS, 14400000, 864000000, AT(cpu_ms), "processor time of each process in the sandbox" },
	{ "silence", UNIT_MS, 1200000, 86400000, AT(silence_ms), "time without a byte of output from the backend" },
	{ "memory", UNIT_BYTES, 8 * GIB, 1024 * GIB, AT(memory), "memory of all processes in the sandbox together" },
	{ "disk", UNIT_BYTES, 8 * GIB, 1024 * GIB, AT(disk), "bytes the build may write below /build, /tmp and /out" },
	{ "inodes", UNIT_COUNT, 1000000, 100000000, AT(inodes), "files the build may make in each of those" },
	{ "processes", UNIT_COUNT, 1024, 30000, AT(processes), "processes and threads alive at once" },
	{ "open-files", UNIT_COUNT, 4096, 1048576, AT(open_files), "open files of one process" },
	{ "network-up", UNIT_BYTES, 64 * MIB, 1024 * GIB, AT(network_up), "bytes a build may send to the hosts it is allowed" },
	{ "network-down", UNIT_BYTES, 4 * GIB, 1024 * GIB, AT(network_down), "bytes a build may receive from them" },
	{ "log", UNIT_BYTES, 64 * MIB, 4 * GIB, AT(log_size), "output of the backend that is kept" },
	{ "source-size", UNIT_BYTES, 4 * GIB, 64 * GIB, AT(source_size), "unpacked size of a source" },
	{ "source-members", UNIT_COUNT, 200000, 10000000, AT(source_members), "members of a source" },
	{ "source-ratio", UNIT_COUNT, 200, 100000, AT(source_ratio), "unpacked size over packed size" },
	{ "source-file", UNIT_BYTES, 1 * GIB, 64 * GIB, AT(source_file), "one file of a source" },
	{ "wheel-size", UNIT_BYTES, 2 * GIB, 16 * GIB, AT(wheel_size), "a wheel or sdist the backend makes" },
	{ "wheel-members", UNIT_COUNT, 100000, 1000000, AT(wheel_members), "members of a wheel" },
	{ "download-size", UNIT_BYTES, 2 * GIB, 64 * GIB, AT(download_size), "one downloaded file" },
	{ "page-size", UNIT_BYTES, 64 * MIB, 1 * GIB, AT(page_size), "one index page, decoded" },
	{ "metadata-size", UNIT_BYTES, 4 * MIB, 64 * MIB, AT(metadata_size), "one METADATA file" },
	{ "http", UNIT_MS, 60000, 3600000, AT(http_ms), "time without progress of one transfer" },
	{ "http-retries", UNIT_COUNT, 3, 20, AT(http_retries), "tries again after a failure that may pass" },
	{ "packages", UNIT_COUNT, 200, 10000, AT(packages), "distributions in one environment" },
	{ "metadata-reads", UNIT_COUNT, 2000, 100000, AT(metadata_reads), "METADATA files read for one resolution" },
	{ "resolve", UNIT_MS, 60000, 3600000, AT(resolve_ms), "time of one resolution" },
};

const struct limit_row *limit_rows(size_t *ret_n)
{
	*ret_n = COUNT(rows);
	return rows;
}

static uint64_t *field(struct limits *l, const struct limit_row *row)
{
	return (uint64_t *)(void *)((char *)l + row->at);
}

void limits_init(struct limits *l)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		*field(l, &rows[i]) = rows[i].initial;
}

uint64_t limits_get(const struct limits *l, const struct limit_row *row)
{
	return *(const uint64_t *)(const void *)((const char *)l + row->at);
}

void limits_tighten(struct limits *l, const struct limits *other)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t most = limits_get(other, &rows[i]);
		if (*field(l, &rows[i]) > most)
			*field(l, &rows[i]) = most;
	}
}

static enum status parse(const struct limit_row *row, struct bytes value, uint64_t *ret)
{
	switch (row->unit) {
	case UNIT_COUNT:
		return number_parse_u64(value, row->most, ret);
	case UNIT_BYTES:
		return number_parse_size(value, row->most, ret);
	case UNIT_MS:
		return number_parse_duration(value, row->most, ret);
	}
	return ERR_FORMAT;
}

enum status limits_set(struct limits *l, struct bytes key, struct bytes value, struct diag *d)
{
	static const char *const takes[] = {
		[UNIT_COUNT] = "a number",
		[UNIT_BYTES] = "a size such as 512M",
		[UNIT_MS] = "a time such as 90s or 10m",
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!bytes_equal(key, bytes_of(rows[i].key)))
			continue;
		uint64_t n;
		enum status s = parse(&rows[i], value, &n);
		bool may_be_none = rows[i].at == AT(http_retries);
		if (s == OK && (n > 0 || may_be_none)) {
			*field(l, &rows[i]) = n;
			return OK;
		}
		return fail(d, ERR_USAGE, 0, "limit '%s' takes %s%s, not '%.*s'", rows[i].key, takes[rows[i].unit],
			    s == ERR_LIMIT ? " within its range" : "", BYTES_ARG(value));
	}
	return fail(d, ERR_USAGE, 0, "there is no limit '%.*s'", BYTES_ARG(key));
}
