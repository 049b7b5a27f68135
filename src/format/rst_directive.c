/* Directives: their arguments, options and content, and what each makes of them. */
#include "format/rst_options.h"
#include "format/rst_references.h"
#include "format/rst_tables.h"

/* Lines that hold the part of the block before its first empty line, without the options. */
static void take_options(struct rst *r, const struct rst_directive_row *row, struct rst_block *head, struct rst_directive_use *use)
{
	struct rst_text name;
	for (size_t i = 0; i < head->n; i++)
		if (rst_field_mark(head->lines[i].text, &name)) {
			rst_options_read(r, (struct rst_block){ head->lines + i, head->n - i }, row->options, row->n_options,
					 use->name, &use->options);
			head->n = i;
			return;
		}
}

static size_t count_words(struct rst_text t)
{
	size_t n = 0;
	for (size_t i = 0; i < t.n; i++)
		n += !rst_is(t.c[i], RST_SPACE) && (!i || rst_is(t.c[i - 1], RST_SPACE));
	return n;
}

static void take_arguments(struct rst *r, const struct rst_directive_row *row, struct rst_block head, struct rst_directive_use *use)
{
	use->argument = rst_trim(rst_join(head.lines, head.n, r->a));
	size_t n = count_words(use->argument);
	use->has_argument = n > 0;
	if (n < row->required)
		rst_fails(r, use->line, "the directive '%s' has no argument", rst_say(use->name, r->a));
	else if (n > (size_t)row->required + row->optional && !row->is_wide)
		rst_fails(r, use->line, "the directive '%s' takes one word behind it, not '%s': is an empty line missing?",
			  rst_say(use->name, r->a), rst_say(use->argument, r->a));
}

/* Splits what belongs to a directive. b: with the rest of its first line. */
static void split(struct rst *r, const struct rst_directive_row *row, struct rst_block b, struct rst_directive_use *use)
{
	struct rst_block head = { b.lines, 0 };
	bool has_arguments = row->required || row->optional;
	size_t i = 0;
	if (b.n && !rst_trim(b.lines[0].text).n) {
		b.lines++;
		b.n--;
	}
	while (b.n && !rst_trim(b.lines[b.n - 1].text).n)
		b.n--;
	use->content = b;
	if (b.n && (has_arguments || row->options)) {
		while (i < b.n && rst_trim(b.lines[i].text).n)
			i++;
		head = (struct rst_block){ b.lines, i };
		use->content = (struct rst_block){ b.lines + (i < b.n ? i + 1 : i), i < b.n ? b.n - i - 1 : 0 };
	}
	if (row->options)
		take_options(r, row, &head, use);
	if (head.n && !has_arguments) {
		/* It is content; the options that stood behind it are not. */
		use->content = (struct rst_block){ ARENA_ARRAY(r->a, struct rst_line, b.n), head.n + b.n - i };
		for (size_t k = 0; k < use->content.n; k++)
			use->content.lines[k] = k < head.n ? head.lines[k] : b.lines[i + k - head.n];
	}
	while (use->content.n && !rst_trim(use->content.lines[0].text).n) {
		use->content.lines++;
		use->content.n--;
	}
	if (has_arguments)
		take_arguments(r, row, head, use);
	if (use->content.n && !row->has_content)
		rst_fails(r, use->line, "the directive '%s' has content, and takes none", rst_say(use->name, r->a));
}

/* The option "name" names a target. */
static void name_target(struct rst *r, const struct rst_directive_use *use, const char *option)
{
	const struct rst_option *o = rst_option_find(&use->options, option);
	if (!o)
		return;
	struct rst_text name = rst_name(o->value, true, r->a);
	if (use->in_definition)
		rst_fails(r, use->line, "the target '%s' stands in a substitution definition", rst_say(name, r->a));
	(void)rst_target_explicit(r, name, (struct rst_place){ 0 }, use->line);
}

static struct rst_node *body(struct rst_machine *m, const struct rst_directive_use *use, enum rst_kind kind)
{
	struct rst_node *node = rst_node_add(m->r, m->node, kind, use->line);
	name_target(m->r, use, "name");
	if (use->has_argument && use->row->is_wide && use->row->does != RST_DOES_CONTAINER)
		(void)rst_inline(m->r, use->argument, use->line);
	if (use->content.n)
		rst_body(m->r, use->content, node, false);
	return node;
}

/* ---- images ---- */

static void image(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst *r = m->r;
	const struct rst_option *align = rst_option_find(&use->options, "align"), *target = rst_option_find(&use->options, "target");
	if (align && align->row->value == RST_VALUE_ALIGN) {
		struct rst_text value = rst_trim(align->value);
		bool is_across = rst_equal_word(value, "left") || rst_equal_word(value, "center") || rst_equal_word(value, "right");
		if (is_across == use->in_definition)
			rst_fails(r, use->line, "an image %s cannot be aligned '%s'",
				  use->in_definition ? "in a line" : "by itself", rst_say(value, r->a));
	}
	if (target) {
		struct rst_line line = { rst_escape(target->value, r->a), use->line };
		struct rst_place place = rst_place_read(r, &line, 1);
		if (place.has_alias)
			rst_reference_note(r, place.to, use->line);
	}
	name_target(r, use, "name");
	(void)rst_node_add(r, m->node, RST_BODY, use->line);
}

static void figure(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst_machine in = *m;
	struct rst_node *node = rst_node_add(m->r, m->node, RST_BODY, use->line);
	in.node = node;
	image(&in, use);
	name_target(m->r, use, "figname");
	struct rst_node *content = rst_node_add(m->r, node, RST_ANONYMOUS, use->line);
	size_t before = m->r->n_messages;
	if (use->content.n)
		rst_body(m->r, use->content, content, false);
	if (m->r->n_messages > before)
		rst_unknown(m->r, use->line, "what a name that is there twice does to a figure");
	for (const struct rst_node *child = content->first; child; child = child->next) {
		if (child->kind == RST_TARGET || child->kind == RST_PENDING)
			continue;
		if (child->kind != RST_PARAGRAPH && !(child->kind == RST_COMMENT && child->empty))
			rst_fails(m->r, use->line, "a figure begins with something else than a paragraph as its caption");
		break;
	}
}

/* ---- lines of text ---- */

static void lines_of_text(struct rst_machine *m, const struct rst_directive_use *use)
{
	(void)rst_node_add(m->r, m->node, RST_BODY, use->line);
	name_target(m->r, use, "name");
	if (use->row->does == RST_DOES_PARSED) {
		(void)rst_inline(m->r, rst_join(use->content.lines, use->content.n, m->r->a), use->content.lines[0].number);
		return;
	}
	for (size_t i = 0; i < use->content.n && use->row->does == RST_DOES_LINE_BLOCK; i++)
		(void)rst_inline(m->r, rst_trim(use->content.lines[i].text), use->content.lines[i].number);
}

/* ---- classes, roles, and the rest of what is not shown ---- */

static void class(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst *r = m->r;
	rst_class_check(r, use->argument, use->line);
	if (!use->content.n) {
		(void)rst_node_add(r, m->node, RST_PENDING, use->line);
		r->class_line = use->line;
		return;
	}
	/* What it holds takes its place. */
	struct rst_node *content = rst_node_add(r, m->node, RST_ANONYMOUS, use->line);
	rst_body(r, use->content, content, false);
	rst_node_dissolve(content);
}

/* "name" or "name(base)"; false: it is neither. */
static bool role_names(struct rst_text t, struct rst_text *ret_name, struct rst_text *ret_base)
{
	size_t n = rst_simple_name(t, 0), i = n;
	*ret_name = rst_part(t, 0, n);
	*ret_base = (struct rst_text){ NULL, 0 };
	i += rst_indent(rst_from(t, i));
	if (!n || i == t.n)
		return n > 0;
	if (t.c[i] != '(')
		return false;
	i += 1 + rst_indent(rst_from(t, i + 1));
	n = rst_simple_name(t, i);
	*ret_base = rst_part(t, i, n);
	i += n + rst_indent(rst_from(t, i + n));
	return n && i + 1 == t.n && t.c[i] == ')';
}

static void role(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst *r = m->r;
	struct rst_text name, base;
	size_t n_rows = 0;
	if (!use->content.n || use->content.lines[0].number > use->line + 1 || !role_names(use->content.lines[0].text, &name, &base)) {
		rst_fails(r, use->line, "the directive 'role' names no role");
		return;
	}
	struct rst_directive_row row = { .name = "role", .has_content = false };
	row.options = rst_role_options(r, base, &n_rows);
	row.n_options = n_rows;
	if (!row.options) {
		rst_fails(r, use->line, "there is no role '%s' to make '%s' from", rst_say(base, r->a), rst_say(name, r->a));
		return;
	}
	struct rst_directive_use more = { .row = &row, .name = use->name, .line = use->line };
	split(r, &row, (struct rst_block){ use->content.lines + 1, use->content.n - 1 }, &more);
	const struct rst_option *language = rst_option_find(&more.options, "language");
	if (!rst_option_find(&more.options, "class"))
		rst_class_check(r, name, use->line);
	rst_role_make(r, name, base, language ? &language->value : NULL);
}

static void default_role(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst_text none = { NULL, 0 };
	if (use->has_argument && !rst_role_is_there(m->r, use->argument))
		rst_fails(m->r, use->line, "there is no role '%s'", rst_say(use->argument, m->r->a));
	else
		rst_role_make(m->r, none, use->argument, NULL);
}

static void contents(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst *r = m->r;
	static const uint32_t word[] = { 'c', 'o', 'n', 't', 'e', 'n', 't', 's' };
	struct rst_text name = { word, COUNT(word) };
	size_t before = r->n_references;
	if (use->has_argument)
		name = rst_name(rst_inline(r, use->argument, use->line), true, r->a);
	if (r->n_references > before)
		rst_unknown(r, use->line, "what becomes of a reference in the title of 'contents'");
	struct rst_node *node = rst_node_add(r, m->node, RST_TOPIC, use->line);
	node->empty = true; /* until there are sections */
	node->is_local = rst_option_find(&use->options, "local") != NULL;
	if (!rst_target_is_there(r, name))
		(void)rst_target_implicit(r, name, (struct rst_place){ 0 }, use->line);
}

static void decoration(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst *r = m->r;
	uint32_t class_line = r->class_line;
	r->has_front = true;
	struct rst_node *node = rst_node_add(r, m->node, RST_DECORATION, use->line);
	rst_body(r, use->content, node, false);
	if (r->class_line)
		rst_unknown(r, r->class_line, "which element a class directive in front of a header is for");
	r->class_line = class_line;
}

static void meta(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst_machine in = { .r = m->r, .lines = use->content.lines, .n = use->content.n };
	m->r->has_front = true;
	for (; in.at < in.n && rst_going(m->r); in.at++) {
		struct rst_text name, line = in.lines[in.at].text;
		struct rst_block b;
		size_t end = line.n ? rst_field_mark(line, &name) : 0;
		if (!line.n)
			continue;
		if (!end)
			rst_fails(m->r, in.lines[in.at].number, "'%s' stands among the fields of 'meta' and is none",
				  rst_say(line, m->r->a));
		else if (count_words(name) != 1)
			rst_unknown(m->r, in.lines[in.at].number, "what '%s' means in 'meta'", rst_say(name, m->r->a));
		(void)rst_cut_first(&in, end, 0, &b);
	}
}

/* ---- in substitution definitions ---- */

/* The digits of a code: hexadecimal behind one of these words, or decimal by itself. false: the word stands for itself. */
static bool code_digits(struct rst_text word, struct rst_text *ret, unsigned *ret_base)
{
	static const char *const prefixes[] = { "0x", "x", "\\x", "u+", "u", "\\u", "&#x" };
	*ret = word;
	*ret_base = 10;
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		size_t n = bytes_of(prefixes[i]).size, behind = prefixes[i][0] == '&';
		if (word.n <= n + behind || !rst_equal_word(rst_part(word, 0, n), prefixes[i]) ||
		    (behind && word.c[word.n - 1] != ';'))
			continue;
		*ret = rst_part(word, n, word.n - n - behind);
		*ret_base = 16;
		break;
	}
	for (size_t i = 0; i < ret->n; i++) {
		unsigned char c = ret->c[i] < 0x80 ? byte_lower((unsigned char)ret->c[i]) : 0;
		if (!byte_is_digit(c) && !(*ret_base == 16 && c >= 'a' && c <= 'f'))
			return false;
	}
	return ret->n > 0;
}

static void check_code(struct rst *r, struct rst_text word, uint32_t line)
{
	struct rst_text digits;
	unsigned base;
	uint64_t value = 0;
	if (!code_digits(word, &digits, &base)) {
		if (word.c[0] >= 0x80) /* digits of other scripts are digits too */
			rst_unknown(r, line, "whether '%s' is the code of a character", rst_say(word, r->a));
		return;
	}
	for (size_t i = 0; i < digits.n && value <= 0x10ffff; i++) {
		unsigned char c = byte_lower((unsigned char)digits.c[i]);
		value = value * base + (byte_is_digit(c) ? c - (unsigned)'0' : c - (unsigned)'a' + 10);
	}
	if (value > 0x10ffff)
		rst_fails(r, line, "'%s' is not the code of a character", rst_say(word, r->a));
	else if (!value || (value >= 0xd800 && value < 0xe000))
		rst_unknown(r, line, "what becomes of the character '%s'", rst_say(word, r->a));
}

/* The codes of characters, up to a comment. */
static void unicode(struct rst *r, const struct rst_directive_use *use)
{
	struct rst_text rest = use->argument;
	size_t n = 0;
	for (; rest.n && !rst_starts(rest, ".. "); n++) {
		size_t size = 0;
		while (size < rest.n && !rst_is(rest.c[size], RST_SPACE))
			size++;
		check_code(r, rst_part(rest, 0, size), use->line);
		rest = rst_from(rest, size);
		rest = rst_from(rest, rst_indent(rest));
	}
	if (!n)
		rst_fails(r, use->line, "the directive 'unicode' names no character");
}

static void replace(struct rst_machine *m, const struct rst_directive_use *use)
{
	struct rst_node *content = rst_node_add(m->r, m->node, RST_ANONYMOUS, use->line);
	rst_body(m->r, use->content, content, false);
	if (content->n != 1 || content->first->kind != RST_PARAGRAPH)
		rst_fails(m->r, use->line, "a substitution is replaced by something else than one paragraph");
}

static bool fits_definition(enum rst_does does)
{
	return does == RST_DOES_IMAGE || does == RST_DOES_REPLACE || does == RST_DOES_UNICODE || does == RST_DOES_DATE;
}

/* ---- all ---- */

static bool wants_content(enum rst_does does)
{
	static const enum rst_does wanting[] = { RST_DOES_NOTE,       RST_DOES_TOPIC,      RST_DOES_SIDEBAR, RST_DOES_LINE_BLOCK,
						 RST_DOES_PARSED,     RST_DOES_CODE,       RST_DOES_QUOTE,   RST_DOES_CONTAINER,
						 RST_DOES_TABLE,      RST_DOES_LIST_TABLE, RST_DOES_META,    RST_DOES_CSV,
						 RST_DOES_DECORATION, RST_DOES_REPLACE,    RST_DOES_MATH };
	for (size_t i = 0; i < COUNT(wanting); i++)
		if (wanting[i] == does)
			return true;
	return false;
}

/* Topics, sidebars and tables of contents stand among sections only. */
static bool may_stand(const struct rst_machine *m, enum rst_does does)
{
	enum rst_kind in = m->node->kind;
	if (does == RST_DOES_SIDEBAR && in == RST_SIDEBAR)
		return false;
	return in == RST_DOCUMENT || in == RST_SECTION || in == RST_SIDEBAR || in == RST_ANONYMOUS;
}

static void run(struct rst_machine *m, const struct rst_directive_use *use)
{
	switch (use->row->does) {
	case RST_DOES_NOTE:
	case RST_DOES_CONTAINER:
		if (use->row->does == RST_DOES_CONTAINER && use->has_argument)
			rst_class_check(m->r, use->argument, use->line);
		(void)body(m, use, RST_BODY);
		break;
	case RST_DOES_TOPIC:
		(void)body(m, use, RST_TOPIC);
		break;
	case RST_DOES_SIDEBAR: {
		const struct rst_option *subtitle = rst_option_find(&use->options, "subtitle");
		if (subtitle && !use->has_argument)
			rst_fails(m->r, use->line, "a sidebar has a subtitle and no title");
		else if (subtitle)
			(void)rst_inline(m->r, subtitle->value, use->line);
		(void)body(m, use, RST_SIDEBAR);
		break;
	}
	case RST_DOES_LINE_BLOCK:
	case RST_DOES_PARSED:
	case RST_DOES_CODE:
	case RST_DOES_MATH:
		lines_of_text(m, use);
		break;
	case RST_DOES_RUBRIC:
		(void)body(m, use, RST_BODY);
		break;
	case RST_DOES_QUOTE:
		rst_quote_block(m, use->content);
		break;
	case RST_DOES_TABLE:
	case RST_DOES_LIST_TABLE:
	case RST_DOES_CSV:
		name_target(m->r, use, "name");
		if (use->has_argument)
			(void)rst_inline(m->r, use->argument, use->line);
		rst_table_directive(m, use);
		break;
	case RST_DOES_META:
		meta(m, use);
		break;
	case RST_DOES_IMAGE:
		image(m, use);
		break;
	case RST_DOES_FIGURE:
		figure(m, use);
		break;
	case RST_DOES_REPLACE:
		replace(m, use);
		break;
	case RST_DOES_UNICODE:
		unicode(m->r, use);
		break;
	case RST_DOES_CLASS:
		class(m, use);
		break;
	case RST_DOES_ROLE:
		role(m, use);
		break;
	case RST_DOES_DEFAULT_ROLE:
		default_role(m, use);
		break;
	case RST_DOES_CONTENTS:
		contents(m, use);
		break;
	case RST_DOES_SECTNUM:
		(void)rst_node_add(m->r, m->node, RST_PENDING, use->line);
		break;
	case RST_DOES_DECORATION:
		decoration(m, use);
		break;
	case RST_DOES_TARGET_NOTES:
		rst_unknown(m->r, use->line, "what 'target-notes' does to the footnotes");
		break;
	case RST_DOES_DATE:
	case RST_DOES_TITLE:
	case RST_DOES_DISABLED:
		break;
	}
}

static void check_place(struct rst_machine *m, const struct rst_directive_use *use)
{
	const char *said = rst_say(use->name, m->r->a);
	enum rst_does does = use->row->does;
	if (use->in_definition && !fits_definition(does))
		rst_fails(m->r, use->line, "the directive '%s' cannot define a substitution", said);
	if (!use->in_definition && (does == RST_DOES_REPLACE || does == RST_DOES_UNICODE || does == RST_DOES_DATE))
		rst_fails(m->r, use->line, "the directive '%s' stands outside of a substitution definition", said);
	if ((does == RST_DOES_TOPIC || does == RST_DOES_SIDEBAR || does == RST_DOES_CONTENTS) && !may_stand(m, does))
		rst_fails(m->r, use->line, "the directive '%s' stands inside of something else than a section", said);
	if (wants_content(does) && !use->content.n)
		rst_fails(m->r, use->line, "the directive '%s' has no content", said);
}

bool rst_directive(struct rst_machine *m, struct rst_text name, size_t end, bool in_definition)
{
	struct rst *r = m->r;
	struct rst_block b;
	struct rst_directive_use use = {
		.row = rst_directive_find(name), .name = name, .line = rst_line_number(m, 0), .in_definition = in_definition
	};
	const char *said = rst_say(name, r->a);
	if (rst_equal_word(name, "restructuredtext-test-directive"))
		rst_unknown(r, use.line, "what the directive '%s' does", said);
	else if (!use.row)
		rst_fails(r, use.line, "there is no directive '%s': those of Sphinx are not known outside of it", said);
	else if (use.row->does == RST_DOES_DISABLED)
		rst_fails(r, use.line, "the directive '%s' is one that PyPI has turned off", said);
	if (!rst_going(r))
		return true;
	bool blank = rst_cut_first(m, end, RST_KEEP_TOP, &b);
	split(r, use.row, b, &use);
	check_place(m, &use);
	if (rst_going(r))
		run(m, &use);
	return blank || rst_next_is_blank(m);
}
