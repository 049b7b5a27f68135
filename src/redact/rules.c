#include "redact/rules.h"

#include <assert.h>
#include <string.h>

#include "base/status.h"
#include "redaction_rules.h"

static_assert(COUNT(rules) <= SECRET_RULES_MAX, "the numbers behind the table's begin at SECRET_RULES_MAX");

const struct secret_rule *secret_rules(size_t *ret_n)
{
	*ret_n = COUNT(rules);
	return rules;
}

const struct secret_keyword *secret_keywords(size_t *ret_n)
{
	*ret_n = COUNT(keywords);
	return keywords;
}

bool secret_rule_is_of_logs(const char *id)
{
	static const char *const of_logs[] = { "url-password", "url-token", "url-query",    "header",
					       "cookie",       "netrc",     "command-line", "assignment" };
	for (size_t i = 0; i < COUNT(of_logs); i++)
		if (strcmp(id, of_logs[i]) == 0)
			return true;
	return false;
}

const char *secret_rule_id(unsigned rule)
{
	if (rule < COUNT(rules))
		return rules[rule].id;
	return rule == SECRET_RULE_KNOWN ? "known" : rule == SECRET_RULE_LINE ? "line" : "";
}
