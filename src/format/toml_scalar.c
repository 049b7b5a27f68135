#include <math.h>

#include "base/number.h"
#include "format/toml_parser.h"

/* A number longer than this is no number anyone wrote. */
enum { MAX_NUMBER = 1024 };

/* One or more digits of the base with single underscores between them, moved from *rest to out. */
static bool take_digits(struct bytes *rest, unsigned base, char *out, size_t *n)
{
	static const char alphabet[] = "0123456789abcdef";
	bool digit = false;
	while (rest->size) {
		unsigned char c = byte_lower(rest->data[0]);
		if (c == '_') {
			if (!digit)
				return false;
			digit = false;
		} else if (memchr(alphabet, c, base)) {
			out[(*n)++] = (char)c;
			digit = true;
		} else {
			break;
		}
		*rest = bytes_from(*rest, 1);
	}
	return digit;
}

static bool take_one(struct bytes *rest, const char *any, char *out, size_t *n)
{
	if (rest->size == 0 || rest->data[0] == '\0' || !strchr(any, rest->data[0]))
		return false;
	out[(*n)++] = (char)rest->data[0];
	*rest = bytes_from(*rest, 1);
	return true;
}

static enum status no_value(struct toml_parser *p, struct bytes word)
{
	if (word.size == 0)
		return toml_fail(p, ERR_FORMAT, "expected a value");
	return toml_fail(p, ERR_FORMAT, "'%.*s' is not a value", BYTES_ARG(bytes_part(word, 0, 100)));
}

static enum status finish_integer(struct toml_parser *p, struct bytes word, const char *digits, size_t n, unsigned base,
				  bool negative, struct toml_value *v)
{
	uint64_t sum = 0, most = (uint64_t)INT64_MAX + negative;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = byte_is_digit((unsigned char)digits[i]) ? (unsigned)digits[i] - '0' : (unsigned)digits[i] - 'a' + 10;
		if (__builtin_mul_overflow(sum, base, &sum) || __builtin_add_overflow(sum, digit, &sum) || sum > most)
			return toml_fail(p, ERR_FORMAT, "'%.*s' does not fit 64 bits", BYTES_ARG(bytes_part(word, 0, 100)));
	}
	v->type = TOML_INTEGER;
	v->integer = (int64_t)(negative ? 0 - sum : sum);
	p->at += word.size;
	return OK;
}

static enum status scan_based(struct toml_parser *p, struct bytes word, unsigned base, struct toml_value *v)
{
	char digits[MAX_NUMBER];
	size_t n = 0;
	struct bytes rest = bytes_from(word, 2);
	if (!take_digits(&rest, base, digits, &n) || rest.size)
		return no_value(p, word);
	return finish_integer(p, word, digits, n, base, false, v);
}

static enum status scan_decimal(struct toml_parser *p, struct bytes word, struct toml_value *v)
{
	char text[MAX_NUMBER + 1];
	size_t n = 0, sign = 0;
	struct bytes rest = word;
	(void)take_one(&rest, "+-", text, &n);
	sign = n;
	if (!take_digits(&rest, 10, text, &n) || (text[sign] == '0' && n - sign > 1))
		return no_value(p, word);
	if (rest.size == 0)
		return finish_integer(p, word, text + sign, n - sign, 10, sign && text[0] == '-', v);
	if (take_one(&rest, ".", text, &n) && !take_digits(&rest, 10, text, &n))
		return no_value(p, word);
	if (take_one(&rest, "eE", text, &n)) {
		(void)take_one(&rest, "+-", text, &n);
		if (!take_digits(&rest, 10, text, &n))
			return no_value(p, word);
	}
	if (rest.size)
		return no_value(p, word);
	text[n] = '\0';
	v->type = TOML_FLOAT;
	v->real = strtod(text, NULL);
	p->at += word.size;
	return OK;
}

static bool is_word(struct toml_parser *p, struct bytes word, struct toml_value *v)
{
	static const struct {
		const char *word;
		enum toml_type type;
		bool boolean;
		double real;
	} words[] = {
		{ "true", TOML_BOOLEAN, true, 0 },        { "false", TOML_BOOLEAN, false, 0 },
		{ "inf", TOML_FLOAT, false, INFINITY },   { "+inf", TOML_FLOAT, false, INFINITY },
		{ "-inf", TOML_FLOAT, false, -INFINITY }, { "nan", TOML_FLOAT, false, NAN },
		{ "+nan", TOML_FLOAT, false, NAN },       { "-nan", TOML_FLOAT, false, NAN },
	};
	for (size_t i = 0; i < COUNT(words); i++) {
		if (!bytes_equal(word, bytes_of(words[i].word)))
			continue;
		v->type = words[i].type;
		v->boolean = words[i].boolean;
		v->real = words[i].real;
		p->at += word.size;
		return true;
	}
	return false;
}

static size_t word_size(const struct toml_parser *p, size_t from)
{
	size_t n = from;
	int c;
	while ((c = toml_peek(p, n)) > 0 && (byte_is_alnum((unsigned char)c) || strchr("+-_.:", c)))
		n++;
	return n;
}

enum status toml_scan_scalar(struct toml_parser *p, struct toml_value *v)
{
	struct bytes word = bytes_part(p->text, p->at, word_size(p, 0));
	bool date = word.size > 4 && word.data[4] == '-' && byte_is_digit(word.data[0]) && byte_is_digit(word.data[3]);
	/* "1979-05-27 07:32:00": the only value with a blank inside */
	if (date && word.size == 10 && toml_peek(p, 10) == ' ' && toml_peek(p, 11) >= '0' && toml_peek(p, 11) <= '9')
		word = bytes_part(p->text, p->at, word_size(p, 11));
	if (word.size > MAX_NUMBER)
		return toml_fail(p, ERR_LIMIT, "a number or date of %zu characters", word.size);
	if (date || (word.size > 2 && word.data[2] == ':'))
		return toml_scan_date(p, word, v);
	if (is_word(p, word, v))
		return OK;
	if (word.size > 2 && word.data[0] == '0') {
		static const struct {
			char name;
			unsigned base;
		} bases[] = { { 'x', 16 }, { 'o', 8 }, { 'b', 2 } };
		for (size_t i = 0; i < COUNT(bases); i++)
			if (word.data[1] == bases[i].name)
				return scan_based(p, word, bases[i].base, v);
	}
	return word.size ? scan_decimal(p, word, v) : no_value(p, word);
}
