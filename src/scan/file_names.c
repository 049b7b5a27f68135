/* Names that show something else than they are, or that are one file elsewhere (CVE-2021-42574; format/folded.h). */
#include <stdlib.h>

#include "format/folded.h"
#include "format/unicode.h"
#include "scan/files_parts.h"

/* Marks of direction, and what has no width: Unicode 15, "Bidirectional Algorithm" 2 and "Default_Ignorable_Code_Point". */
static bool is_invisible(uint32_t c)
{
	return c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff ||
	       c == 0x3164 || c == 0x115f || c == 0x1160 || (c >= 0xe0000 && c <= 0xe0fff);
}

static void scan_name(struct file_scan *scan, const struct source_file *file)
{
	struct bytes rest = file->path;
	while (rest.size) {
		uint32_t c = 0;
		size_t size = unicode_read(rest, &c);
		if (!size || is_invisible(c)) {
			file_tell(scan, file, path_zone(file->path), size ? "name.invisible" : "name.not-text", file->path);
			return;
		}
		rest = bytes_from(rest, size);
	}
}

static int compare(const void *a, const void *b)
{
	const struct source_file *const *x = a, *const *y = b;
	int order = folded_compare((*x)->path, (*y)->path);
	return order ? order : bytes_compare((*x)->path, (*y)->path);
}

void file_names_scan(struct file_scan *scan)
{
	struct source_file **sorted = ARENA_ARRAY(scan->arena, struct source_file *, scan->n_files + 1);
	for (size_t i = 0; i < scan->n_files; i++) {
		scan_name(scan, &scan->files[i]);
		sorted[i] = &scan->files[i];
	}
	qsort(sorted, scan->n_files, sizeof *sorted, compare);
	for (size_t i = 1; i < scan->n_files; i++)
		if (folded_compare(sorted[i - 1]->path, sorted[i]->path) == 0)
			file_tell(scan, sorted[i], path_zone(sorted[i]->path), "name.same", sorted[i - 1]->path);
}
