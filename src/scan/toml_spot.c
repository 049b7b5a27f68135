#include "scan/toml_spot.h"

struct toml_spot toml_spot_of(struct file_scan *scan, const struct source_file *file, enum scan_zone zone)
{
	struct toml_spot s = { .scan = scan, .file = file, .zone = zone };
	struct bytes text = file->content;
	for (size_t at = 0; at < text.size; at += bytes_find(bytes_from(text, at), '\n') + 1) {
		s.lines = arena_grow(scan->arena, s.lines, s.n_lines, sizeof *s.lines);
		s.lines[s.n_lines++] = at;
	}
	return s;
}

void toml_tell(const struct toml_spot *s, const char *id, struct bytes name, const struct toml_value *v)
{
	struct spot spot = spot_of(s->scan, s->file, s->zone);
	if (v->line == 0 || v->line > s->n_lines)
		return;
	spot.at = spot.line_start = s->lines[v->line - 1];
	spot.line = v->line;
	spot_tell(&spot, id, name, spot.at);
}
