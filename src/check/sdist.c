#include "check/sdist.h"

#include "base/cleanup.h"
#include "base/wire.h"

enum { REPLY_MAX = 64 << 20 };

static enum status read_reply(struct bytes reply, struct arena *a, struct check_result *r, struct diag *d)
{
	struct wire w = wire_over(reply);
	if (finding_list_read(&w, &r->findings, d))
		return recode(d, ERR_UNCHECKED);
	r->name = arena_copy(a, wire_get_bytes(&w));
	r->version = arena_copy(a, wire_get_bytes(&w));
	return wire_end(&w, "check-sdist", d) ? fail(d, ERR_UNCHECKED, 0, "the checker's answer makes no sense") : OK;
}

static enum status check_tree(const struct run_context *run, const struct source_tree *tree, struct bytes file_name,
			      struct bytes top, struct arena *a, struct check_result *r, struct diag *d)
{
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	buf_init(&ask, 65536);
	buf_init(&reply, REPLY_MAX);
	wire_put_bytes(&ask, file_name);
	wire_put_bytes(&ask, top);
	enum status s = helper_call(run, "hwb-parse", "check-sdist", buf_bytes(&ask), &tree->fd, 1, &reply, d);
	if (s == OK)
		return read_reply(buf_bytes(&reply), a, r, d);
	return s == ERR_CANCELLED ? s : recode(d, ERR_UNCHECKED);
}

/* What the unpacker says about the archive, as opposed to what kept it from working. */
static bool is_verdict(enum status s)
{
	return s == ERR_REFUSED || s == ERR_FORMAT || s == ERR_LIMIT;
}

enum status check_sdist_run(const struct run_context *run, int archive_fd, struct bytes file_name, struct arena *a,
			    struct source_tree *ret_tree, struct check_result *ret, struct diag *d)
{
	struct check_result r = { .findings = { .arena = a } };
	struct source_tree tree = { .fd = -1 };
	struct bytes top;
	uint64_t size;
	enum status s = sha256_of_fd(archive_fd, run->limits->download_size, &r.digest, &size, d);
	if (s == OK)
		s = archive_to_tree(run, archive_fd, file_name, a, &tree, &top, d);
	if (is_verdict(s)) {
		struct finding *f = finding_add(&r.findings, "T01", file_name, "%s", d->text);
		f->ends = true;
		*ret_tree = tree;
		*ret = r;
		return OK;
	}
	if (s == OK)
		s = check_tree(run, &tree, file_name, top, a, &r, d);
	if (s)
		fd_close(&tree.fd);
	*ret_tree = tree;
	if (s)
		return explain(d, "could not check '%.*s'", BYTES_ARG(file_name));
	r.n_members = (uint32_t)tree.n_entries;
	r.unpacked_size = tree.size;
	*ret = r;
	return OK;
}
