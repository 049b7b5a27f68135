/* Facts about values of a TOML file, told by line. Private to the scan of files. */
#ifndef SCAN_TOML_SPOT_H
#define SCAN_TOML_SPOT_H

#include "format/toml.h"
#include "scan/files_parts.h"

struct toml_spot {
	struct file_scan *scan;
	const struct source_file *file;
	enum scan_zone zone;
	size_t *lines; /* where each begins */
	size_t n_lines;
};

/* Counts the lines once; lives as long as the scan. */
struct toml_spot toml_spot_of(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
/* The line of v is the evidence. */
void toml_tell(const struct toml_spot *s, const char *id, struct bytes name, const struct toml_value *v);

#endif
