#include "cli/secret_input.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/settings_parts.h"
#include "host/kernel_key.h"

static const char key_description[] = "hwb:credentials";

/* What the terminal was like before, to be put back whatever happens. */
struct quiet_terminal {
	int fd;
	struct termios before;
};

static void quiet_end(struct quiet_terminal *q)
{
	if (q->fd >= 0)
		(void)tcsetattr(q->fd, TCSAFLUSH, &q->before);
}

/* One line, without its end. A signal ends the wait: the handlers only take note. */
static enum status read_line(const struct run_context *run, int fd, struct buf *ret, struct diag *d)
{
	for (;;) {
		unsigned char c;
		enum status s = run_check(run, d);
		if (s)
			return s;
		ssize_t n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, 0, "read a password: %s", strerror(errno));
		if (n == 0 || c == '\n')
			break;
		buf_add_byte(ret, c);
		explicit_bzero(&c, 1);
	}
	if (ret->size && ret->data[ret->size - 1] == '\r')
		ret->size--;
	for (size_t i = 0; i < ret->size; i++)
		if (ret->data[i] < ' ' || ret->data[i] == 0x7f)
			return fail(d, ERR_USAGE, 0, "a password has no control characters");
	if (ret->full || !ret->size)
		return fail(d, ERR_USAGE, 0, ret->full ? "a password has at most %d bytes" : "an empty password is none", SECRET_MAX);
	return OK;
}

static enum status ask(const struct run_context *run, int fd, const char *prompt, struct buf *ret, struct diag *d)
{
	buf_init(ret, SECRET_MAX);
	ret->secret = true;
	(void)!fd_write_all(fd, bytes_of(prompt), NULL);
	enum status s = read_line(run, fd, ret, d);
	(void)!fd_write_all(fd, BYTES("\n"), NULL);
	return s;
}

enum status secret_from_terminal(const struct run_context *run, const char *prompt, bool is_new, struct buf *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	CLEANUP(quiet_end) struct quiet_terminal quiet = { .fd = -1 };
	buf_init(ret, SECRET_MAX);
	ret->secret = true;
	if (fd < 0 || tcgetattr(fd, &quiet.before))
		return fail(d, ERR_ABSENT, 0, "there is no terminal to ask");
	struct termios silent = quiet.before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.fd = fd;
	if (tcsetattr(fd, TCSAFLUSH, &silent))
		return fail(d, ERR_IO, 0, "make the terminal silent: %s", strerror(errno));
	enum status s = ask(run, fd, prompt, ret, d);
	if (s || !is_new)
		return s;
	CLEANUP(buf_done) struct buf again;
	s = ask(run, fd, "once more: ", &again, d);
	if (s == OK && !bytes_equal_ct(buf_bytes(ret), buf_bytes(&again)))
		s = fail(d, ERR_USAGE, 0, "the two are not the same");
	return s;
}

enum status secret_from_input(const struct run_context *run, const char *prompt, struct buf *ret, struct diag *d)
{
	if (isatty(0))
		return secret_from_terminal(run, prompt, true, ret, d);
	buf_init(ret, SECRET_MAX);
	ret->secret = true;
	return read_line(run, 0, ret, d);
}

enum status passphrase_get(const struct run_context *run, const struct settings *s, struct console *c, bool is_new, struct buf *ret,
			   struct diag *d)
{
	const char *variable = env_get(s->environment, "HWB_CREDENTIAL_PASSPHRASE");
	enum status status = OK;
	buf_init(ret, SECRET_MAX);
	ret->secret = true;
	if (variable && variable[0])
		buf_add_string(ret, variable);
	else if (kernel_key_read(key_description, ret, NULL) || !ret->size) {
		buf_done(ret);
		status = secret_from_terminal(run, "passphrase of the credential store: ", is_new, ret, d);
	}
	if (status == ERR_ABSENT) {
		(void)fail(d, ERR_USAGE, 0,
			   is_new ? "a new credential store needs a passphrase of yours, and there is no terminal to ask for it"
				  : "the credential store has a passphrase, and nobody has said it");
		return remedy(d, "set HWB_CREDENTIAL_PASSPHRASE, or give it to the kernel: keyctl padd user %s @u", key_description);
	}
	if (status == OK && ret->full)
		status = fail(d, ERR_USAGE, 0, "a passphrase has at most %d bytes", SECRET_MAX);
	if (status == OK && !console_add_secret(c, buf_bytes(ret)))
		console_warning(c, "the passphrase is too short or too common to be hidden in what hwb prints");
	return status;
}
