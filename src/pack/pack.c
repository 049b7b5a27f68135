#include "pack/pack.h"

#include "base/cleanup.h"
#include "base/wire.h"
#include "host/helper.h"
#include "host/sealed.h"

enum { REPLY_MAX = 4096 };

enum status pack_run(const struct run_context *run, const struct pack_request *request, struct arena *a, struct pack_result *ret,
		     struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(fd_close) int out = -1;
	struct pack_result result = { .fd = -1 };
	buf_init(&ask, request->file_name.size + 64);
	buf_init(&reply, REPLY_MAX);
	wire_put_bytes(&ask, request->file_name);
	wire_put_u64(&ask, (uint64_t)request->epoch);
	wire_put_u64(&ask, run->limits->wheel_members);
	wire_put_u64(&ask, run->limits->wheel_size);
	enum status s = sealed_open("hwb-canonical", &out, d);
	if (s == OK)
		s = helper_call(run, "hwb-parse", "pack", buf_bytes(&ask), (int[]){ request->wheel_fd, out }, 2, &reply, d);
	if (s == OK)
		s = sealed_close(out, d);
	if (s == OK)
		s = sha256_of_fd(out, run->limits->wheel_size, &result.digest, &result.size, d);
	if (s)
		return s;
	struct wire w = wire_over(buf_bytes(&reply));
	result.compressor = arena_copy(a, wire_get_bytes(&w));
	s = wire_end(&w, "pack", d);
	if (s)
		return s;
	result.fd = take_fd(&out);
	*ret = result;
	return OK;
}
