#include "redact/tokens.h"

struct finding_tokens {
	struct bytes content;
	token_found found;
	void *context;
	bool is_binary;
	size_t n[2]; /* of those that could be something else, and of the sure ones: neither crowds out the other */
	size_t at; /* how far the lines are counted */
	uint32_t line;
};

/* What documentation shows: AWS's own keys end so, and nobody was ever given one. */
static bool is_placeholder(struct bytes token)
{
	return bytes_ends(token, BYTES("EXAMPLE")) || bytes_ends(token, BYTES("EXAMPLEKEY"));
}

/* Libraries for cryptography carry keys that they test themselves with, and the words that a key begins with. */
static bool is_binary(struct bytes content)
{
	enum { LOOKED_AT = 8000 };
	struct bytes start = bytes_part(content, 0, LOOKED_AT);
	return bytes_find(start, 0) < start.size;
}

static void take(void *context, const struct secret_span *span)
{
	struct finding_tokens *f = context;
	const char *rule = secret_rule_id(span->rule);
	bool is_sure = span->confidence == SECRET_HIGH;
	if (span->continues || span->confidence == SECRET_LOW || is_placeholder(bytes_part(f->content, span->offset, span->size)) ||
	    (f->is_binary && strcmp(rule, "private-key") == 0) || f->n[is_sure]++ >= TOKENS_MAX)
		return;
	for (; f->at < span->offset; f->at++)
		f->line += f->content.data[f->at] == '\n';
	f->found(f->context, &(struct token_place){ rule, span->offset, span->size, f->line, is_sure });
}

struct secret_scanner *tokens_scanner_new(struct arena *a)
{
	struct secret_scanner *s = secret_scanner_new(a, false, NULL);
	secret_scanner_as_is(s, true);
	return s;
}

void tokens_find(struct secret_scanner *s, struct bytes content, token_found found, void *context)
{
	struct finding_tokens f = { .content = content, .found = found, .context = context, .is_binary = is_binary(content), .line = 1 };
	secret_find(s, content, take, &f);
}
