#include "check/finding.h"

#include <stdarg.h>

#include "base/wire.h"

void finding_add(struct finding_list *list, const char *id, struct bytes path, const char *format, ...)
{
	const struct finding_rule *rule = finding_rule(bytes_of(id));
	char text[2048];
	if (!rule || list->n_items >= FINDINGS_MAX)
		return;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	list->items = arena_grow(list->arena, list->items, list->n_items, sizeof *list->items);
	list->items[list->n_items++] = (struct finding){
		.id = rule->id,
		.severity = rule->severity,
		.path = arena_copy(list->arena, path),
		.message = arena_copy(list->arena, bytes_of(text)),
		.help = bytes_of(rule->help),
	};
}

enum severity finding_worst(const struct finding_list *list)
{
	enum severity worst = SEVERITY_INFO;
	for (size_t i = 0; i < list->n_items; i++)
		if (list->items[i].severity > worst)
			worst = list->items[i].severity;
	return worst;
}

void finding_list_write(const struct finding_list *list, struct buf *out)
{
	wire_put_u32(out, (uint32_t)list->n_items);
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		wire_put_string(out, f->id);
		wire_put_bytes(out, f->path);
		wire_put_bytes(out, f->message);
		wire_put_bytes(out, f->evidence);
		wire_put_u32(out, f->line);
		wire_put_u32(out, f->column);
		wire_put_u64(out, f->offset);
	}
}

/* Severity and help come from our own table, never from the far side. */
enum status finding_list_read(struct wire *w, struct finding_list *ret, struct diag *d)
{
	uint32_t n = wire_get_count(w, 32);
	if (w->bad || n > FINDINGS_MAX)
		return fail(d, ERR_FORMAT, 0, "the list of findings is malformed");
	for (uint32_t i = 0; i < n; i++) {
		const struct finding_rule *rule = finding_rule(wire_get_bytes(w));
		struct finding f = { .path = arena_copy(ret->arena, wire_get_bytes(w)) };
		f.message = arena_copy(ret->arena, wire_get_bytes(w));
		f.evidence = arena_copy(ret->arena, wire_get_bytes(w));
		f.line = wire_get_u32(w);
		f.column = wire_get_u32(w);
		f.offset = wire_get_u64(w);
		if (w->bad || !rule)
			return fail(d, ERR_FORMAT, 0, "the list of findings is malformed");
		f.id = rule->id;
		f.severity = rule->severity;
		f.help = bytes_of(rule->help);
		ret->items = arena_grow(ret->arena, ret->items, ret->n_items, sizeof *ret->items);
		ret->items[ret->n_items++] = f;
	}
	return OK;
}
