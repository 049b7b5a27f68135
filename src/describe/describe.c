#include "describe/describe.h"

enum { REPLY_MAX = 128 << 20, WHEELS_MAX = 10000, RECORD_SIZE_MIN = 64 };

enum status describe_start(const struct run_context *run, int fd, struct helper *ret, struct diag *d)
{
	return helper_start(run, "hwb-parse", "describe", &fd, 1, ret, d);
}

enum status describe_ask(const struct run_context *run, const struct describe_request *request, struct helper *h, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, request->file_name.size + 64);
	wire_put_u32(&ask, request->kind);
	wire_put_bytes(&ask, request->file_name);
	wire_put_u32(&ask, request->is_verified);
	wire_put_u64(&ask, run->limits->wheel_members);
	wire_put_u64(&ask, run->limits->wheel_size);
	return helper_ask(h, buf_bytes(&ask), d);
}

static enum status read_reply(struct bytes reply, const struct describe_request *request, struct arena *a,
			      struct describe_result *ret, struct diag *d)
{
	struct wire w = wire_over(reply);
	struct describe_result r = { .n = wire_get_count(&w, RECORD_SIZE_MIN) };
	if (r.n > WHEELS_MAX || r.n == 0 || (request->kind == DESCRIBE_WHEEL && r.n != 1))
		return fail(d, ERR_UNCHECKED, 0, "the answer about it makes no sense");
	r.sboms = ARENA_ARRAY(a, struct sbom, r.n);
	for (size_t i = 0; i < r.n && !w.bad; i++)
		sbom_get_record(&w, a, &r.sboms[i]);
	if (wire_end(&w, "describe", d) || (request->kind == DESCRIBE_WHEEL && !bytes_equal(r.sboms->file_name, request->file_name)))
		return fail(d, ERR_UNCHECKED, 0, "the answer about it makes no sense");
	*ret = r;
	return OK;
}

enum status describe_run(const struct run_context *run, const struct describe_request *request, struct helper *h, struct arena *a,
			 struct describe_result *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	buf_init(&reply, REPLY_MAX);
	enum status s = helper_finish(run, h, &reply, d);
	if (s == OK)
		s = read_reply(buf_bytes(&reply), request, a, ret, d);
	else if (s == ERR_FORMAT || s == ERR_LIMIT || s == ERR_REFUSED)
		s = recode(d, request->kind == DESCRIBE_WHEEL ? ERR_ARTEFACT : ERR_USAGE);
	else if (s != ERR_CANCELLED)
		s = recode(d, ERR_UNCHECKED);
	return s ? explain(d, "could not describe '%.*s'", BYTES_ARG(request->file_name)) : OK;
}
