/* S09 and S19: compiled modules of a wheel against their sources (PEP 552, PEP 3147). What is compared is the header, which says
 * of which source the code is; whether the code is what the source compiles to cannot be seen without compiling it. */
#ifndef CHECK_PYC_H
#define CHECK_PYC_H

#include "base/arena.h"
#include "python/wheel.h"

struct pyc_check;

/* name: of the file name, its tags; borrowed, as long as a. Findings go to report: S09 for what cannot be right, S19 for what
 * cannot be compared; a .pyc always has one of the two. */
struct pyc_check *pyc_new(const struct wheel_name *name, wheel_report *report, void *context, struct arena *a);

/* Each member whose name ends in ".pyc", before any source. */
void pyc_member(struct pyc_check *p, struct bytes path, struct bytes content);
/* Is that member a source that pyc_source must see? */
bool pyc_wants(struct pyc_check *p, struct bytes path);
/* Each member that pyc_wants. Time: linear in the source, at most PYC_HASHES_MAX times. */
enum { PYC_HASHES_MAX = 16 };
void pyc_source(struct pyc_check *p, struct bytes path, struct bytes content);
/* Says which had no source. */
void pyc_finish(struct pyc_check *p);

/* What a header has for a source (_imp.source_hash): SipHash of the source with the magic number as key, as bytes.
 * magic: the first four bytes of the .pyc. */
void pyc_source_hash(uint32_t magic, struct bytes source, unsigned char ret[8]);

#endif
