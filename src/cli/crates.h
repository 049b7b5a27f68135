/* The crates of a Rust source, for the pipeline: looked for in the cache before a build, fetched by `hwb fetch`. */
#ifndef CLI_CRATES_H
#define CLI_CRATES_H

#include "cli/pipeline.h"

/* Fills p->rust and p->crates from the snapshot and the cache; warns of a pinned toolchain. */
MUST_USE enum status crates_look(struct pipeline *p, struct diag *d);
/* Fetches what crates_look did not find. ERR_NETWORK, ERR_USAGE: there is no cargo. */
MUST_USE enum status crates_fetch(struct pipeline *p, struct diag *d);
/* Gives back what crates_look took. */
void crates_release(struct pipeline *p);

#endif
