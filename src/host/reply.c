#include "host/reply.h"

#include "base/wire.h"

enum { REPLY_MAGIC = 0x52425748 }; /* "HWBR" */

void reply_write(enum status s, const struct diag *d, struct bytes payload, struct buf *out)
{
	wire_put_u32(out, REPLY_MAGIC);
	wire_put_u32(out, (uint32_t)s);
	if (s == OK) {
		buf_add(out, payload);
		return;
	}
	wire_put_string(out, d->text);
	wire_put_string(out, d->help);
	wire_put_u64(out, d->offset);
	wire_put_u32(out, d->line);
	wire_put_u32(out, d->column);
}

static void copy_text(char *to, size_t size, struct bytes from)
{
	from = bytes_part(from, 0, size - 1);
	bytes_copy(to, from);
	to[from.size] = '\0';
}

enum status reply_read(struct bytes frame, struct bytes *ret_payload, struct diag *d)
{
	struct wire w = wire_over(frame);
	uint32_t magic = wire_get_u32(&w), status = wire_get_u32(&w);
	/* What only hwb itself can know, no parser tells it. */
	bool is_foreign = status == ERR_CANCELLED || status == ERR_LOG || status == ERR_PUBLISH;
	if (w.bad || magic != REPLY_MAGIC || status >= N_STATUS || is_foreign)
		return fail(d, ERR_UNCHECKED, 0, "the reply makes no sense");
	if (status == OK) {
		*ret_payload = w.rest;
		return OK;
	}
	struct diag told = { .code = (enum status)status };
	copy_text(told.text, sizeof told.text, wire_get_bytes(&w));
	copy_text(told.help, sizeof told.help, wire_get_bytes(&w));
	told.offset = wire_get_u64(&w);
	told.line = wire_get_u32(&w);
	told.column = wire_get_u32(&w);
	if (wire_end(&w, "reply", d))
		return fail(d, ERR_UNCHECKED, 0, "the reply makes no sense");
	if (d)
		*d = told;
	return told.code;
}

enum status reply_check(enum status s, struct diag *d)
{
	return s == ERR_FORMAT || s == ERR_LIMIT ? recode(d, ERR_UNCHECKED) : s;
}
