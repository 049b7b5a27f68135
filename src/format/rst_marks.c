#include "format/rst_marks.h"

/* Blanks from `at` on, or the end of the line: where the text begins; 0: neither. */
static size_t behind_blanks(struct rst_text line, size_t at)
{
	size_t from = at;
	if (at == line.n)
		return at;
	while (at < line.n && line.c[at] == ' ')
		at++;
	return at > from ? at : 0;
}

static uint32_t at(struct rst_text t, size_t i)
{
	return i < t.n ? t.c[i] : 0;
}

static bool is_alnum(uint32_t c)
{
	return c < 0x80 && byte_is_alnum((unsigned char)c);
}

static bool is_alpha(uint32_t c)
{
	return c < 0x80 && byte_is_alpha((unsigned char)c);
}

size_t rst_field_mark(struct rst_text line, struct rst_text *ret_name)
{
	if (at(line, 0) != ':' || line.n < 2 || line.c[1] == ' ' || line.c[1] == ':')
		return 0;
	for (size_t i = 1; i < line.n; i++) {
		if (line.c[i] == '\\') {
			i++;
			continue;
		}
		if (line.c[i] != ':')
			continue;
		if (i + 1 == line.n || line.c[i + 1] == ' ') {
			*ret_name = rst_part(line, 1, i - 1);
			return line.c[i - 1] == ' ' ? 0 : behind_blanks(line, i + 1);
		}
		if (line.c[i + 1] == '`')
			return 0;
	}
	return 0;
}

/* ---- enumerators ---- */

static bool all_in(struct rst_text t, const char *set)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.c[i] >= 0x80 || bytes_find(bytes_of(set), (unsigned char)t.c[i]) == bytes_of(set).size)
			return false;
	return t.n > 0;
}

static bool is_sequence(struct rst_text t, enum rst_sequence s)
{
	switch (s) {
	case RST_ARABIC:
		return all_in(t, "0123456789");
	case RST_LOWER:
		return t.n == 1 && t.c[0] >= 'a' && t.c[0] <= 'z';
	case RST_UPPER:
		return t.n == 1 && t.c[0] >= 'A' && t.c[0] <= 'Z';
	case RST_LOWER_ROMAN:
		return all_in(t, "ivxlcdm");
	case RST_UPPER_ROMAN:
		return all_in(t, "IVXLCDM");
	case RST_AUTO:
		break;
	}
	return t.n == 1 && t.c[0] == '#';
}

/* In upper case; returns its size. */
static size_t write_roman(uint64_t n, char out[24])
{
	static const struct {
		uint16_t value;
		const char *text;
	} rows[] = { { 1000, "M" }, { 900, "CM" }, { 500, "D" }, { 400, "CD" }, { 100, "C" }, { 90, "XC" }, { 50, "L" },
		     { 40, "XL" },  { 10, "X" },   { 9, "IX" },  { 5, "V" },    { 4, "IV" },  { 1, "I" } };
	size_t size = 0;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (; n >= rows[i].value && size < 20; n -= rows[i].value)
			for (const char *c = rows[i].text; *c; c++)
				out[size++] = *c;
	return size;
}

enum { ROMAN_MAX = 4999 };

/* A Roman numeral in its one right form. */
static uint64_t read_roman(struct rst_text t)
{
	static const char letters[] = "IVXLCDM";
	static const uint16_t values[] = { 1, 5, 10, 50, 100, 500, 1000 };
	char right[24];
	uint64_t sum = 0, before = 0;
	for (size_t i = t.n; i-- > 0;) {
		unsigned char c = (unsigned char)t.c[i];
		uint64_t value = values[bytes_find(bytes_of(letters), byte_is_lower(c) ? (unsigned char)(c - 32) : c)];
		if (value < before)
			sum = sum > value ? sum - value : ROMAN_MAX + 1;
		else
			sum += value;
		before = value;
	}
	if (!sum || sum > ROMAN_MAX || write_roman(sum, right) != t.n)
		return RST_NO_ORDINAL;
	for (size_t i = 0; i < t.n; i++)
		if (byte_lower((unsigned char)t.c[i]) != byte_lower((unsigned char)right[i]))
			return RST_NO_ORDINAL;
	return sum;
}

static uint64_t ordinal_of(struct rst_text t, enum rst_sequence s)
{
	uint64_t n = 0;
	if (s == RST_AUTO)
		return 1;
	if (s == RST_LOWER || s == RST_UPPER)
		return byte_lower((unsigned char)t.c[0]) - 'a' + 1u;
	if (s != RST_ARABIC)
		return read_roman(t);
	for (size_t i = 0; i < t.n; i++)
		n = n > UINT64_MAX / 100 ? n : n * 10 + (t.c[i] - '0');
	return n;
}

/* The text between the marks, and the format; *ret_end is behind the closing one. */
static bool enumerator_text(struct rst_text line, struct rst_text *ret, enum rst_format *ret_format, size_t *ret_end)
{
	size_t from = at(line, 0) == '(', end = from;
	while (is_alnum(at(line, end)) || at(line, end) == '#')
		end++;
	*ret = rst_part(line, from, end - from);
	*ret_format = from ? RST_PARENS : at(line, end) == ')' ? RST_PAREN : RST_PERIOD;
	*ret_end = behind_blanks(line, end + 1);
	return end > from && end < line.n && (line.c[end] == ')' || (line.c[end] == '.' && !from)) && *ret_end;
}

bool rst_enumerator(struct rst_text line, const enum rst_sequence *expected, struct rst_enumerator *ret)
{
	struct rst_text text;
	enum rst_sequence s = RST_AUTO;
	if (!enumerator_text(line, &text, &ret->format, &ret->end))
		return false;
	if (is_sequence(text, RST_AUTO))
		s = RST_AUTO;
	else if (expected && is_sequence(text, *expected))
		s = *expected;
	else if (!expected && rst_starts(text, "i") && text.n == 1)
		s = RST_LOWER_ROMAN;
	else if (!expected && rst_starts(text, "I") && text.n == 1)
		s = RST_UPPER_ROMAN;
	else
		for (s = RST_ARABIC; s < RST_AUTO && !is_sequence(text, s);)
			s++;
	if (s == RST_AUTO && !is_sequence(text, RST_AUTO))
		return false;
	ret->sequence = s;
	ret->ordinal = ordinal_of(text, s);
	return true;
}

/* The numeral of e's successor. false: there is none. */
static bool next_numeral(const struct rst_enumerator *e, char out[24])
{
	uint64_t n = e->ordinal + 1;
	size_t size = 0;
	if (e->sequence == RST_AUTO) {
		out[size++] = '#';
	} else if (e->sequence == RST_ARABIC) {
		char digits[24];
		while (n && size < 20) {
			digits[size++] = (char)('0' + n % 10);
			n /= 10;
		}
		for (size_t i = 0; i < size; i++)
			out[i] = digits[size - 1 - i];
	} else if (e->sequence == RST_LOWER || e->sequence == RST_UPPER) {
		if (n > 26)
			return false;
		out[size++] = (char)((e->sequence == RST_LOWER ? 'a' : 'A') + (int)n - 1);
	} else {
		if (n > ROMAN_MAX)
			return false;
		size = write_roman(n, out);
		for (size_t i = 0; e->sequence == RST_LOWER_ROMAN && i < size; i++)
			out[i] = (char)byte_lower((unsigned char)out[i]);
	}
	out[size] = 0;
	return true;
}

static bool begins_with(struct rst_text line, const char *numeral, enum rst_format format)
{
	size_t n = bytes_of(numeral).size;
	if (format == RST_PARENS) {
		if (at(line, 0) != '(')
			return false;
		line = rst_from(line, 1);
	}
	return rst_starts(line, numeral) && at(line, n) == (format == RST_PERIOD ? '.' : ')') && at(line, n + 1) == ' ';
}

bool rst_enumerator_follows(struct rst_text line, const struct rst_enumerator *e)
{
	char numeral[24] = { 0 };
	return next_numeral(e, numeral) && (begins_with(line, numeral, e->format) || begins_with(line, "#", e->format));
}

/* ---- options ---- */

/* "name" or "<anything>", from i on: where it ends, 0: there is none. */
static size_t option_argument(struct rst_text t, size_t i)
{
	size_t from = i;
	if (at(t, i) == '<') {
		for (i++; i < t.n && t.c[i] != '<' && t.c[i] != '>';)
			i++;
		return at(t, i) == '>' && i > from + 1 ? i + 1 : 0;
	}
	if (!is_alpha(at(t, i)))
		return 0;
	while (is_alnum(at(t, i)) || at(t, i) == '_' || at(t, i) == '-')
		i++;
	return i;
}

/* One of -x, -x arg, -xarg, --long, --long=arg, /V: where it ends, 0: there is none. */
static size_t one_option(struct rst_text t, size_t i)
{
	size_t end, with;
	bool is_long = at(t, i) == '/' || (at(t, i) == '-' && at(t, i + 1) == '-');
	if (!is_long && at(t, i) != '-' && at(t, i) != '+')
		return 0;
	i += at(t, i) == '/' || !is_long ? 1 : 2;
	if (!is_alnum(at(t, i)))
		return 0;
	end = i + 1;
	if (!is_long) {
		with = option_argument(t, at(t, end) == ' ' ? end + 1 : end);
		return with ? with : end;
	}
	while (is_alnum(at(t, end)) || at(t, end) == '_' || at(t, end) == '-')
		end++;
	with = at(t, end) == ' ' || at(t, end) == '=' ? option_argument(t, end + 1) : 0;
	return with ? with : end;
}

/* Where the description begins: two blanks on, or at the end of the line; 0: the line begins no option. */
static size_t option_mark(struct rst_text line)
{
	size_t i = one_option(line, 0);
	while (i && at(line, i) == ',' && at(line, i + 1) == ' ') {
		size_t more = one_option(line, i + 2);
		if (!more)
			return 0;
		i = more;
	}
	if (!i || i == line.n)
		return i;
	return at(line, i) == ' ' && at(line, i + 1) == ' ' ? behind_blanks(line, i) : 0;
}

/* ---- all ---- */

static bool is_grid_top(struct rst_text t)
{
	if (t.n < 5 || t.c[0] != '+' || t.c[1] != '-' || t.c[t.n - 1] != '+' || t.c[t.n - 2] != '-')
		return false;
	return all_in(t, "-+");
}

static bool is_simple_top(struct rst_text t)
{
	return t.n > 2 && t.c[0] == '=' && t.c[t.n - 1] == '=' && all_in(t, "= ") && !rst_is_rule(t);
}

static bool is_bullet(uint32_t c)
{
	return c == '-' || c == '+' || c == '*' || c == 0x2022 || c == 0x2023 || c == 0x2043;
}

enum rst_mark rst_mark(struct rst_text line, size_t *ret_end)
{
	struct rst_enumerator e;
	struct rst_text name;
	if (line.c[0] == ' ')
		return RST_MARK_INDENT;
	if (is_bullet(line.c[0]) && (*ret_end = behind_blanks(line, 1)))
		return RST_MARK_BULLET;
	if (rst_enumerator(line, NULL, &e))
		return RST_MARK_ENUMERATOR;
	if ((*ret_end = rst_field_mark(line, &name)))
		return RST_MARK_FIELD;
	if ((*ret_end = option_mark(line)))
		return RST_MARK_OPTION;
	if (rst_starts(line, ">>>") && (*ret_end = behind_blanks(line, 3)))
		return RST_MARK_DOCTEST;
	if (line.c[0] == '|' && (*ret_end = behind_blanks(line, 1)))
		return RST_MARK_LINE_BLOCK;
	if (is_grid_top(line))
		return RST_MARK_GRID;
	if (is_simple_top(line))
		return RST_MARK_SIMPLE;
	if (rst_starts(line, "..") && (*ret_end = behind_blanks(line, 2)))
		return RST_MARK_EXPLICIT;
	if (rst_starts(line, "__") && (*ret_end = behind_blanks(line, 2)))
		return RST_MARK_ANONYMOUS;
	return rst_is_rule(line) ? RST_MARK_RULE : RST_MARK_TEXT;
}
