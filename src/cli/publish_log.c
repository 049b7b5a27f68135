#include "cli/publish_log.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "host/file.h"

enum { LINES_MAX = 16 << 20 };

static const char *word_of(enum publish_outcome outcome)
{
	static const char *const words[] = {
		[PUBLISH_NOT_TRIED] = "not-tried", [PUBLISH_DONE] = "published", [PUBLISH_WAS_THERE] = "was-there",
		[PUBLISH_WOULD] = "dry-run",       [PUBLISH_FAILED] = "failed",
	};
	return words[outcome];
}

enum status publish_log(const char *logs_path, const struct run_context *run, const struct publish_request *request,
			const struct publish_credential *credential, struct diag *d)
{
	char now[CLOCK_TEXT_SIZE], name[64], digest[SHA256_TEXT_SIZE];
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(fd_close) int fd = -1;
	CLEANUP(buf_done) struct buf lines;
	buf_init(&lines, LINES_MAX);
	clock_text_now(now);
	(void)snprintf(name, sizeof name, "publish-%.10s.log", now);
	enum status s = directory_make(AT_FDCWD, logs_path, true, &dir, d);
	if (s)
		return recode(d, ERR_LOG);
	fd = openat(dir, name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(d, ERR_LOG, 0, "open '%s/%s': %s", logs_path, name, strerror(errno));
	for (size_t i = 0; i < request->n_files; i++) {
		const struct publish_file *f = &request->files[i];
		sha256_text(&f->digest, digest);
		buf_printf(&lines, "%s %.8s %s %.*s sha256:%s %s %s\n", now, run->id, word_of(f->outcome), BYTES_ARG(f->name),
			   digest, request->registry->upload_url, credential ? credential->kind : "-");
	}
	s = fd_write_all(fd, buf_bytes(&lines), d);
	return s ? recode(d, ERR_LOG) : OK;
}
