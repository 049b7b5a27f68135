/* What hwb-sandbox says to hwb over the control socket. */
#include "base/wire.h"
#include "sandbox/inner.h"

enum { FAILED_MAX = 8192 };

int control_send(struct bytes packet, const int *fds, size_t n_fds)
{
	return packet_send(SANDBOX_FD_CONTROL, packet, fds, n_fds);
}

void packet_failed(struct buf *ret, const char *step, int error, const char *detail)
{
	buf_init(ret, FAILED_MAX);
	wire_put_u32(ret, SANDBOX_FAILED);
	wire_put_string(ret, step);
	wire_put_u32(ret, (uint32_t)error);
	wire_put_string(ret, detail);
}
