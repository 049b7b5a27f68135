/* The verbs of hwb-parse for static registries. */
#include "base/wire.h"
#include "publish/s3_index.h"
#include "publish/verbs.h"
#include "python/wheel.h"

enum status s3_index_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct bytes text;
	struct s3_index index;
	uint32_t is_root = wire_get_u32(&w);
	enum status s = wire_end(&w, "s3-index", d);
	if (s == OK)
		s = verb_map(call, 0, S3_INDEX_MAX, &text, d);
	if (s == OK)
		s = s3_index_parse(text, is_root == 1, call->arena, &index, d);
	if (s == OK)
		s3_index_write(&index, reply);
	return s;
}

enum status s3_metadata_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct zip_limits limits = zip_limits_default();
	struct bytes file, text, name = wire_get_bytes(&w);
	limits.total_size = VERB_FILE_MAX; /* how large it may be was for the check to say */
	enum status s = wire_end(&w, "s3-metadata", d);
	if (s == OK)
		s = verb_map(call, 0, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = wheel_metadata(file, name, &limits, call->arena, &text, d);
	if (s == OK)
		wire_put_bytes(reply, text);
	return s;
}
