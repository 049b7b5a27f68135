#include "redact/secrets.h"

#include <string.h>

#include "redact/check.h"
#include "redact/find.h"
#include "redact/mask.h"

/* ---- the walk: lines, windows of lines, and keys that go over many lines ---- */

/* What is looked at next, and how far what was found counts. */
struct unit {
	size_t from, to; /* in the text */
	size_t cut; /* behind it the next window decides */
	size_t next; /* where the next unit begins */
	bool is_window; /* the line goes on */
};

struct walking {
	struct secret_walk *walk;
	struct bytes text;
	bool is_last;
	secret_found found;
	void *context;
};

static void report(const struct walking *w, struct secret_span span)
{
	if (span.size)
		w->found(w->context, &span);
}

static void report_more(const struct walking *w, size_t from, size_t to, unsigned rule)
{
	report(w, (struct secret_span){ from, to - from, (uint16_t)rule, SECRET_HIGH, true });
}

static bool unit_at(const struct walking *w, size_t at, struct unit *ret)
{
	struct bytes window = bytes_part(w->text, at, SECRET_WINDOW);
	size_t newline = bytes_find(window, '\n');
	if (newline < window.size)
		*ret = (struct unit){ at, at + newline, at + newline, at + newline + 1, false };
	else if (window.size == SECRET_WINDOW)
		*ret = (struct unit){ at, at + window.size, at + window.size - SECRET_OVERLAP, 0, true };
	else if (w->is_last)
		*ret = (struct unit){ at, at + window.size, at + window.size, at + window.size, false };
	else
		return false;
	return true;
}

/* One unit: reports, and says where to go on. */
static size_t look(const struct walking *w, const struct unit *u)
{
	struct find_result r;
	size_t cut = u->cut;
	find_in_line(w->walk->scanner, bytes_part(w->text, u->from, u->to - u->from), &r);
	for (size_t i = 0; i < r.n; i++) {
		struct secret_span span = r.spans[i];
		span.offset += u->from;
		size_t end = span.offset + span.size;
		if (span.offset >= cut)
			break;
		report(w, span);
		if (end > cut)
			cut = end;
		w->walk->in_token = u->is_window && end == u->to;
	}
	if (r.opens_key && r.key_at + u->from < cut) {
		pem_begin(&w->walk->pem, r.key_at);
		w->walk->pem.in_line = u->is_window;
		w->walk->in_token = false;
	} else if (r.names_key && !u->is_window && !w->walk->pem.is_open) {
		pem_begin(&w->walk->pem, 0);
		w->walk->pem.is_named = w->walk->pem.is_apart = true;
	}
	return u->is_window ? cut : u->next;
}

/* The rest of what reached the end of its window. */
static size_t finish_token(const struct walking *w, const struct unit *u)
{
	size_t i = u->from;
	while (i < u->to && find_is_token(w->text.data[i]))
		i++;
	report_more(w, u->from, i, SECRET_RULE_LINE);
	w->walk->in_token = i == u->to && u->is_window;
	return i;
}

/* With controls in the marker there is no place in the line to end at. */
static bool pem_ends_plain(const struct walking *w, struct bytes line)
{
	struct bytes plain = find_plain(w->walk->scanner, line);
	return pem_find_end(plain) <= plain.size;
}

/* Lines that are shown between hidden ones must not come together: a secret could be made of them. Returns what was reported. */
static size_t report_line(const struct walking *w, size_t from, size_t to)
{
	size_t size = to - from;
	if (w->text.data[to - 1] == '\n')
		size--;
	report(w, (struct secret_span){ from, size, (uint16_t)find_key_rule(w->walk->scanner), SECRET_HIGH, false });
	return to - from;
}

/* Where another key begins or ends, or was: a second pass must see in the mask what the first saw in the marker. */
static bool has_marker(struct bytes line)
{
	return bytes_search(line, BYTES("-----")) < line.size || bytes_search(line, BYTES(MASK_BEGIN)) < line.size;
}

static size_t take_key(const struct walking *w, const struct unit *u, size_t *ret_next)
{
	struct pem *pem = &w->walk->pem;
	struct bytes line = bytes_part(w->text, u->from, u->to - u->from);
	size_t end = pem_find_end(line), from = u->from;
	if (pem->is_named) {
		pem->is_named = false;
		pem->is_open = !u->is_window && !has_marker(line) && pem_is_body(find_plain(w->walk->scanner, line));
		*ret_next = from;
		return from;
	}
	if (end <= line.size) {
		pem->is_open = false;
		end += u->from;
		/* A line of its own goes away whole; the one in which the key began stays a line. */
		if (!pem->in_line && !u->is_window && bytes_trim(bytes_part(w->text, end, u->to - end)).size == 0)
			end = u->next;
		*ret_next = end;
	} else if (u->is_window) {
		*ret_next = u->cut;
	} else if (pem->in_line) {
		pem->in_line = false;
		report_more(w, from, u->to, find_key_rule(w->walk->scanner));
		*ret_next = u->next;
		return u->to;
	} else if (pem_ends_plain(w, line)) {
		pem->is_open = false;
		*ret_next = u->next;
	} else if (pem_take_line(pem, find_plain(w->walk->scanner, line))) {
		*ret_next = u->next;
	} else {
		*ret_next = pem->is_open ? look(w, u) : from;
		pem->is_apart = true;
		return *ret_next;
	}
	if (pem->is_apart)
		from += report_line(w, from, *ret_next);
	pem->is_apart = false;
	report_more(w, from, *ret_next, find_key_rule(w->walk->scanner));
	return *ret_next;
}

static size_t line_start(struct bytes text, size_t at)
{
	size_t before = bytes_find_last(bytes_part(text, 0, at), '\n');
	return before < at ? before + 1 : 0;
}

/* Many lines at once, none longer than a window: only those with a match or a control character are looked at one by one. The
 * first may be the rest of a line. Returns where it stopped: at `to`, or before when a key was opened. */
static size_t look_at_lines(const struct walking *w, size_t from, size_t to)
{
	const struct bytes text = bytes_part(w->text, from, to - from);
	size_t at = 0, control = find_control(w->walk->scanner, text);
	while (at < text.size) {
		size_t line = find_line(w->walk->scanner, bytes_part(text, 0, control), at);
		if (line == text.size)
			break;
		if (line == control)
			line = line_start(text, control);
		size_t end = line + bytes_find(bytes_from(text, line), '\n');
		size_t next = end < text.size ? end + 1 : text.size;
		struct unit u = { from + line, from + end, from + end, from + next, false };
		(void)look(w, &u);
		at = next;
		if (w->walk->pem.is_open)
			break;
		if (control < at)
			control = at + find_control(w->walk->scanner, bytes_from(text, at));
	}
	return w->walk->pem.is_open ? from + at : to;
}

size_t secret_walk(struct secret_walk *walk, struct bytes text, bool is_last, secret_found found, void *context)
{
	const struct walking w = { walk, text, is_last, found, context };
	size_t at = 0;
	while (at < text.size) {
		struct unit u;
		struct bytes window = bytes_part(text, at, SECRET_WINDOW);
		size_t newline = bytes_find_last(window, '\n');
		if (!walk->pem.is_open && !walk->in_token && newline < window.size) {
			at = look_at_lines(&w, at, at + newline + 1);
			continue;
		}
		if (!unit_at(&w, at, &u))
			break;
		if (walk->in_token)
			at = finish_token(&w, &u);
		else if (walk->pem.is_open)
			(void)take_key(&w, &u, &at);
		else
			at = look(&w, &u);
	}
	return at;
}

void secret_find(struct secret_scanner *s, struct bytes text, secret_found found, void *context)
{
	struct secret_walk walk = { .scanner = s };
	(void)secret_walk(&walk, text, true, found, context);
}

void secret_mask(void *masking, const struct secret_span *span)
{
	struct secret_masking *m = masking;
	buf_add(m->out, bytes_part(m->text, m->written, span->offset - m->written));
	m->written = span->offset + span->size;
	if (!span->continues)
		mask_write(secret_rule_id(span->rule), m->out);
}

void secret_mask_rest(const struct secret_masking *m, size_t end)
{
	buf_add(m->out, bytes_part(m->text, m->written, end - m->written));
}
