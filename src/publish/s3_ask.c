/* What hwb asks hwb-parse for a static registry. */
#include "base/cleanup.h"
#include "base/wire.h"
#include "host/helper.h"
#include "host/reply.h"
#include "publish/s3_index.h"
#include "python/metadata.h"

enum status s3_index_ask(const struct run_context *run, int fd, bool is_root, struct arena *a, struct s3_index *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, 16);
	buf_init(&reply, 2 * S3_INDEX_MAX);
	wire_put_u32(&ask, is_root);
	enum status s = helper_call(run, "hwb-parse", "s3-index", buf_bytes(&ask), &fd, 1, &reply, d);
	if (s == OK)
		s = reply_check(s3_index_read(buf_bytes(&reply), a, ret, d), d);
	return s == OK || s == ERR_CANCELLED ? s : recode(d, ERR_UNCHECKED);
}

enum status s3_metadata_ask(const struct run_context *run, int fd, struct bytes file_name, struct buf *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, 4096);
	buf_init(&reply, METADATA_SIZE_MAX + 64);
	buf_init(ret, METADATA_SIZE_MAX);
	wire_put_bytes(&ask, file_name);
	enum status s = helper_call(run, "hwb-parse", "s3-metadata", buf_bytes(&ask), &fd, 1, &reply, d);
	if (s == ERR_FORMAT || s == ERR_LIMIT || s == ERR_ABSENT)
		s = recode(d, ERR_ARTEFACT);
	struct wire w = wire_over(buf_bytes(&reply));
	if (s == OK) {
		buf_add(ret, wire_get_bytes(&w));
		s = reply_check(wire_end(&w, "s3-metadata", d), d);
	}
	return s;
}
