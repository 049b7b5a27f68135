/* Secrets in files, as opposed to logs: the forms that an issuer gives them, and private keys. What is secret only by the words beside it
 * (a URL with a password, a header, an assignment) is nearly always an example in a file, and is left out. */
#ifndef REDACT_TOKENS_H
#define REDACT_TOKENS_H

#include "redact/secrets.h"

struct token_place {
	const char *rule; /* "github"; a constant */
	size_t offset, size;
	uint32_t line; /* 1-based */
	bool is_sure; /* by its form alone; else it could be something else of the same form */
};
typedef void (*token_found)(void *context, const struct token_place *place);

/* A scanner for files; lives as long as a. */
struct secret_scanner *tokens_scanner_new(struct arena *a);
/* content: a whole file. In order; at most TOKENS_MAX that are sure, and as many that are not. */
enum { TOKENS_MAX = 20 };
void tokens_find(struct secret_scanner *s, struct bytes content, token_found found, void *context);

#endif
