#include "finding/finding.h"

static const struct finding_rule rules[] = {
#include "findings_table.h"
};

const struct finding_rule *finding_rules(size_t *ret_n)
{
	*ret_n = COUNT(rules);
	return rules;
}

const struct finding_rule *finding_rule(struct bytes id)
{
	for (size_t low = 0, high = COUNT(rules); low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = bytes_compare(bytes_of(rules[middle].id), id);
		if (order == 0)
			return &rules[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
