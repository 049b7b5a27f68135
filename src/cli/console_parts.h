/* What the files of the console share. Private to console*.c. */
#ifndef CLI_CONSOLE_PARTS_H
#define CLI_CONSOLE_PARTS_H

#include "cli/console.h"
#include "cli/escape.h"
#include "redact/known.h"

/* The last 50 lines of a log are long enough; a line of a compiler has a few KiB. */
enum { TAIL_SIZE = 1 << 16, TAIL_LINES = 50, MESSAGE_MAX = 1 << 16, OUTPUT_BLOCK = 1 << 16 };

struct console {
	struct arena *arena;
	bool quiet, colour, progress, github, gitlab;
	bool colours_results; /* also on stdout */
	unsigned verbose;
	int lost_because; /* errno of the first result that stdout did not take; 0: it took all */
	bool status_shown; /* a line on the terminal that the next output wipes */
	const char *stage; /* NULL: none is open */
	uint64_t n_stages;
	struct known known;

	/* The build's output: redacted, handed to the log, escaped, redacted again. */
	struct known_stream raw, escaped;
	struct escaper escaper;
	void (*write)(void *context, struct bytes output);
	void *context;
	bool streaming; /* some of it was printed since the last console_output_end */
	bool line_open; /* what was printed did not end in a newline */
	char stop_token[33]; /* of ::stop-commands:: */
	unsigned char *tail; /* 2 * TAIL_SIZE, in the arena */
	size_t tail_size;
};

/* A text that fills its buffer of that size may have been longer. */
static inline bool console_is_full(const char *text, size_t size)
{
	return strlen(text) + 1 >= size;
}

/* Takes the status line away. */
void console_clear(struct console *c);
/* To stderr; failures are nobody's business. */
void console_write(struct bytes text);

#endif
