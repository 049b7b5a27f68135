/* The canonical archive: every member read, verified and written anew, so that no byte of archive structure comes from the
 * build. Order: plain names sorted, then .dist-info sorted, RECORD last (PEP 427 recommends the folder at the end). */
#include "pack/verbs.h"

#include "base/wire.h"
#include "format/zip_write.h"
#include "python/wheel.h"

enum { WHEEL_FD = 0, OUT_FD = 1, LEVEL = 6 };

struct packing {
	const struct verb_call *call;
	struct wheel wheel;
	const char *breach_id, *breach;
};

static void note_breach(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct packing *p = context;
	if (p->breach)
		return;
	p->breach_id = id;
	p->breach = arena_printf(p->call->arena, "'%.*s': %s", BYTES_ARG(path), sentence);
}

struct member {
	const struct zip_entry *entry;
	int rank; /* 0 plain, 1 .dist-info, 2 RECORD */
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	return x->rank != y->rank ? x->rank - y->rank : bytes_compare(x->entry->name, y->entry->name);
}

static struct member *sort_members(struct packing *p, size_t *ret_n)
{
	struct bytes info = p->wheel.dist_info;
	struct member *members = ARENA_ARRAY(p->call->arena, struct member, p->wheel.zip.n_entries + 1);
	size_t n = 0;
	for (size_t i = 0; i < p->wheel.zip.n_entries; i++) {
		const struct zip_entry *e = &p->wheel.zip.entries[i];
		if (e->is_dir) /* implied by what is in them */
			continue;
		bool in_info = bytes_starts(e->name, info) && e->name.data[info.size] == '/';
		bool is_record = in_info && bytes_equal(bytes_from(e->name, info.size + 1), BYTES("RECORD"));
		members[n++] = (struct member){ e, is_record ? 2 : in_info };
	}
	if (n)
		qsort(members, n, sizeof *members, compare_members);
	*ret_n = n;
	return members;
}

static enum status write_members(struct packing *p, struct zip_writer *out, struct diag *d)
{
	size_t n;
	const struct member *members = sort_members(p, &n);
	enum status s = OK;
	for (size_t i = 0; s == OK && i < n; i++) {
		const struct zip_entry *e = members[i].entry;
		CLEANUP(buf_done) struct buf content;
		buf_init(&content, e->size + 1);
		s = zip_read(&p->wheel.zip, e, &content, d);
		if (s == OK)
			s = zip_writer_add(out, e->name, e->unix_mode & 0111 ? 0755 : 0644, buf_bytes(&content), d);
	}
	return s ? s : zip_writer_finish(out, NULL, d);
}

static enum status open_checked(struct packing *p, struct bytes file, struct bytes file_name, const struct zip_limits *limits,
				struct diag *d)
{
	enum status s = wheel_open(file, file_name, limits, p->call->arena, &p->wheel, d);
	if (s == OK)
		s = wheel_verify(&p->wheel, p->call->arena, note_breach, NULL, p, d);
	if (p->breach)
		(void)fail_rule(d, p->breach_id, ERR_ARTEFACT, 0, "%s", p->breach);
	else if (s == OK)
		return OK;
	(void)explain(d, "the wheel '%.*s' is refused: %s", BYTES_ARG(file_name), d && d->rule ? d->rule : "");
	return recode(d, ERR_ARTEFACT);
}

enum status pack_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct packing p = { .call = call };
	struct zip_limits limits = zip_limits_default();
	int out_fd = call->fds[OUT_FD];
	struct bytes file, file_name = wire_get_bytes(&w);
	int64_t epoch = (int64_t)wire_get_u64(&w);
	limits.n_members = wire_get_u64(&w);
	uint64_t size_max = wire_get_u64(&w);
	if (size_max > limits.total_size)
		limits.total_size = size_max;
	enum status s = wire_end(&w, "pack", d);
	if (s == OK)
		s = verb_map(call, WHEEL_FD, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = open_checked(&p, file, file_name, &limits, d);
	if (s)
		return s;
	CLEANUP(zip_writer_done) struct zip_writer out;
	zip_writer_init(&out, zip_sink_fd, &out_fd, LEVEL, epoch);
	s = write_members(&p, &out, d);
	if (s == OK)
		wire_put_string(reply, arena_printf(call->arena, "%s level %d", deflate_library(), LEVEL));
	return s;
}
