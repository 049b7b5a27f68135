/* Which platform tags PyPI takes (warehouse/utils/wheel.py as of 2026-08; reference/wheel-checks.md I06). */
#ifndef CHECK_PLATFORM_TAG_H
#define CHECK_PLATFORM_TAG_H

#include "base/bytes.h"

/* tag: one, in lower case, "manylinux_2_17_x86_64". */
bool platform_tag_is_taken(struct bytes tag);

#endif
