/* Sdists as build dependencies, for who asks for them: each is on offer as a wheel that anything can use, after all real ones of its
 * version. What it wants is known when it is built, which the source of the resolution does by a callback. Private to lock/. */
#ifndef LOCK_FROM_SDIST_H
#define LOCK_FROM_SDIST_H

#include "lock/source.h"

struct from_sdist {
	const struct lock_source *under;
	const struct lock_builder *builder;
	struct arena *arena;
	struct index_project **projects; /* those asked for, and those they are made of */
	const struct index_project **known;
	size_t n_projects;
};

/* f outlives *ret. */
void from_sdist_source(struct from_sdist *f, struct lock_source *ret);

#endif
