#include "python/known_names.h"

#include "known_backends_table.h"

/* One name a line. */
bool known_name_is(struct bytes name)
{
	struct bytes rest = bytes_make(known_backends, sizeof known_backends);
	while (rest.size)
		if (bytes_equal(bytes_cut(&rest, '\n'), name))
			return true;
	return false;
}
