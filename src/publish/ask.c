/* What hwb asks hwb-parse: the form of a distribution, the words of an answer. */
#include "base/wire.h"
#include "host/helper.h"
#include "host/reply.h"
#include "publish/answer.h"
#include "publish/form.h"

enum { REQUEST_MAX = 64 << 10, REPLY_MAX = 16 << 10 };

enum status form_ask(const struct run_context *run, int fd, enum form_kind kind, struct bytes file_name, struct arena *a,
		     struct form *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, REQUEST_MAX);
	buf_init(&reply, UPLOAD_RECORD_MAX);
	wire_put_u32(&ask, kind);
	wire_put_bytes(&ask, file_name);
	enum status s = helper_call(run, "hwb-parse", "upload-form", buf_bytes(&ask), &fd, 1, &reply, d);
	if (s == ERR_FORMAT || s == ERR_LIMIT || s == ERR_REFUSED)
		s = recode(d, ERR_ARTEFACT);
	if (s == OK)
		s = reply_check(form_read(buf_bytes(&reply), a, ret, d), d);
	return s ? explain(d, "the metadata of '%.*s'", BYTES_ARG(file_name)) : OK;
}

enum status answer_ask(const struct run_context *run, int fd, const char *content_type, struct arena *a, struct answer *ret,
		       struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, 4096);
	buf_init(&reply, REPLY_MAX);
	wire_put_string(&ask, content_type);
	enum status s = helper_call(run, "hwb-parse", "upload-answer", buf_bytes(&ask), &fd, 1, &reply, d);
	if (s)
		return s == ERR_CANCELLED ? s : recode(d, ERR_UNCHECKED);
	struct wire w = wire_over(buf_bytes(&reply));
	struct bytes text = wire_get_bytes(&w);
	uint32_t exists = wire_get_u32(&w);
	if (wire_end(&w, "upload-answer", d) || text.size > 4 * ANSWER_TEXT_MAX || !bytes_is_utf8(text) ||
	    bytes_find(text, '\0') < text.size || exists > 1)
		return fail(d, ERR_UNCHECKED, 0, "what hwb-parse says of the answer makes no sense");
	*ret = (struct answer){ arena_string(a, text), exists == 1 };
	return OK;
}
