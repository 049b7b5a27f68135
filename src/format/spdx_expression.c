#include "base/words.h"
#include "format/spdx_expression.h"

#include "spdx_exceptions_table.h"
#include "spdx_licenses_table.h"

enum kind { WORD_END, WORD_OPEN, WORD_CLOSE, WORD_AND, WORD_OR, WORD_WITH, WORD_ID };

struct word {
	enum kind kind;
	struct bytes text;
};

static bool ends_word(unsigned char c)
{
	return byte_is_blank(c) || c == '(' || c == ')';
}

static enum kind kind_of(struct bytes text)
{
	static const struct {
		struct bytes text;
		enum kind kind;
	} words[] = { { LIT("("), WORD_OPEN },
		      { LIT(")"), WORD_CLOSE },
		      { LIT("and"), WORD_AND },
		      { LIT("or"), WORD_OR },
		      { LIT("with"), WORD_WITH } };
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_equal_nocase(text, words[i].text))
			return words[i].kind;
	return WORD_ID;
}

static struct word next(struct bytes *rest)
{
	struct bytes text = bytes_trim(*rest);
	size_t size = 0;
	if (!text.size) {
		*rest = text;
		return (struct word){ WORD_END, text };
	}
	while (size < text.size && !ends_word(text.data[size]))
		size++;
	text.size = size ? size : 1;
	*rest = bytes_make(text.data + text.size, (size_t)(rest->data + rest->size - text.data) - text.size);
	return (struct word){ kind_of(text), text };
}

/* "LicenseRef-" and letters, digits, '.' and '-'. */
static bool is_own(struct bytes id)
{
	static const struct bytes prefix = LIT("LicenseRef-");
	if (id.size <= prefix.size || !bytes_equal_nocase(bytes_part(id, 0, prefix.size), prefix))
		return false;
	for (size_t i = prefix.size; i < id.size; i++)
		if (!byte_is_alnum(id.data[i]) && id.data[i] != '.' && id.data[i] != '-')
			return false;
	return true;
}

static bool is_licence(struct bytes id)
{
	struct bytes plain = bytes_ends(id, BYTES("+")) ? bytes_part(id, 0, id.size - 1) : id;
	return is_own(id) || words_have_nocase(spdx_licenses, COUNT(spdx_licenses), plain);
}

static enum status misplaced(struct word w, struct diag *d)
{
	if (w.kind == WORD_END)
		return fail(d, ERR_FORMAT, 0, "the licence expression ends early");
	return fail(d, ERR_FORMAT, 0, "'%.*s' does not belong there in a licence expression", BYTES_ARG(bytes_part(w.text, 0, 100)));
}

/* Behind an operator or "(": a licence or "(". */
static enum status take_operand(struct word w, unsigned *depth, bool *wants_operand, struct diag *d)
{
	if (w.kind == WORD_OPEN && ++*depth > SPDX_EXPRESSION_DEPTH_MAX)
		return fail(d, ERR_LIMIT, 0, "a licence expression nested deeper than %d", SPDX_EXPRESSION_DEPTH_MAX);
	if (w.kind == WORD_OPEN)
		return OK;
	if (w.kind != WORD_ID)
		return misplaced(w, d);
	if (!is_licence(w.text))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is no SPDX licence", BYTES_ARG(bytes_part(w.text, 0, 100)));
	*wants_operand = false;
	return OK;
}

/* Behind a licence or ")": an operator or ")"; an exception only behind a licence. */
static enum status take_operator(struct word w, bool after_licence, struct bytes *rest, unsigned *depth, bool *wants_operand,
				 struct diag *d)
{
	if (w.kind == WORD_CLOSE && *depth) {
		--*depth;
		return OK;
	}
	if (w.kind == WORD_AND || w.kind == WORD_OR) {
		*wants_operand = true;
		return OK;
	}
	if (w.kind != WORD_WITH || !after_licence)
		return misplaced(w, d);
	w = next(rest);
	if (w.kind != WORD_ID)
		return misplaced(w, d);
	if (!words_have_nocase(spdx_exceptions, COUNT(spdx_exceptions), w.text))
		return fail(d, ERR_FORMAT, 0, "'%.*s' is no SPDX licence exception", BYTES_ARG(bytes_part(w.text, 0, 100)));
	return OK;
}

enum status spdx_expression_check(struct bytes text, struct diag *d)
{
	unsigned depth = 0;
	bool wants_operand = true, after_licence = false;
	if (text.size > SPDX_EXPRESSION_SIZE_MAX)
		return fail(d, ERR_LIMIT, 0, "a licence expression of more than %d bytes", SPDX_EXPRESSION_SIZE_MAX);
	for (;;) {
		struct word w = next(&text);
		if (w.kind == WORD_END && !wants_operand && depth == 0)
			return OK;
		enum status s = wants_operand ? take_operand(w, &depth, &wants_operand, d)
					      : take_operator(w, after_licence, &text, &depth, &wants_operand, d);
		if (s)
			return s;
		after_licence = w.kind == WORD_ID;
	}
}
