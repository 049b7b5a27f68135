#include "check/check.h"

#include "base/cleanup.h"
#include "base/wire.h"
#include "host/spool.h"

enum { REPLY_MAX = 64 << 20, REQUEST_MAX = 64 << 20 };

static enum status read_reply(struct bytes reply, struct arena *a, struct check_result *ret, struct diag *d)
{
	struct wire w = wire_over(reply);
	struct check_result r = { .findings = { .arena = a } };
	if (finding_list_read(&w, &r.findings, d))
		return recode(d, ERR_UNCHECKED);
	r.name = arena_copy(a, wire_get_bytes(&w));
	r.version = arena_copy(a, wire_get_bytes(&w));
	r.tags = arena_copy(a, wire_get_bytes(&w));
	r.n_members = wire_get_u32(&w);
	r.unpacked_size = wire_get_u64(&w);
	if (wire_end(&w, "check", d))
		return fail(d, ERR_UNCHECKED, 0, "the checker's answer makes no sense");
	*ret = r;
	return OK;
}

enum status check_start(const struct run_context *run, int wheel_fd, int source_fd, struct helper *ret, struct diag *d)
{
	CLEANUP(fd_close) int room = -1;
	enum status s = spool_room(run, &room, d);
	const int fds[] = { wheel_fd, room, source_fd };
	return s ? s : helper_start(run, "hwb-parse", "check", fds, source_fd >= 0 ? 3 : 2, ret, d);
}

enum status check_ask(const struct run_context *run, const struct check_request *request, struct helper *checker, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, REQUEST_MAX);
	wire_put_bytes(&ask, request->file_name);
	wire_put_bytes(&ask, request->want_name);
	wire_put_bytes(&ask, request->want_version);
	wire_put_bytes(&ask, request->pkg_info);
	wire_put_u64(&ask, run->limits->wheel_members);
	wire_put_u64(&ask, run->limits->wheel_size);
	wire_put_u32(&ask, request->has_source);
	checker->also = request->also;
	return helper_ask(checker, buf_bytes(&ask), d);
}

enum status check_finish(const struct run_context *run, const struct check_request *request, struct helper *checker,
			 struct arena *a, struct check_result *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	struct check_result result;
	struct sha256 digest;
	uint64_t size;
	buf_init(&reply, REPLY_MAX);
	/* We hash while it reads. */
	enum status s = sha256_of_fd(request->wheel_fd, run->limits->wheel_size, &digest, &size, d);
	if (s)
		return s;
	s = helper_finish(run, checker, &reply, d);
	if (s == OK)
		s = read_reply(buf_bytes(&reply), a, &result, d);
	else if (s != ERR_CANCELLED)
		s = recode(d, ERR_UNCHECKED);
	if (s)
		return explain(d, "could not check '%.*s'", BYTES_ARG(request->file_name));
	result.digest = digest;
	*ret = result;
	return OK;
}

enum status check_run(const struct run_context *run, const struct check_request *request, struct helper *checker, struct arena *a,
		      struct check_result *ret, struct diag *d)
{
	enum status s = check_ask(run, request, checker, d);
	return s ? s : check_finish(run, request, checker, a, ret, d);
}
