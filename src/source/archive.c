/* Archives: unpacked by a confined program into scratch and snapshot, both files of ours. */
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "host/helper.h"
#include "host/reply.h"
#include "host/spool.h"
#include "source/members.h"
#include "source/parts.h"

static enum status unpack(const struct run_context *run, const int fds[3], struct bytes file_name, struct buf *reply, struct diag *d)
{
	const struct limits *l = run->limits;
	struct source_limits limits = {
		.size = l->source_size, .members = l->source_members, .ratio = l->source_ratio, .file = l->source_file
	};
	CLEANUP(buf_done) struct buf ask;
	buf_init(&ask, 256);
	source_limits_write(&limits, &ask);
	bool zip = bytes_ends(file_name, BYTES(".zip"));
	return helper_call(run, zip ? "hwb-parse" : "hwb-unpack", zip ? "zip-source" : "tar-source", buf_bytes(&ask), fds, 3, reply,
			   d);
}

enum status archive_to_tree(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
			    struct source_tree *ret, struct bytes *ret_top, struct diag *d)
{
	CLEANUP(fd_close) int spool = -1;
	CLEANUP(fd_close) int out = -1;
	CLEANUP(buf_done) struct buf reply;
	struct source_tree tree = { .fd = -1 };
	struct stat st;
	buf_init(&reply, 65536);
	/* The archive is read by descriptor from its start, whatever was read of it before. */
	if (fstat(archive_fd, &st) || lseek(archive_fd, 0, SEEK_SET) != 0)
		return fail(d, ERR_IO, 0, "rewind '%.*s'", BYTES_ARG(file_name));
	/* At least as much as it is packed. */
	enum status s = spool_open(run, "hwb-scratch", (uint64_t)st.st_size, &spool, d);
	if (s == OK)
		s = spool_open(run, "hwb-source", (uint64_t)st.st_size, &out, d);
	if (s == OK)
		s = unpack(run, (int[]){ archive_fd, spool, out }, file_name, &reply, d);
	if (s == OK)
		s = spool_close(&out, d);
	if (s == OK)
		s = sha256_of_fd(out, UINT64_MAX, &tree.digest, &tree.size, d);
	if (s)
		return explain(d, "'%.*s'", BYTES_ARG(file_name));
	struct wire w = wire_over(buf_bytes(&reply));
	tree.n_entries = (size_t)wire_get_u64(&w);
	tree.newest_unix = (int64_t)wire_get_u64(&w);
	*ret_top = arena_copy(a, wire_get_bytes(&w));
	s = reply_check(wire_end(&w, "archive", d), d);
	if (s)
		return s;
	tree.fd = take_fd(&out);
	*ret = tree;
	return OK;
}
