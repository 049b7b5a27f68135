#include "host/self.h"

#include <errno.h>

#include "base/bytes.h"

enum status self_program(const char *name, char ret_path[PATH_MAX], struct diag *d)
{
	static const char *const places[] = { "", "../libexec/hwb/" };
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return fail(d, ERR_IO, 0, "read the link '/proc/self/exe': %s", strerror(errno));
	int directory = (int)bytes_find_last(bytes_make(self, (size_t)n), '/') + 1;
	for (size_t i = 0; i < COUNT(places); i++) {
		char path[PATH_MAX];
		int size = snprintf(path, sizeof path, "%.*s%s%s", directory, self, places[i], name);
		if (size < 0 || size >= PATH_MAX || access(path, X_OK))
			continue;
		memcpy(ret_path, path, (size_t)size + 1);
		return OK;
	}
	(void)fail(d, ERR_IO, 0, "the program '%s' is not beside '%.*s'", name, (int)n, self);
	return remedy(d, "install hwb's programs together, or run './dev setup' again");
}
