#include "cli/wheel_line.h"

#include "base/cleanup.h"
#include "check/check.h"
#include "describe/describe.h"
#include "host/sealed.h"

static struct wheel_line line_of(int fd, int source_fd, bool keep_archive)
{
	return (struct wheel_line){ .raw_fd = fd, .source_fd = source_fd, .keep_archive = keep_archive, .packer = { .out_fd = -1 } };
}

enum status wheel_line_open(bool keep_archive, int source_fd, struct wheel_line *ret, struct diag *d)
{
	*ret = line_of(-1, source_fd, keep_archive);
	return sealed_open("hwb-artefact", &ret->raw_fd, d);
}

enum status wheel_line_start(const struct run_context *run, struct wheel_line *l, struct diag *d)
{
	if (!l || l->is_started)
		return OK;
	l->is_started = true;
	enum status s = l->keep_archive ? OK : pack_start(run, l->raw_fd, &l->packer, d);
	if (s == OK)
		s = check_start(run, l->keep_archive ? l->raw_fd : l->packer.out_fd, l->source_fd, &l->checker, d);
	return s ? s : describe_start(run, l->raw_fd, &l->describer, d);
}

void wheel_line_replace(struct wheel_line *l, int fd)
{
	wheel_line_done(l);
	*l = line_of(fd, l->source_fd, l->keep_archive);
}

void wheel_line_done(struct wheel_line *l)
{
	fd_close(&l->raw_fd);
	packer_done(&l->packer);
	helper_stop(&l->checker);
	helper_stop(&l->describer);
}
