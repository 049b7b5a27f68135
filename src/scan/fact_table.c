/* Every fact id, one row each, of data/scan-facts.txt. */
#include "scan/fact.h"

static const struct fact_rule rules[] = {
#include "scan/scan_facts_table.h"
};

const struct fact_rule *fact_rules(size_t *ret_n)
{
	*ret_n = COUNT(rules);
	return rules;
}
