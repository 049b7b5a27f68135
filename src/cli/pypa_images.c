#include "cli/pypa_images.h"

#include "pypa_images_table.h"

const char *pypa_image_find(const char *platform, struct arena *a)
{
	struct bytes rest = bytes_make(pypa_images, sizeof pypa_images);
	while (rest.size) {
		struct bytes line = bytes_cut(&rest, '\n'), name = bytes_cut(&line, ' ');
		if (bytes_equal(name, bytes_of(platform)))
			return arena_string(a, line);
	}
	return NULL;
}
