/* What hwb asks hwb-parse: the form of a distribution, the words of an answer. */
#include "base/wire.h"
#include "host/helper.h"
#include "host/reply.h"
#include "publish/answer.h"
#include "publish/form.h"
#include "redact/words.h"

static const char form_verb_name[] = "upload-form";

enum { REQUEST_MAX = 64 << 10, REPLY_MAX = 16 << 10 };

static void put_form_request(enum form_kind kind, struct bytes file_name, struct buf *ask)
{
	buf_init(ask, REQUEST_MAX);
	wire_put_u32(ask, kind);
	wire_put_bytes(ask, file_name);
}

static enum status take_form(enum status s, const struct buf *reply, struct bytes file_name, struct arena *a, struct form *ret,
			     struct diag *d)
{
	if (s == ERR_FORMAT || s == ERR_LIMIT || s == ERR_REFUSED)
		s = recode(d, ERR_ARTEFACT);
	else if (s && s != ERR_IO && s != ERR_CANCELLED)
		s = recode(d, ERR_UNCHECKED);
	if (s == OK)
		s = reply_check(form_read(buf_bytes(reply), a, ret, d), d);
	return s ? explain(d, "the metadata of '%.*s'", BYTES_ARG(file_name)) : OK;
}

enum status form_ask(const struct run_context *run, int fd, enum form_kind kind, struct bytes file_name, struct arena *a,
		     struct form *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	put_form_request(kind, file_name, &ask);
	buf_init(&reply, UPLOAD_RECORD_MAX);
	return take_form(helper_call(run, "hwb-parse", form_verb_name, buf_bytes(&ask), &fd, 1, &reply, d), &reply, file_name, a,
			 ret, d);
}

struct helper_also *form_prepare(struct bytes file_name, struct arena *a)
{
	CLEANUP(buf_done) struct buf ask;
	struct helper_also *also = ARENA_NEW(a, struct helper_also);
	put_form_request(FORM_WHEEL, file_name, &ask);
	*also = (struct helper_also){ .verb = form_verb_name, .request = arena_copy(a, buf_bytes(&ask)), .status = ERR_UNCHECKED };
	buf_init(&also->reply, UPLOAD_RECORD_MAX);
	return also;
}

enum status form_take(struct helper_also *also, struct bytes file_name, struct arena *a, struct form *ret, struct diag *d)
{
	if (also->status)
		*d = also->why;
	return take_form(also->status, &also->reply, file_name, a, ret, d);
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
	uint32_t exists = wire_get_u32(&w), cut = wire_get_u32(&w);
	if (wire_end(&w, "upload-answer", d) || text.size > 4 * ANSWER_TEXT_MAX || !bytes_is_utf8(text) ||
	    bytes_find(text, '\0') < text.size || exists > 1 || cut > 1)
		return fail(d, ERR_UNCHECKED, 0, "what hwb-parse says of the answer makes no sense");
	*ret = (struct answer){ arena_string(a, words_hide(run, text, cut == 1, a)), exists == 1 };
	return OK;
}
