/* Platform tags, and what a binary may count on under one: manylinux (PEP 600), musllinux (PEP 656), android (PEP 738).
 * The lists are auditwheel's, in data/platform-policies.txt. */
#ifndef CHECK_PLATFORM_H
#define CHECK_PLATFORM_H

#include "base/bytes.h"

enum platform_kind {
	PLATFORM_OTHER, /* not one of these: nothing is known of it */
	PLATFORM_ANY,
	PLATFORM_LINUX, /* of the machine that built it: promises nothing */
	PLATFORM_MANYLINUX,
	PLATFORM_MUSLLINUX,
	PLATFORM_ANDROID,
	PLATFORM_MACOS,
	PLATFORM_WINDOWS
};

struct platform {
	enum platform_kind kind;
	unsigned number; /* version: major * 1000 + minor, 2_17 is 2017; android: the API level * 1000 */
	struct bytes arch; /* as in the tag: "x86_64", "universal2", "amd64" */
	struct bytes tag; /* the whole */
};

/* tag: one platform tag, lower case, borrowed. Never fails: PLATFORM_OTHER. */
struct platform platform_parse(struct bytes tag);

/* Has the family a policy for this architecture that is not newer than the tag? Also for tags between two policies. */
bool policy_exists(const struct platform *p);

/* Where a thing comes in: number of the first policy that has it, 0 when none has. */
unsigned policy_of_library(const struct platform *p, struct bytes soname);
/* A version of symbols, "GLIBC_2.17". 1 when the policies do not speak of such versions ("OPENSSL_3.0.0"). */
unsigned policy_of_version(const struct platform *p, struct bytes name);
/* Which of the libraries that keep symbols to themselves are among these, as bits for policy_refuses. */
unsigned policy_guarded_libraries(const struct bytes *needed, size_t n);
/* Is the symbol internal to one of those libraries, under this policy? Time: one search in a sorted table. */
bool policy_refuses(const struct platform *p, unsigned guards, struct bytes symbol);

/* What the libc of musl is called for that architecture: "libc.musl-x86_64.so.1"; {NULL, 0}: unknown. */
struct bytes platform_musl_libc(struct bytes arch);

#endif
