#include "format/rst_options.h"

#include "format/rst_marks.h"

enum sure { YES, NO, UNSURE };

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* As Python's int() takes it; what has other than ASCII digits and a sign is not sure. */
static enum sure read_integer(struct rst_text t, int64_t *ret)
{
	int64_t n = 0;
	bool is_negative = false;
	t = rst_trim(t);
	for (size_t i = 0; i < t.n; i++)
		if (t.c[i] >= 0x80 || t.c[i] == '_')
			return UNSURE;
	if (t.n && (t.c[0] == '-' || t.c[0] == '+')) {
		is_negative = t.c[0] == '-';
		t = rst_from(t, 1);
	}
	for (size_t i = 0; i < t.n; i++) {
		if (!is_digit(t.c[i]))
			return NO;
		n = n > INT32_MAX ? n : n * 10 + (t.c[i] - '0');
	}
	*ret = is_negative ? -n : n;
	return t.n ? YES : NO;
}

static enum sure is_natural(struct rst_text t, int64_t least)
{
	int64_t n = 0;
	enum sure s = read_integer(t, &n);
	return s == YES && n < least ? NO : s;
}

/* Splits off the next number of a list at commas, or at blanks when there are none. */
static struct rst_text cut_item(struct rst_text *rest, bool has_commas)
{
	size_t i = 0;
	if (!has_commas)
		*rest = rst_from(*rest, rst_indent(*rest));
	while (i < rest->n && !(has_commas ? rest->c[i] == ',' : rst_is(rest->c[i], RST_SPACE)))
		i++;
	struct rst_text item = rst_part(*rest, 0, i);
	*rest = rst_from(*rest, i + 1);
	return item;
}

static bool has_comma(struct rst_text t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.c[i] == ',')
			return true;
	return false;
}

/* Positive numbers; *ret_n counts them. */
static enum sure read_widths(struct rst_text t, size_t *ret_n)
{
	bool commas = has_comma(t), more = commas;
	*ret_n = 0;
	for (t = commas ? t : rst_trim(t); t.n || more; ++*ret_n) {
		size_t before = t.n;
		struct rst_text item = cut_item(&t, commas);
		more = commas && item.n < before && !t.n;
		enum sure s = is_natural(item, 1);
		if (s != YES)
			return s;
	}
	return YES;
}

size_t rst_widths_count(struct rst_text value)
{
	size_t n = 0;
	return read_widths(value, &n) == YES ? n : 0;
}

/* A number, blanks, a unit. */
static enum sure is_length(struct rst_text t, bool percent)
{
	static const char *const units[] = { "",     "em", "ex", "ch", "rem", "vw", "vh", "vmin",
					     "vmax", "cm", "mm", "Q",  "in",  "pt", "pc", "px" };
	size_t i = 0, n_points = 0, n_digits = 0;
	if (rst_starts(t, "-"))
		return UNSURE;
	for (; i < t.n && (is_digit(t.c[i]) || t.c[i] == '.'); i++) {
		n_points += t.c[i] == '.';
		n_digits += is_digit(t.c[i]);
	}
	if (!n_digits || n_points > 1)
		return NO;
	while (i < t.n && t.c[i] == ' ')
		i++;
	t = rst_from(t, i);
	for (size_t k = 0; k < COUNT(units); k++)
		if (rst_starts(t, units[k]) && t.n == bytes_of(units[k]).size)
			return YES;
	return percent && t.n == 1 && t.c[0] == '%' ? YES : NO;
}

static enum sure is_word(struct rst_text t, const char *const *words, size_t n)
{
	t = rst_trim(t);
	for (size_t i = 0; i < n; i++)
		if (rst_equal_word(t, words[i]))
			return YES;
	return NO;
}

/* "language-xx" makes docutils look for the quotes of that language, and warn where it has none. */
static bool is_language(struct rst_text word)
{
	static const char prefix[] = "language";
	size_t n = sizeof prefix - 1;
	while (word.n && !(word.c[0] < 0x80 && byte_is_alpha((unsigned char)word.c[0])))
		word = rst_from(word, 1);
	return word.n > n && rst_equal_word(rst_part(word, 0, n), prefix) && !rst_is(word.c[n], RST_WORD);
}

static enum sure is_class(struct rst_text t)
{
	for (t = rst_trim(t); t.n;) {
		struct rst_text word = cut_item(&t, false);
		bool has_letter = false, is_ascii = true;
		for (size_t i = 0; i < word.n; i++) {
			is_ascii = is_ascii && word.c[i] < 0x80;
			has_letter = has_letter || (word.c[i] < 0x80 && byte_is_alpha((unsigned char)word.c[i]));
		}
		t = rst_from(t, rst_indent(t));
		if (!has_letter && is_ascii)
			return NO;
		if (!has_letter || is_language(word))
			return UNSURE;
	}
	return YES;
}

void rst_class_check(struct rst *r, struct rst_text value, uint32_t line)
{
	enum sure s = is_class(value);
	if (s == NO)
		rst_fails(r, line, "'%s' has no letter to make a class of", rst_say(value, r->a));
	else if (s == UNSURE)
		rst_unknown(r, line, "whether '%s' can be made a class", rst_say(value, r->a));
}

static enum sure is_percent(struct rst_text t)
{
	while (t.n && (t.c[t.n - 1] == ' ' || t.c[t.n - 1] == '%'))
		t.n--;
	return is_natural(t, 0);
}

static enum sure is_value(enum rst_value kind, struct rst_text t, bool has_value)
{
	static const char *const aligns[] = { "left", "center", "right", "top", "middle", "bottom" };
	static const char *const backlinks[] = { "top", "entry", "none" };
	int64_t number;
	size_t n;
	if (!has_value)
		return kind == RST_VALUE_ANY || kind == RST_VALUE_FLAG || kind == RST_VALUE_MAYBE_INTEGER          ? YES
		       : kind == RST_VALUE_UNSURE || kind == RST_VALUE_DELIMITER || kind == RST_VALUE_FIGURE_WIDTH ? UNSURE
														   : NO;
	switch (kind) {
	case RST_VALUE_ANY:
	case RST_VALUE_NEEDED:
		return YES;
	case RST_VALUE_FLAG:
		return NO;
	case RST_VALUE_CLASS:
		return is_class(t);
	case RST_VALUE_INTEGER:
	case RST_VALUE_MAYBE_INTEGER:
		return read_integer(t, &number);
	case RST_VALUE_NATURAL:
		return is_natural(t, 0);
	case RST_VALUE_PERCENT:
		return is_percent(t);
	case RST_VALUE_LENGTH:
		return is_length(t, false);
	case RST_VALUE_FIGURE_WIDTH:
		return rst_equal_word(t, "image") ? YES : is_length(t, true);
	case RST_VALUE_LENGTH_PERCENT:
		return is_length(t, true);
	case RST_VALUE_WIDTHS_GRID:
	case RST_VALUE_WIDTHS:
		if (rst_starts(t, "auto") && t.n == 4)
			return YES;
		if (kind == RST_VALUE_WIDTHS_GRID && rst_starts(t, "grid") && t.n == 4)
			return YES;
		return read_widths(t, &n);
	case RST_VALUE_ALIGN:
		return is_word(t, aligns, COUNT(aligns));
	case RST_VALUE_ALIGN_ACROSS:
		return is_word(t, aligns, 3);
	case RST_VALUE_LOADING:
		/* To embed an image it would have to be read. */
		return rst_equal_word(rst_trim(t), "embed") ? UNSURE : is_word(t, (const char *const[]){ "link", "lazy" }, 2);
	case RST_VALUE_BACKLINKS:
		return is_word(t, backlinks, COUNT(backlinks));
	case RST_VALUE_DELIMITER:
		/* One of these is itself; others may be codes, or no delimiters for Python. */
		return t.n == 1 && (t.c[0] == ';' || t.c[0] == '|' || t.c[0] == ':' || t.c[0] == ',') ? YES : UNSURE;
	case RST_VALUE_UNSURE:
		break;
	}
	return UNSURE;
}

/* The lines with text, with '\n' between. */
static struct rst_text value_of(struct rst *r, struct rst_block b)
{
	size_t n = 0;
	for (size_t i = 0; i < b.n; i++)
		if (rst_trim(b.lines[i].text).n)
			b.lines[n++] = b.lines[i];
	return rst_join(b.lines, n, r->a);
}

static void add_option(struct rst *r, const struct rst_option_row *rows, size_t n_rows, struct rst_text name, struct rst_text value,
		       uint32_t line, struct rst_text directive, struct rst_options *ret)
{
	const char *said = rst_say(name, r->a), *of = rst_say(directive, r->a);
	const struct rst_option_row *row = NULL;
	for (size_t i = 0; i < n_rows; i++)
		if (rst_equal_word(name, rows[i].name))
			row = &rows[i];
	if (!row) {
		rst_fails(r, line, "the directive '%s' has no option '%s'", of, said);
		return;
	}
	if (rst_option_find(ret, row->name)) {
		rst_fails(r, line, "the directive '%s' has the option '%s' twice", of, said);
		return;
	}
	enum sure s = is_value(row->value, value, value.n > 0);
	if (s == NO)
		rst_fails(r, line, "the option '%s' of the directive '%s' cannot be '%s'", said, of, rst_say(value, r->a));
	else if (s == UNSURE)
		rst_unknown(r, line, "whether the option '%s' of the directive '%s' can be '%s'", said, of, rst_say(value, r->a));
	if (ret->n < RST_OPTIONS_MAX)
		ret->items[ret->n++] = (struct rst_option){ row, value.n > 0, value };
}

void rst_options_read(struct rst *r, struct rst_block b, const struct rst_option_row *rows, size_t n_rows,
		      struct rst_text directive, struct rst_options *ret)
{
	struct rst_machine m = { .r = r, .lines = b.lines, .n = b.n };
	for (; m.at < m.n && rst_going(r); m.at++) {
		struct rst_text name = { NULL, 0 };
		struct rst_block value;
		uint32_t line = rst_line_number(&m, 0);
		size_t end = rst_field_mark(b.lines[m.at].text, &name);
		if (!end) {
			rst_fails(r, line, "'%s' stands among the options of '%s' and is none", rst_say(b.lines[m.at].text, r->a),
				  rst_say(directive, r->a));
			return;
		}
		size_t before = r->n_references;
		struct rst_text shown = rst_trim(rst_inline(r, name, line));
		if (r->n_references > before)
			rst_unknown(r, line, "what a reference does in the name of an option");
		(void)rst_cut_first(&m, end, 0, &value);
		add_option(r, rows, n_rows, shown, value_of(r, value), line, directive, ret);
	}
}

const struct rst_option *rst_option_find(const struct rst_options *options, const char *name)
{
	for (size_t i = 0; i < options->n; i++)
		if (bytes_equal(bytes_of(options->items[i].row->name), bytes_of(name)))
			return &options->items[i];
	return NULL;
}

uint64_t rst_option_number(const struct rst_options *options, const char *name, uint64_t otherwise)
{
	const struct rst_option *o = rst_option_find(options, name);
	int64_t n = 0;
	return o && read_integer(o->value, &n) == YES && n >= 0 ? (uint64_t)n : otherwise;
}
