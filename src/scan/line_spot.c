#include "scan/line_spot.h"

struct line_spot line_spot_of(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	struct line_spot s = { .scan = scan, .file = file, .zone = zone };
	struct bytes text = file->content;
	for (size_t at = 0; at < text.size; at += bytes_find(bytes_from(text, at), '\n') + 1) {
		s.lines = arena_grow(scan->arena, s.lines, s.n_lines, sizeof *s.lines);
		s.lines[s.n_lines++] = at;
	}
	return s;
}

void line_tell(const struct line_spot *s, const char *id, struct bytes name, uint32_t line)
{
	struct spot spot = spot_of(s->scan, s->file, s->zone);
	if (line == 0 || line > s->n_lines)
		return;
	spot.at = spot.line_start = s->lines[line - 1];
	spot.line = line;
	spot_tell(&spot, id, name, spot.at);
}

void toml_tell(const struct line_spot *s, const char *id, struct bytes name, const struct toml_value *v)
{
	line_tell(s, id, name, v->line);
}
