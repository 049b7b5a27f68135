#include "check/stable_abi.h"

#include <stdlib.h>

#include "base/status.h"

struct stable_symbol {
	char name[56]; /* no pointer: nothing to relocate at every start */
	unsigned char since;
};
#include "stable_abi_table.h"

static int compare(const void *key, const void *row)
{
	const struct stable_symbol *r = row;
	return bytes_compare(*(const struct bytes *)key, bytes_of(r->name));
}

unsigned stable_abi_since(struct bytes symbol)
{
	const struct stable_symbol *found = bsearch(&symbol, stable_symbols, COUNT(stable_symbols), sizeof *stable_symbols, compare);
	return found ? found->since : 0;
}
