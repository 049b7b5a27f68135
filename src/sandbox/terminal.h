/* The terminal of an interactive sandbox (pty(7)): one of its own, so that nothing inside ever holds the user's. */
#ifndef SANDBOX_TERMINAL_H
#define SANDBOX_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { TERMINAL_PENDING = 4096 };

/* hwb's end of it, and what was typed and has not been taken yet. */
struct terminal {
	int master_fd, input_fd; /* borrowed; input_fd -1: there is nothing more to type */
	size_t n_pending;
	char pending[TERMINAL_PENDING];
};

/* Both ends, close-on-exec; ours does not block. ERR_IO. */
MUST_USE enum status terminal_make(int *ret_master, int *ret_slave, struct diag *d);

void terminal_init(struct terminal *t, int master_fd, int input_fd);
/* What to poll for; to be asked anew each time. */
short terminal_master_events(const struct terminal *t);
bool terminal_wants_input(const struct terminal *t);
/* Reads what was typed (the end of it becomes the terminal's own end of file), and hands on as much as is taken. */
void terminal_read_input(struct terminal *t);
void terminal_flush(struct terminal *t);
/* Gives it the size of the terminal that input_fd is, if it is one. */
void terminal_follow_size(const struct terminal *t);

#endif
