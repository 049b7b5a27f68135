/* PyPA's own build images, pinned by digest (data/pypa-images.txt). */
#ifndef CLI_PYPA_IMAGES_H
#define CLI_PYPA_IMAGES_H

#include "base/arena.h"

/* "NAME@sha256:..." for a platform tag (PEP 600, PEP 656), in a; NULL for one that is not in the table. */
const char *pypa_image_find(const char *platform, struct arena *a);

#endif
