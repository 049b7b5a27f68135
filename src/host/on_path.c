#include "host/on_path.h"

#include <unistd.h>

const char *on_path_find(const char *path_variable, const char *name, struct arena *a)
{
	struct bytes rest = bytes_of(path_variable);
	while (rest.data) {
		struct bytes folder = bytes_cut(&rest, ':');
		if (!folder.size || folder.data[0] != '/')
			continue;
		const char *path = arena_printf(a, "%.*s/%s", BYTES_ARG(folder), name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}
