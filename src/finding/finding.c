#include "finding/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/wire.h"

const char *severity_name(enum severity severity)
{
	static const char *const names[] = { "info", "warning", "error" };
	return names[severity];
}

struct finding *finding_add(struct finding_list *list, const char *id, struct bytes path, const char *format, ...)
{
	const struct finding_rule *rule = finding_rule(bytes_of(id));
	char text[2048];
	assert(rule);
	if (list->n_items >= FINDINGS_MAX) {
		list->n_dropped++;
		return NULL;
	}
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	list->items = arena_grow(list->arena, list->items, list->n_items, sizeof *list->items);
	struct finding *f = &list->items[list->n_items++];
	*f = (struct finding){
		.id = rule->id,
		.severity = rule->severity[PROFILE_BUILD],
		.given = rule->severity[PROFILE_BUILD],
		.path = arena_copy(list->arena, path),
		.message = arena_copy(list->arena, bytes_of(text)),
		.help = bytes_of(rule->help),
	};
	return f;
}

void finding_lower(struct finding *f, enum severity to)
{
	if (f && to < f->given)
		f->severity = f->given = to;
}

enum severity finding_worst(const struct finding_list *list)
{
	enum severity worst = list->n_dropped ? SEVERITY_ERROR : SEVERITY_INFO;
	for (size_t i = 0; i < list->n_items; i++)
		if (!list->items[i].allowed.data && list->items[i].severity > worst)
			worst = list->items[i].severity;
	return worst;
}

static int compare(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int order = bytes_compare(x->path, y->path);
	if (order == 0)
		order = x->line != y->line ? (x->line < y->line ? -1 : 1) : 0;
	if (order == 0)
		order = x->column != y->column ? (x->column < y->column ? -1 : 1) : 0;
	if (order == 0)
		order = strcmp(x->id, y->id);
	return order ? order : bytes_compare(x->message, y->message);
}

void finding_sort(struct finding_list *list)
{
	if (list->n_items)
		qsort(list->items, list->n_items, sizeof *list->items, compare);
}

void finding_list_join(struct finding_list *list, const struct finding_list *more)
{
	for (size_t i = 0; i < more->n_items; i++) {
		list->items = arena_grow(list->arena, list->items, list->n_items, sizeof *list->items);
		list->items[list->n_items++] = more->items[i];
	}
	list->n_dropped += more->n_dropped;
}

void finding_list_write(const struct finding_list *list, struct buf *out)
{
	wire_put_u32(out, (uint32_t)list->n_items);
	for (size_t i = 0; i < list->n_items; i++) {
		const struct finding *f = &list->items[i];
		wire_put_string(out, f->id);
		wire_put_u32(out, f->given);
		wire_put_bytes(out, f->path);
		wire_put_bytes(out, f->message);
		wire_put_bytes(out, f->evidence);
		wire_put_u32(out, f->line);
		wire_put_u32(out, f->column);
		wire_put_u32(out, f->evidence_column);
		wire_put_u64(out, f->offset);
		wire_put_u32(out, f->ends);
	}
	wire_put_u64(out, list->n_dropped);
}

static enum status read_one(struct wire *w, struct finding_list *list, struct diag *d)
{
	const struct finding_rule *rule = finding_rule(wire_get_bytes(w));
	uint32_t given = wire_get_u32(w);
	struct finding f = { .path = arena_copy(list->arena, wire_get_bytes(w)) };
	f.message = arena_copy(list->arena, wire_get_bytes(w));
	f.evidence = arena_copy(list->arena, wire_get_bytes(w));
	f.line = wire_get_u32(w);
	f.column = wire_get_u32(w);
	f.evidence_column = wire_get_u32(w);
	f.offset = wire_get_u64(w);
	f.ends = wire_get_u32(w);
	if (w->bad || !rule || given > rule->severity[PROFILE_BUILD])
		return fail(d, ERR_FORMAT, 0, "the list of findings is malformed");
	f.id = rule->id;
	f.severity = f.given = (enum severity)given;
	f.help = bytes_of(rule->help);
	list->items = arena_grow(list->arena, list->items, list->n_items, sizeof *list->items);
	list->items[list->n_items++] = f;
	return OK;
}

enum status finding_list_read(struct wire *w, struct finding_list *ret, struct diag *d)
{
	enum { FINDING_SIZE_MIN = 44 };
	uint32_t n = wire_get_count(w, FINDING_SIZE_MIN);
	if (w->bad || n > FINDINGS_MAX)
		return fail(d, ERR_FORMAT, 0, "the list of findings is malformed");
	for (uint32_t i = 0; i < n; i++) {
		enum status s = read_one(w, ret, d);
		if (s)
			return s;
	}
	ret->n_dropped = wire_get_u64(w);
	return w->bad ? fail(d, ERR_FORMAT, 0, "the list of findings is malformed") : OK;
}
