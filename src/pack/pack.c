#include "pack/pack.h"

#include "base/cleanup.h"
#include "base/wire.h"
#include "host/helper.h"
#include "host/reply.h"
#include "host/sealed.h"

enum { REPLY_MAX = 4096 };

enum status pack_start(const struct run_context *run, int wheel_fd, struct packer *ret, struct diag *d)
{
	struct packer p = { .out_fd = -1 };
	enum status s = sealed_open("hwb-canonical", &p.out_fd, d);
	if (s == OK)
		s = helper_start(run, "hwb-parse", "pack", (int[]){ wheel_fd, p.out_fd }, 2, &p.helper, d);
	if (s == OK)
		*ret = p;
	else
		packer_done(&p);
	return s;
}

void packer_done(struct packer *p)
{
	helper_stop(&p->helper);
	fd_close(&p->out_fd);
}

enum status pack_run(const struct run_context *run, const struct pack_request *request, struct packer *p, struct arena *a,
		     struct pack_result *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	struct pack_result result = { .fd = -1 };
	buf_init(&ask, request->file_name.size + request->embed_name.size + request->embed_content.size + 64);
	buf_init(&reply, REPLY_MAX);
	wire_put_bytes(&ask, request->file_name);
	wire_put_u64(&ask, (uint64_t)request->epoch);
	wire_put_u64(&ask, run->limits->wheel_members);
	wire_put_u64(&ask, run->limits->wheel_size);
	wire_put_bytes(&ask, request->embed_name);
	wire_put_bytes(&ask, request->embed_content);
	enum status s = helper_ask(&p->helper, buf_bytes(&ask), d);
	if (s == OK)
		s = helper_finish(run, &p->helper, &reply, d);
	if (s == OK)
		s = sealed_close(p->out_fd, d);
	if (s == OK)
		s = sha256_of_fd(p->out_fd, run->limits->wheel_size, &result.digest, &result.size, d);
	if (s)
		return s;
	struct wire w = wire_over(buf_bytes(&reply));
	result.compressor = arena_copy(a, wire_get_bytes(&w));
	s = reply_check(wire_end(&w, "pack", d), d);
	if (s)
		return s;
	result.fd = take_fd(&p->out_fd);
	*ret = result;
	return OK;
}
