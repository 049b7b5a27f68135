#include "pack/repair.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "format/snapshot.h"
#include "host/mapped.h"
#include "host/sealed.h"
#include "sandbox/program.h"

enum { HEAD_MAX = 4096, NAME_SIZE_MAX = 255 };

/* The answer: the name, a line end, the bytes. */
static const char script[] = "set -e; mkdir /tmp/repaired; auditwheel repair --plat \"$1\" -w /tmp/repaired \"/build/src/$2\"; "
			     "cd /tmp/repaired; set -- *.whl; { echo \"$1\"; cat -- \"$1\"; } > /out/answer";

static enum status write_snapshot(int to, struct bytes name, struct bytes wheel, struct diag *d)
{
	CLEANUP(buf_done) struct buf head;
	CLEANUP(buf_done) struct buf tail;
	buf_init(&head, HEAD_MAX);
	buf_init(&tail, HEAD_MAX);
	snapshot_put_start(&head);
	snapshot_put_header(&head, 'f', name, wheel.size);
	snapshot_put_end(&tail);
	enum status s = fd_write_all(to, buf_bytes(&head), d);
	if (s == OK)
		s = fd_write_all(to, wheel, d);
	if (s == OK)
		s = fd_write_all(to, buf_bytes(&tail), d);
	return s ? s : sealed_close(to, d);
}

static enum status make_snapshot(const struct repair_request *r, uint64_t max, int *ret_fd, struct diag *d)
{
	struct bytes wheel = { NULL, 0 };
	CLEANUP(fd_close) int fd = -1;
	enum status s = sealed_open("hwb-repair", &fd, d);
	if (s == OK)
		s = mapped_open(r->wheel_fd, max, &wheel, d);
	if (s == OK)
		s = write_snapshot(fd, r->file_name, wheel, d);
	mapped_done(&wheel);
	if (s == OK)
		*ret_fd = take_fd(&fd);
	return s;
}

static enum status take_answer(struct bytes answer, struct arena *a, struct repair_result *ret, struct diag *d)
{
	struct bytes rest = answer, name = bytes_cut(&rest, '\n');
	CLEANUP(fd_close) int fd = -1;
	if (name.size > NAME_SIZE_MAX || !bytes_ends(name, BYTES(".whl")) || bytes_find(name, '/') < name.size ||
	    bytes_find(name, '\0') < name.size || name.data[0] == '.')
		return fail(d, ERR_ARTEFACT, 0, "auditwheel made no wheel whose name makes sense");
	enum status s = sealed_open("hwb-repaired", &fd, d);
	if (s == OK)
		s = fd_write_all(fd, rest, d);
	if (s == OK)
		s = sealed_close(fd, d);
	if (s == OK)
		*ret = (struct repair_result){ .fd = take_fd(&fd), .file_name = arena_copy(a, name) };
	return s;
}

enum status repair_run(const struct run_context *run, const struct repair_request *request, struct arena *a,
		       struct repair_result *ret, struct diag *d)
{
	const char *const argv[] = { "/bin/sh", "-c", script, "sh", request->platform, arena_string(a, request->file_name) };
	CLEANUP(fd_close) int snapshot = -1;
	CLEANUP(fd_close) int answer = -1;
	struct bytes map = { NULL, 0 };
	struct program program = {
		.what = "auditwheel",
		.argv = argv,
		.n_argv = COUNT(argv),
		.epoch = request->epoch,
		.outside_id = request->outside_id,
		.answer = "answer",
		.answer_max = run->limits->wheel_size,
	};
	enum status s = make_snapshot(request, run->limits->wheel_size, &snapshot, d);
	program.snapshot_fd = snapshot;
	if (s == OK)
		s = program_run(run, &program, a, &answer, d);
	if (s == OK)
		s = mapped_open(answer, run->limits->wheel_size, &map, d);
	if (s == OK)
		s = take_answer(map, a, ret, d);
	mapped_done(&map);
	return s;
}
