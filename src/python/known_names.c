#include "python/known_names.h"

#include "known_backends_table.h"

struct bytes list_date(struct bytes list)
{
	while (list.size) {
		struct bytes line = bytes_cut(&list, '\n');
		if (bytes_starts(line, BYTES("# Date: ")))
			return bytes_trim(bytes_from(line, 8));
	}
	return (struct bytes){ NULL, 0 };
}

struct bytes known_names_date(void)
{
	return list_date(bytes_make(known_backends, sizeof known_backends));
}

/* One name a line. */
bool known_name_is(struct bytes name)
{
	struct bytes rest = bytes_make(known_backends, sizeof known_backends);
	while (rest.size)
		if (bytes_equal(bytes_cut(&rest, '\n'), name))
			return true;
	return false;
}
