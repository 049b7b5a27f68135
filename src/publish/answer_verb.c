/* The "upload-answer" verb: the words in the answer of a server. */
#include "base/wire.h"
#include "net/upload.h"
#include "publish/answer.h"
#include "publish/verbs.h"
#include "redact/hide.h"

enum status upload_answer_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct hiding hiding = { .arena = call->arena };
	struct bytes body, type = wire_get_bytes(&w);
	enum status s = wire_end(&w, "upload-answer", d);
	if (s == OK)
		s = verb_map(call, 0, UPLOAD_ANSWER_MAX, &body, d);
	if (s)
		return s;
	/* Hidden before it is cut: half a credential has no form. */
	struct bytes words = answer_words(body, type, call->arena), hidden = hide_in_text(&hiding, words);
	struct bytes shown = hide_cut(hidden, ANSWER_TEXT_MAX);
	while (!bytes_is_utf8(shown)) /* the cut may be within a character */
		shown.size--;
	wire_put_bytes(reply, shown);
	wire_put_u32(reply, answer_says_exists(words));
	wire_put_u32(reply, shown.size < hidden.size || body.size >= UPLOAD_ANSWER_MAX); /* of which hwb-net keeps no more */
	return OK;
}
