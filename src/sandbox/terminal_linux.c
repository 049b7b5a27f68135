#include "sandbox/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/cleanup.h"

enum { END_OF_FILE = 4 }; /* what a terminal takes for it when nobody has set another (termios(3), VEOF) */

enum status terminal_make(int *ret_master, int *ret_slave, struct diag *d)
{
	CLEANUP(fd_close) int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0 || unlockpt(master))
		return fail(d, ERR_IO, 0, "make a terminal: %s", strerror(errno));
	int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return fail(d, ERR_IO, 0, "open the terminal: %s", strerror(errno));
	*ret_master = take_fd(&master);
	*ret_slave = slave;
	return OK;
}

void terminal_init(struct terminal *t, int master_fd, int input_fd)
{
	*t = (struct terminal){ .master_fd = master_fd, .input_fd = input_fd };
	terminal_follow_size(t);
}

short terminal_master_events(const struct terminal *t)
{
	return t->n_pending ? POLLIN | POLLOUT : POLLIN;
}

bool terminal_wants_input(const struct terminal *t)
{
	return t->input_fd >= 0 && t->n_pending == 0;
}

void terminal_read_input(struct terminal *t)
{
	ssize_t n = read(t->input_fd, t->pending, sizeof t->pending);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		t->input_fd = -1;
		t->pending[0] = END_OF_FILE;
		n = 1;
	}
	t->n_pending = (size_t)n;
	terminal_flush(t);
}

void terminal_flush(struct terminal *t)
{
	ssize_t n = t->n_pending ? write(t->master_fd, t->pending, t->n_pending) : 0;
	if (n <= 0)
		return;
	t->n_pending -= (size_t)n;
	memmove(t->pending, t->pending + n, t->n_pending);
}

void terminal_follow_size(const struct terminal *t)
{
	struct winsize theirs, ours;
	if (t->input_fd < 0 || ioctl(t->input_fd, TIOCGWINSZ, &theirs) || ioctl(t->master_fd, TIOCGWINSZ, &ours))
		return;
	if (theirs.ws_row != ours.ws_row || theirs.ws_col != ours.ws_col)
		(void)ioctl(t->master_fd, TIOCSWINSZ, &theirs);
}
