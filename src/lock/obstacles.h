/* Why no file of a project meets one requirement, in words. Private to lock/. */
#ifndef LOCK_OBSTACLES_H
#define LOCK_OBSTACLES_H

#include "lock/demands.h"

/* Appends a sentence without its end: what stands in the way of the newest file that came closest.
 * Returns ERR_HASH when that is its hash and nothing else, else ERR_RESOLVE. */
enum status obstacles_describe(const struct rules *rules, const struct demand *demand, struct buf *out);

#endif
