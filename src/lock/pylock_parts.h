/* Private to the files of pylock.h. */
#ifndef LOCK_PYLOCK_PARTS_H
#define LOCK_PYLOCK_PARTS_H

#include "lock/pylock.h"

/* Names are normalised, versions and markers parse, each file's name is that of its package and version. ERR_FORMAT with the line. */
MUST_USE enum status pylock_check(const struct pylock *lock, struct diag *d);

#endif
