/* The B checks of a wheel (reference/wheel-checks.md 3.6): what its programs and libraries need, where they may run, and what they
 * may do when they are loaded. Member by member, in any order, then once for what only the whole wheel tells. */
#ifndef CHECK_BINARIES_H
#define CHECK_BINARIES_H

#include "base/arena.h"
#include "python/wheel.h"

struct binaries;

struct binaries_request {
	const struct wheel_name *name; /* of the file name: the tags */
	struct bytes data_folder; /* "name-1.0.data"; {NULL, 0}: none */
	bool root_is_purelib; /* as WHEEL has it */
};

/* Lives as long as a, and borrows what *request points to. Findings go to report: ids B01..B13, a sentence that goes on from
 * the name of the member ("needs libfoo.so.1, which ..."). */
struct binaries *binaries_new(const struct binaries_request *request, wheel_report *report, void *context, struct arena *a);

/* One member: its path as in the archive, its whole content; both are free again afterwards. What is neither ELF, PE nor Mach-O
 * costs the look at its first bytes. Time and memory: linear in the content. */
void binaries_member(struct binaries *b, struct bytes path, struct bytes content);

/* All members have been seen: needed libraries against those that the wheel ships. */
void binaries_finish(struct binaries *b);

#endif
