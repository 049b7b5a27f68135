/* Which wheels an interpreter can use, and which of them it likes best.
 * PEP 425 tags, in the interpreter's own order. */
#ifndef PYTHON_TAG_H
#define PYTHON_TAG_H

#include "python/name.h"

/* A CPython 3.14 on glibc 2.41 has about 1,500 tags. */
enum { TAG_SET_MAX = 16384 };

struct tag_set;

/* tags: "cp311-cp311-linux_x86_64" and so on, the best first, borrowed as long as the set; doubles keep their best place.
 * *ret_set lives in a. ERR_FORMAT names the tag that is not three parts; ERR_LIMIT: more than TAG_SET_MAX. */
MUST_USE enum status tag_set_new(const struct bytes *tags, size_t n, struct arena *a, const struct tag_set **ret_set, struct diag *d);

/* The place of the wheel's best tag, 0 being the best of all, or -1 when the interpreter cannot use the wheel.
 * Time: one hash look-up for each of the wheel's tags. */
int tag_set_priority(const struct tag_set *set, const struct wheel_name *wheel);

#endif
