/* Facts about lines of a file whose parser gives their numbers. Private to the scan of files. */
#ifndef SCAN_LINE_SPOT_H
#define SCAN_LINE_SPOT_H

#include "format/toml.h"
#include "scan/files_parts.h"

struct line_spot {
	struct file_scan *scan;
	const struct source_file *file;
	enum scan_zone zone;
	size_t *lines; /* where each begins */
	size_t n_lines;
};

/* Counts the lines once; lives as long as the scan. */
struct line_spot line_spot_of(struct file_scan *scan, const struct source_file *file, enum scan_zone zone);
/* Nothing when there is no such line. */
void line_tell(const struct line_spot *s, const char *id, struct bytes name, uint32_t line);
/* The line of v is the evidence. */
void toml_tell(const struct line_spot *s, const char *id, struct bytes name, const struct toml_value *v);

#endif
