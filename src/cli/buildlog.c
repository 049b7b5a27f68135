#include "cli/buildlog.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "host/file.h"

enum { LINES_MAX_SIZE = 16 << 20 };

enum status buildlog_open(const char *logs_path, struct arena *a, int *ret_fd, const char **ret_path, struct diag *d)
{
	char now[CLOCK_TEXT_SIZE], name[64];
	CLEANUP(fd_close) int dir = -1;
	clock_text_now(now);
	(void)snprintf(name, sizeof name, "build-%.10s.log", now);
	enum status s = directory_make(AT_FDCWD, logs_path, true, &dir, d);
	if (s)
		return s;
	int fd = openat(dir, name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(d, ERR_LOG, 0, "open the build log '%s/%s': %s", logs_path, name, strerror(errno));
	*ret_fd = fd;
	*ret_path = arena_printf(a, "%s/%s", logs_path, name);
	return OK;
}

void buildlog_write(int fd, const char *run, struct bytes output)
{
	if (fd < 0)
		return;
	CLEANUP(buf_done) struct buf lines;
	buf_init(&lines, LINES_MAX_SIZE);
	while (output.size) {
		struct bytes line = bytes_cut(&output, '\n');
		buf_printf(&lines, "%.8s ", run);
		buf_add(&lines, line);
		buf_add_byte(&lines, '\n');
	}
	(void)!fd_write_all(fd, buf_bytes(&lines), NULL);
}
