/* What credentials look like: the rows of data/redaction.txt as tables, and the few names of rules that have no row.
 * reference/secrets.md section 2. */
#ifndef REDACT_RULES_H
#define REDACT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is asked of a match besides its regex: check.h. */
enum secret_check {
	SECRET_CHECK_NONE,
	SECRET_CHECK_CRC32, /* raises the confidence */
	SECRET_CHECK_MACAROON, /* raises the confidence */
	SECRET_CHECK_JWT,
	SECRET_CHECK_BASIC,
	SECRET_CHECK_PEM, /* the match is where a key begins: pem.h */
	SECRET_CHECK_PLACEHOLDER,
	SECRET_CHECK_OPAQUE,
	SECRET_CHECK_MIXED,
	SECRET_CHECK_ASSIGNMENT,
};

enum secret_confidence { SECRET_LOW = 1, SECRET_MEDIUM, SECRET_HIGH };

struct secret_rule {
	const char *id; /* [a-z][a-z0-9-]*, at most 32; rules may share one */
	enum secret_check check;
	uint8_t confidence; /* enum secret_confidence */
	uint8_t lead; /* so many bytes before the keyword the regex begins */
	const char *regex; /* PCRE2; group 1, if there is one, is what is hidden */
};

struct secret_keyword {
	const char *text; /* lower case */
	uint8_t size; /* at least 3 */
	uint8_t rare; /* offset of the three bytes by which it is looked for */
	uint16_t rule;
};

/* Numbers beside those of the table, for what is hidden without a regex. */
enum {
	SECRET_RULES_MAX = 160, /* of the table */
	SECRET_RULE_KNOWN = SECRET_RULES_MAX, /* a value that was given: known.h */
	SECRET_RULE_LINE, /* a line on which a limit was reached */
	SECRET_RULE_MASK, /* not a secret: a mask that stood there before */
	SECRET_RULE_NUMBERS
};

const struct secret_rule *secret_rules(size_t *ret_n);
const struct secret_keyword *secret_keywords(size_t *ret_n);
/* Secret only by the words beside it (a URL with a password, a header, an assignment): in a file it is nearly always an example. */
bool secret_rule_is_of_logs(const char *id);
/* "github", "known", "line": of any of the numbers above. Static. */
const char *secret_rule_id(unsigned rule);

#endif
