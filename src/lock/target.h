/* Interpreters that are not here, to lock for: another version, another platform. Their tags are those of packaging.tags (26.3), their
 * marker values what CPython says there. */
#ifndef LOCK_TARGET_H
#define LOCK_TARGET_H

#include "base/arena.h"
#include "python/interpreter.h"

/* version: "3.12" or "3.12.4", {NULL, 0}: that of base. platform: {NULL, 0}: that of base; else as uv's --python-platform names it:
 * "linux", "macos", "windows", or an architecture and "-unknown-linux-gnu", "-unknown-linux-musl", "-manylinux_2_28",
 * "-musllinux_1_2", "-apple-darwin", "-pc-windows-msvc". Always a CPython with its lock. *ret lives as long as a and base; its paths are
 * empty. ERR_USAGE names what is not known. */
MUST_USE enum status target_make(const struct interpreter *base, struct bytes version, struct bytes platform, struct arena *a,
				 struct interpreter *ret, struct diag *d);

/* What --universal locks for, as names of platforms; ends with NULL. */
extern const char *const target_universal[];

#endif
