/* The canonical archive: every member read, verified and written anew, so that no byte of archive structure comes from the
 * build. Order: plain names sorted, then .dist-info sorted, RECORD last (PEP 427 recommends the folder at the end). */
#include "pack/verbs.h"

#include "base/wire.h"
#include "format/zip_write.h"
#include "pack/embed.h"
#include "python/wheel.h"

enum { WHEEL_FD = 0, OUT_FD = 1, LEVEL = 6 };

struct packing {
	const struct verb_call *call;
	struct wheel wheel;
	const char *breach_id, *breach;
	struct bytes embed_path, embed_content; /* a file more; {NULL, 0}: none */
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
	const struct zip_entry *entry; /* NULL: what is embedded */
	struct bytes name;
	int rank; /* 0 plain, 1 .dist-info, 2 RECORD */
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	return x->rank != y->rank ? x->rank - y->rank : bytes_compare(x->name, y->name);
}

static struct member *sort_members(struct packing *p, size_t *ret_n)
{
	struct bytes info = p->wheel.dist_info;
	struct member *members = ARENA_ARRAY(p->call->arena, struct member, p->wheel.zip.n_entries + 2);
	size_t n = 0;
	for (size_t i = 0; i < p->wheel.zip.n_entries; i++) {
		const struct zip_entry *e = &p->wheel.zip.entries[i];
		if (e->is_dir || bytes_equal(e->name, p->embed_path)) /* implied by what is in them; replaced */
			continue;
		bool in_info = bytes_starts(e->name, info) && e->name.data[info.size] == '/';
		bool is_record = in_info && bytes_equal(bytes_from(e->name, info.size + 1), BYTES("RECORD"));
		members[n++] = (struct member){ e, e->name, is_record ? 2 : in_info };
	}
	if (p->embed_path.size)
		members[n++] = (struct member){ NULL, p->embed_path, 1 };
	if (n)
		qsort(members, n, sizeof *members, compare_members);
	*ret_n = n;
	return members;
}

static enum status write_member(struct packing *p, const struct member *m, struct zip_writer *out, struct diag *d)
{
	CLEANUP(buf_done) struct buf content;
	CLEANUP(buf_done) struct buf record;
	buf_init(&content, m->entry ? m->entry->size + 1 : 0);
	buf_init(&record, RECORD_SIZE_MAX);
	if (!m->entry)
		return zip_writer_add(out, m->name, 0644, p->embed_content, d);
	enum status s = zip_read(&p->wheel.zip, m->entry, &content, d);
	bool is_edited = m->rank == 2 && p->embed_path.size;
	if (s == OK && is_edited)
		s = embed_in_record(buf_bytes(&content), p->embed_path, p->embed_content, p->call->arena, &record, d);
	return s ? s
		 : zip_writer_add(out, m->name, m->entry->unix_mode & 0111 ? 0755 : 0644, buf_bytes(is_edited ? &record : &content),
				  d);
}

static enum status write_members(struct packing *p, struct zip_writer *out, struct diag *d)
{
	size_t n;
	const struct member *members = sort_members(p, &n);
	enum status s = OK;
	for (size_t i = 0; s == OK && i < n; i++)
		s = write_member(p, &members[i], out, d);
	return s ? s : zip_writer_finish(out, NULL, d);
}

/* Whoever signed RECORD did not sign another one (PEP 427, "Signed wheel files"). */
static enum status check_unsigned(struct packing *p, struct diag *d)
{
	static const char *const signatures[] = { "RECORD.jws", "RECORD.p7s" };
	for (size_t i = 0; i < COUNT(signatures); i++) {
		const char *path = arena_printf(p->call->arena, "%.*s/%s", BYTES_ARG(p->wheel.dist_info), signatures[i]);
		if (zip_find(&p->wheel.zip, bytes_of(path)))
			return fail(d, ERR_ARTEFACT, 0, "nothing can be put into a wheel whose RECORD is signed: it has '%s'", path);
	}
	return OK;
}

static enum status take_embedded(struct packing *p, struct bytes name, struct bytes content, struct diag *d)
{
	if (!name.size)
		return OK;
	p->embed_path = bytes_of(arena_printf(p->call->arena, "%.*s/%.*s", BYTES_ARG(p->wheel.dist_info), BYTES_ARG(name)));
	p->embed_content = content;
	return check_unsigned(p, d);
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
	struct bytes embed_name = wire_get_bytes(&w), embed_content = wire_get_bytes(&w);
	if (size_max > limits.total_size)
		limits.total_size = size_max;
	enum status s = wire_end(&w, "pack", d);
	if (s == OK)
		s = verb_map(call, WHEEL_FD, VERB_FILE_MAX, &file, d);
	if (s == OK)
		s = open_checked(&p, file, file_name, &limits, d);
	if (s == OK)
		s = take_embedded(&p, embed_name, embed_content, d);
	if (s)
		return s;
	CLEANUP(zip_writer_done) struct zip_writer out;
	zip_writer_init(&out, zip_sink_fd, &out_fd, LEVEL, epoch);
	s = write_members(&p, &out, d);
	if (s == OK)
		wire_put_string(reply, arena_printf(call->arena, "%s level %d", deflate_library(), LEVEL));
	return s;
}
