/* Sdists as build dependencies (--build-deps any): each is built to a wheel in a sandbox of its own, by a pipeline of its own, and kept
 * in the cache: CACHE/built/KEY names the wheel of an sdist and an interpreter. */
#ifndef CLI_BUILT_H
#define CLI_BUILT_H

#include "cli/pipeline.h"

/* One that was built for another: a ends in b ends in a is no end. */
enum { BUILT_DEPTH_MAX = 8 };

/* The builder of p for lock_request.builder; NULL where the settings take wheels only. Lives as long as the arena. */
const struct lock_builder *built_builder(struct pipeline *p);

#endif
