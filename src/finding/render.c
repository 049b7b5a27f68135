#include "finding/render.h"

struct finding_counts finding_count(const struct finding_list *list)
{
	struct finding_counts c = { .n_allowed = 0 };
	for (size_t i = 0; i < list->n_items; i++) {
		if (list->items[i].allowed.data)
			c.n_allowed++;
		else
			c.n[list->items[i].severity]++;
	}
	c.n[SEVERITY_ERROR] += list->n_dropped;
	return c;
}

static void put_safe(const struct finding_style *style, struct bytes text, struct buf *out)
{
	style->safe(style->context, text, out);
}

/* ---- for people ---- */

static void put_coloured(const struct finding_style *style, const char *colour, const char *text, struct buf *out)
{
	buf_printf(out, "%s%s%s", style->colour ? colour : "", text, style->colour ? "\x1b[0m" : "");
}

/* The part of a file that a finding is about; {NULL, 0} when it is about the file, which is then its path. */
struct bytes finding_member(const struct finding_subject *s, const struct finding *f)
{
	struct bytes name = bytes_base_name(s->path);
	return !s->is_tree && bytes_equal(f->path, name) ? (struct bytes){ NULL, 0 } : f->path;
}

static void put_place(const struct finding_subject *s, const struct finding *f, const struct finding_style *style, struct buf *out)
{
	put_safe(style, s->path, out);
	struct bytes member = finding_member(s, f);
	if (member.size) {
		buf_add_string(out, s->is_tree ? "/" : ": ");
		put_safe(style, member, out);
	}
	if (f->line)
		buf_printf(out, ":%u", f->line);
	if (f->line && f->column)
		buf_printf(out, ":%u", f->column);
}

/* Characters that a terminal shows, near enough: wide ones count as one. */
static size_t width(struct bytes text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++)
		n += (text.data[i] & 0xc0) != 0x80;
	return n;
}

/* The line as it is, but tabs as one blank; the caret stands below the character that the column names. */
static void put_evidence(const struct finding *f, const struct finding_style *style, struct buf *out)
{
	CLEANUP(buf_done) struct buf shown;
	size_t before = f->evidence_column ? f->evidence_column - 1 : 0, caret = 0;
	if (!f->evidence.size)
		return;
	buf_init(&shown, 16 * FINDING_EVIDENCE_MAX);
	put_safe(style, bytes_part(f->evidence, 0, before), &shown);
	caret = width(buf_bytes(&shown));
	put_safe(style, bytes_from(f->evidence, before), &shown);
	for (size_t i = 0; i < shown.size; i++)
		if (shown.data[i] == '\t' || shown.data[i] == '\n')
			shown.data[i] = ' ';
	buf_printf(out, f->line ? "%6u | " : "       | ", f->line);
	buf_add(out, buf_bytes(&shown));
	buf_add_byte(out, '\n');
	if (!f->evidence_column)
		return;
	buf_printf(out, "       | %*s", (int)caret, "");
	put_coloured(style, "\x1b[1;32m", "^", out);
	buf_add_byte(out, '\n');
}

static void put_one(const struct finding_subject *s, const struct finding *f, const struct finding_style *style, struct buf *out)
{
	static const char *const colours[] = { "\x1b[1;36m", "\x1b[1;33m", "\x1b[1;31m" };
	put_place(s, f, style, out);
	buf_add_string(out, ": ");
	put_coloured(style, colours[f->severity], f->allowed.data ? "allowed" : severity_name(f->severity), out);
	buf_printf(out, "[%s]: ", f->id);
	put_safe(style, f->message, out);
	buf_add_byte(out, '\n');
	put_evidence(f, style, out);
	buf_add_string(out, f->allowed.data ? "  because: " : "  help: ");
	put_safe(style, f->allowed.data ? f->allowed : f->help, out);
	buf_add_byte(out, '\n');
}

enum { SHOWN_OF_ONE_ID = 5 };

static bool is_alike(const struct finding *a, const struct finding *b)
{
	return a->id == b->id && a->severity == b->severity && !a->allowed.data == !b->allowed.data;
}

/* How many like this one stand before it. */
static size_t count_before(const struct finding_list *list, size_t at)
{
	size_t n = 0;
	for (size_t i = 0; i < at && n <= SHOWN_OF_ONE_ID; i++)
		n += is_alike(&list->items[i], &list->items[at]);
	return n;
}

static void put_rest(const struct finding_list *list, size_t at, struct buf *out)
{
	size_t n = 0;
	for (size_t i = at; i < list->n_items; i++)
		n += is_alike(&list->items[i], &list->items[at]);
	buf_printf(out, "  and %zu more of %s[%s] (-v shows all of them)\n", n, severity_name(list->items[at].severity),
		   list->items[at].id);
}

void finding_write_text(const struct finding_subject *s, const struct finding_style *style, struct buf *out)
{
	for (size_t i = 0; i < s->list->n_items; i++) {
		const struct finding *f = &s->list->items[i];
		if (!style->with_info && f->severity == SEVERITY_INFO)
			continue;
		size_t before = style->with_all ? 0 : count_before(s->list, i);
		if (before < SHOWN_OF_ONE_ID)
			put_one(s, f, style, out);
		else if (before == SHOWN_OF_ONE_ID)
			put_rest(s->list, i, out);
	}
	if (s->list->n_dropped)
		buf_printf(out, "and %llu more\n", (unsigned long long)s->list->n_dropped);
}

/* ---- for GitHub ---- */

/* In a value of a property ',' and ':' end it; in both '%' and line ends are encoded. */
static void put_command_text(const struct finding_style *style, struct bytes text, bool is_property, struct buf *out)
{
	CLEANUP(buf_done) struct buf safe;
	buf_init(&safe, 16 * text.size + 64);
	put_safe(style, text, &safe);
	for (size_t i = 0; i < safe.size; i++) {
		unsigned char c = safe.data[i];
		if (c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ',')))
			buf_printf(out, "%%%02X", c);
		else
			buf_add_byte(out, c);
	}
}

void finding_write_github(const struct finding_subject *s, const struct finding_style *style, struct buf *out)
{
	static const char *const kinds[] = { "notice", "warning", "error" };
	if (s->unchecked.data) {
		buf_add_string(out, "::error file=");
		put_command_text(style, s->path, true, out);
		buf_add_string(out, "::could not be checked: ");
		put_command_text(style, s->unchecked, false, out);
		buf_add_byte(out, '\n');
	}
	for (size_t i = 0; i < s->list->n_items; i++) {
		const struct finding *f = &s->list->items[i];
		if (f->allowed.data || (!style->with_info && f->severity == SEVERITY_INFO))
			continue;
		buf_printf(out, "::%s file=", kinds[f->severity]);
		put_command_text(style, s->path, true, out);
		if (s->is_tree && f->path.size) {
			buf_add_byte(out, '/');
			put_command_text(style, f->path, true, out);
		}
		if (f->line)
			buf_printf(out, ",line=%u", f->line);
		if (f->line && f->column)
			buf_printf(out, ",col=%u", f->column);
		buf_printf(out, ",title=%s::", f->id);
		struct bytes member = finding_member(s, f);
		if (!s->is_tree && member.size) {
			put_command_text(style, member, false, out);
			buf_add_string(out, ": ");
		}
		put_command_text(style, f->message, false, out);
		buf_add_byte(out, '\n');
	}
}

/* ---- for programs ---- */

void finding_pair_safe(struct json_writer *w, const char *key, struct bytes text, const struct finding_style *style)
{
	CLEANUP(buf_done) struct buf safe;
	buf_init(&safe, 16 * text.size + 64);
	put_safe(style, text, &safe);
	json_pair_string(w, key, buf_bytes(&safe));
}

void finding_put_json(struct json_writer *w, const struct finding *f, struct bytes artefact, const struct finding_style *style)
{
	json_object_begin(w);
	json_pair_cstring(w, "id", f->id);
	json_pair_cstring(w, "severity", severity_name(f->severity));
	if (artefact.data)
		finding_pair_safe(w, "artifact", artefact, style);
	finding_pair_safe(w, "path", f->path, style);
	json_pair_unsigned(w, "line", f->line);
	json_pair_unsigned(w, "column", f->column);
	json_pair_unsigned(w, "offset", f->offset);
	finding_pair_safe(w, "message", f->message, style);
	json_pair_string(w, "help", f->help);
	finding_pair_safe(w, "evidence", f->evidence, style);
	if (f->allowed.data)
		finding_pair_safe(w, "allowed", f->allowed, style);
	json_object_end(w);
}
