/* Wheels for tests, good and bad: RECORD is written for what is in them, unless a member says otherwise.
 * The archive is written byte by byte, so that order, times, modes and compression are the test's. */
#ifndef TESTS_WHEEL_MAKE_H
#define TESTS_WHEEL_MAKE_H

#include "base/buf.h"

struct made_member {
	const char *name, *content;
	uint32_t mode; /* with its type; 0: 0100644 */
	const char *record; /* its row instead of the right one; "": none */
	uint32_t crc_add; /* makes the archive lie about the content */
};

enum { MADE_MEMBERS_MAX = 12 };

struct made_wheel {
	struct made_member members[MADE_MEMBERS_MAX]; /* up to the first without a name */
	const char *record_name; /* NULL: MADE_INFO "RECORD"; "": no RECORD */
	const char *record_more; /* rows for what is not there */
	bool reversed; /* RECORD first, then the members from the last */
	bool deflated;
	uint32_t dos_time; /* 0: the start of 1980 */
	const char *own_record; /* RECORD as it is here, whatever is in the wheel */
};

#define MADE_FILE "a_b-1.0-py3-none-any.whl"
#define MADE_INFO "a_b-1.0.dist-info/"
#define MADE_METADATA \
	{ \
		.name = MADE_INFO "METADATA", .content = "Metadata-Version: 2.1\nName: A.b\nVersion: 1.0\nRequires-Dist: c>=1\n" \
	}
#define MADE_WHEEL \
	{ \
		.name = MADE_INFO "WHEEL", \
		.content = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n" \
	}

/* Appends the archive. */
void wheel_make(const struct made_wheel *w, struct buf *out);

#endif
