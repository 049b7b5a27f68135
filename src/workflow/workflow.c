#include "workflow/workflow.h"

#include "workflow/parts.h"

/* A key, or an item of a sequence, that is open while deeper lines follow. */
struct frame {
	size_t indent;
	bool is_item;
	bool has_value; /* nothing may be below it */
	bool has_children;
	size_t child_indent; /* of its first key */
};

struct reader {
	struct facts facts;
	struct bytes rest;
	uint32_t line;
	bool has_begun;
	struct frame frames[WORKFLOW_DEPTH_MAX];
	struct bytes path[WORKFLOW_DEPTH_MAX];
	size_t depth;
	bool in_block; /* lines deeper than block_indent are text */
	size_t block_indent;
	const char *why; /* it was not read further; NULL: it is well so far */
};

static void stop(struct reader *r, const char *why)
{
	r->why = r->why ? r->why : why;
}

static void emit(struct reader *r, enum node_kind kind, struct bytes text, bool is_escaped)
{
	struct node n = { kind, r->path, r->depth, text, is_escaped, r->line };
	const char *why = NULL;
	if (!r->why && r->depth && !facts_add(&r->facts, &n, &why))
		stop(r, why);
}

static void push(struct reader *r, size_t indent, bool is_item, struct bytes key)
{
	if (r->depth == WORKFLOW_DEPTH_MAX) {
		stop(r, "it is nested too deeply");
		return;
	}
	r->frames[r->depth] = (struct frame){ .indent = indent, .is_item = is_item };
	r->path[r->depth++] = key;
}

static struct frame *top(struct reader *r)
{
	return r->depth ? &r->frames[r->depth - 1] : NULL;
}

/* A comment starts at the beginning or behind a blank. */
static struct bytes without_comment(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '#' && (i == 0 || byte_is_blank(text.data[i - 1])))
			return bytes_trim(bytes_part(text, 0, i));
	return bytes_trim(text);
}

static bool is_comment_or_blank(struct bytes text)
{
	return without_comment(text).size == 0;
}

/* The place of the quote that closes the one at text[0]; text.size: it is not here. */
static size_t find_close(struct bytes text)
{
	unsigned char quote = text.data[0];
	for (size_t i = 1; i < text.size; i++) {
		if (quote == '"' && text.data[i] == '\\')
			i++;
		else if (text.data[i] == quote && quote == '\'' && i + 1 < text.size && text.data[i + 1] == quote)
			i++;
		else if (text.data[i] == quote)
			return i;
	}
	return text.size;
}

static bool next_line(struct reader *r, struct bytes *ret)
{
	if (!r->rest.data)
		return false;
	*ret = bytes_cut(&r->rest, '\n');
	if (bytes_ends(*ret, BYTES("\r")))
		ret->size--;
	r->line++;
	return true;
}

/* ---- values ---- */

/* A quoted text over several lines: what is in it is passed over. */
static void skip_quoted(struct reader *r, struct bytes text)
{
	unsigned char quote[1] = { text.data[0] };
	struct bytes line;
	while (next_line(r, &line)) {
		CLEANUP(buf_done) struct buf whole; /* find_close wants the quote in front */
		buf_init(&whole, WORKFLOW_SIZE_MAX + 2);
		buf_add(&whole, bytes_make(quote, 1));
		buf_add(&whole, line);
		size_t end = find_close(buf_bytes(&whole));
		if (end == whole.size)
			continue;
		if (!is_comment_or_blank(bytes_from(buf_bytes(&whole), end + 1)))
			stop(r, "something stands behind a closing quote");
		return;
	}
	stop(r, "a quote is not closed");
}

static void take_quoted(struct reader *r, struct bytes text)
{
	size_t end = find_close(text);
	if (end == text.size) {
		if (r->depth && facts_wants(r->path, r->depth))
			stop(r, "a quoted text goes over several lines");
		skip_quoted(r, text);
		return;
	}
	struct bytes inner = bytes_part(text, 1, end - 1);
	bool is_escaped = text.data[0] == '"' ? bytes_find(inner, '\\') < inner.size : bytes_search(inner, BYTES("''")) < inner.size;
	if (!is_comment_or_blank(bytes_from(text, end + 1)))
		stop(r, "something stands behind a closing quote");
	emit(r, NODE_SCALAR, inner, is_escaped);
}

/* Counts brackets outside of quotes; how many are open after the line, or -1 when something stands behind the last. *ret_end: behind it. */
static int count_brackets(struct bytes text, int open, size_t *ret_end)
{
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = text.data[i];
		if (c == '#' && (i == 0 || byte_is_blank(text.data[i - 1])))
			return open;
		if (c == '"' || c == '\'') {
			size_t end = find_close(bytes_from(text, i));
			if (i + end >= text.size)
				return -1;
			i += end;
		} else if (c == '[' || c == '{')
			open++;
		else if ((c == ']' || c == '}') && --open == 0) {
			*ret_end = i + 1;
			return is_comment_or_blank(bytes_from(text, i + 1)) ? 0 : -1;
		}
	}
	return open;
}

static void take_flow(struct reader *r, struct bytes text)
{
	size_t end = 0;
	int open = count_brackets(text, 0, &end);
	if (open == 0) {
		emit(r, NODE_FLOW, bytes_part(text, 0, end), false);
		return;
	}
	if (!r->depth || facts_wants(r->path, r->depth)) {
		stop(r, "brackets go over several lines");
		return;
	}
	struct bytes line;
	while (open > 0 && next_line(r, &line))
		open = count_brackets(line, open, &end);
	if (open)
		stop(r, "brackets are not closed");
}

/* What stands behind a key or a dash. indent: of the key. */
static void take_value(struct reader *r, struct bytes text, size_t indent)
{
	static const char unread[] = "&*!@`%?,]}";
	unsigned char c = text.data[0];
	struct frame *f = top(r);
	if (f)
		f->has_value = true;
	if (c == '|' || c == '>') {
		r->in_block = true;
		r->block_indent = indent;
		emit(r, NODE_LINE, BYTES(""), false); /* an empty one is there too */
	} else if (c == '"' || c == '\'')
		take_quoted(r, text);
	else if (c == '[' || c == '{')
		take_flow(r, text);
	else if (memchr(unread, c, sizeof unread - 1))
		stop(r, "it has an anchor, an alias, a tag or another form that hwb does not read");
	else
		emit(r, NODE_SCALAR, without_comment(text), false);
}

/* ---- lines ---- */

/* The end of a key in front of its ':'; text.size: there is none. */
static size_t find_key(struct bytes text)
{
	size_t at = 0;
	if (text.data[0] == '"' || text.data[0] == '\'') {
		at = find_close(text);
		if (at == text.size)
			return at;
		at++;
		return at < text.size && text.data[at] == ':' && (at + 1 == text.size || byte_is_blank(text.data[at + 1]))
			       ? at
			       : text.size;
	}
	if (memchr("[{&*!|>%@`#,]}", text.data[0], 14))
		return text.size;
	for (; at < text.size; at++) {
		if (text.data[at] == ':' && (at + 1 == text.size || byte_is_blank(text.data[at + 1])))
			return at;
		if (text.data[at] == '#' && at && byte_is_blank(text.data[at - 1]))
			break;
	}
	return text.size;
}

static void take_key(struct reader *r, struct bytes text, size_t end, size_t indent)
{
	struct bytes key = bytes_trim(bytes_part(text, 0, end)), value = bytes_trim(bytes_from(text, end + 1));
	if (key.size && (key.data[0] == '"' || key.data[0] == '\'')) {
		key = bytes_part(key, 1, key.size - 2);
		if (bytes_find(key, '\\') < key.size || bytes_find(key, '\'') < key.size)
			stop(r, "a key has escapes");
	}
	if (!key.size || bytes_equal(key, BYTES("<<")) || key.data[0] == '?')
		stop(r, "a key is written in a form that hwb does not read");
	while (r->depth && top(r)->indent >= indent)
		r->depth--;
	struct frame *parent = top(r);
	if (parent ? parent->has_value : indent > 0)
		stop(r, "a key stands where none can be");
	if (parent && !parent->has_children) {
		parent->has_children = true;
		parent->child_indent = indent;
	} else if (parent && parent->child_indent != indent)
		stop(r, "keys of one level are not indented alike");
	if (r->why)
		return;
	push(r, indent, false, key);
	if (is_comment_or_blank(value))
		emit(r, NODE_PARENT, BYTES(""), false);
	else
		take_value(r, value, indent);
}

/* "- " in front of a text, as often as it is there. false: the line is done. */
static bool take_dashes(struct reader *r, struct bytes *text, size_t *indent)
{
	while (text->size && text->data[0] == '-' && (text->size == 1 || byte_is_blank(text->data[1]))) {
		/* An item may stand as far to the left as the key that it belongs to. */
		while (r->depth && (top(r)->indent > *indent || (top(r)->indent == *indent && top(r)->is_item)))
			r->depth--;
		if (!r->depth || top(r)->has_value) {
			stop(r, "an item stands where none can be");
			return false;
		}
		push(r, *indent, true, (struct bytes){ NULL, 0 });
		size_t skip = 1;
		while (skip < text->size && text->data[skip] == ' ')
			skip++;
		if (skip < text->size && text->data[skip] == '\t')
			stop(r, "it is indented with tabs");
		*text = bytes_from(*text, skip);
		*indent += skip;
		bool is_nested = text->size && (text->data[0] == '-' || find_key(*text) < text->size);
		if (is_nested || is_comment_or_blank(*text))
			emit(r, NODE_ITEM, BYTES(""), false);
		if (is_comment_or_blank(*text) || r->why)
			return false;
	}
	return true;
}

static void take_line(struct reader *r, struct bytes line)
{
	size_t indent = 0;
	while (indent < line.size && line.data[indent] == ' ')
		indent++;
	struct bytes text = bytes_from(line, indent);
	bool is_blank = bytes_trim(text).size == 0;
	if (r->in_block && (is_blank || indent > r->block_indent)) {
		if (!is_blank)
			emit(r, NODE_LINE, bytes_trim(text), false);
		return;
	}
	r->in_block = false;
	if (is_comment_or_blank(text))
		return;
	if (text.data[0] == '\t') {
		stop(r, "it is indented with tabs");
		return;
	}
	if (indent == 0 && (bytes_starts(text, BYTES("---")) || bytes_starts(text, BYTES("...")) || text.data[0] == '%')) {
		if (r->has_begun || !bytes_equal(without_comment(text), BYTES("---")))
			stop(r, "it is more than one document");
		r->has_begun = true;
		return;
	}
	r->has_begun = true;
	if (!take_dashes(r, &text, &indent))
		return;
	size_t end = find_key(text);
	if (end < text.size)
		take_key(r, text, end, indent);
	else if (top(r) && top(r)->is_item && !top(r)->has_value && !top(r)->has_children)
		take_value(r, text, top(r)->indent);
	else if (top(r) && !top(r)->has_value && !top(r)->has_children && indent > top(r)->indent &&
		 (text.data[0] == '[' || text.data[0] == '{'))
		take_value(r, text, top(r)->indent);
	else if (top(r) && top(r)->has_value && indent > top(r)->indent)
		emit(r, NODE_LINE, without_comment(text), false); /* a text goes on */
	else
		stop(r, "a line is neither a key nor an item");
}

enum status workflow_parse(struct bytes text, struct arena *a, struct workflow *ret, struct diag *d)
{
	struct reader *r = ARENA_NEW(a, struct reader);
	struct bytes line, mark = BYTES("\xef\xbb\xbf");
	*r = (struct reader){ .facts.arena = a, .rest = bytes_starts(text, mark) ? bytes_from(text, mark.size) : text };
	if (text.size > WORKFLOW_SIZE_MAX)
		return fail(d, ERR_LIMIT, 0, "the workflow is larger than %d bytes", WORKFLOW_SIZE_MAX);
	if (!bytes_is_utf8(text) || bytes_find(text, '\0') < text.size)
		stop(r, "it is no text in UTF-8");
	while (!r->why && next_line(r, &line)) {
		take_line(r, line);
		enum status s = facts_check(&r->facts, d);
		if (s)
			return s;
	}
	facts_finish(&r->facts);
	*ret = r->facts.workflow;
	if (r->why) {
		ret->unread = bytes_of(r->why);
		ret->unread_line = r->line;
	} else if (!ret->n_jobs) {
		ret->unread = BYTES("it has no jobs that hwb can read");
		ret->unread_line = r->line;
	}
	return OK;
}
