#include "finding/finding.h"

#include <stdlib.h>

static const struct finding_rule rules[] = {
#include "findings_table.h"
};

const struct finding_rule *finding_rules(size_t *ret_n)
{
	*ret_n = COUNT(rules);
	return rules;
}

static int compare_id(const void *id, const void *rule)
{
	return bytes_compare(*(const struct bytes *)id, bytes_of(((const struct finding_rule *)rule)->id));
}

const struct finding_rule *finding_rule(struct bytes id)
{
	return bsearch(&id, rules, COUNT(rules), sizeof *rules, compare_id);
}
