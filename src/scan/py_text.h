/* What a string says by itself: paths of credentials, hosts that take stolen things, places that outlive a restart, shell tricks. */
#ifndef SCAN_PY_TEXT_H
#define SCAN_PY_TEXT_H

#include "base/bytes.h"

enum {
	TEXT_CRED = 1,
	TEXT_EXFIL = 2,
	TEXT_MINER = 4,
	TEXT_PERSISTENCE = 8,
	TEXT_SHELL_FETCH = 16, /* a command that fetches and runs */
	TEXT_REVERSE_SHELL = 32,
	TEXT_ENCODED_COMMAND = 64,
	TEXT_UPLOAD = 128, /* publishes packages */
	TEXT_PTH = 256, /* the name of a file that the interpreter runs at its start */
	TEXT_SITECUSTOMIZE = 512,
	TEXT_PIP = 1024, /* installs packages */
};

/* Which pairs of bytes begin a pattern. */
struct text_matcher {
	unsigned char pairs[65536 / 8];
};
void text_matcher_init(struct text_matcher *m);
/* The bits above that the text has, case ignored and '\' read as '/'; looks at the first 64 KiB. */
unsigned text_match(const struct text_matcher *m, struct bytes text);
/* Bits per byte times 100 of a text of at least 200 bytes that is letters, digits and "+/=-_", else 0. */
unsigned text_entropy(struct bytes text);

#endif
