/* The "upload-form" verb: METADATA out of a wheel, PKG-INFO out of an sdist's snapshot. */
#include "base/wire.h"
#include "format/snapshot.h"
#include "publish/form.h"
#include "publish/verbs.h"
#include "python/wheel.h"

static enum status read_wheel(struct bytes file, struct bytes name, struct arena *a, struct bytes *ret, struct diag *d)
{
	struct zip_limits limits = zip_limits_default();
	limits.total_size = VERB_FILE_MAX; /* how large it may be was for the check to say */
	return wheel_metadata(file, name, &limits, a, ret, d);
}

static enum status read_snapshot(struct bytes file, struct bytes *ret, struct diag *d)
{
	struct snapshot_entry e;
	enum status s = snapshot_find(file, BYTES("PKG-INFO"), &e, d);
	if (s == ERR_ABSENT || (s == OK && e.type != 'f' && e.type != 'x'))
		return fail(d, ERR_FORMAT, 0, "the sdist has no PKG-INFO");
	if (s == OK)
		*ret = e.content;
	return s;
}

enum status upload_form_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct bytes file, text;
	struct form form;
	uint32_t kind = wire_get_u32(&w);
	struct bytes name = wire_get_bytes(&w);
	enum status s = wire_end(&w, "upload-form", d);
	if (s == OK && kind != FORM_WHEEL && kind != FORM_SDIST)
		s = fail(d, ERR_USAGE, 0, "no kind of distribution");
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = kind == FORM_WHEEL ? read_wheel(file, name, call->arena, &text, d) : read_snapshot(file, &text, d);
	if (s == OK)
		s = form_make(text, (enum form_kind)kind, name, call->arena, &form, d);
	if (s == OK)
		form_write(&form, reply);
	return s;
}
