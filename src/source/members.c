#include "source/members.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/wire.h"
#include "format/folded.h"
#include "format/snapshot.h"
#include "host/mapped.h"

enum { MODE_SET_ID = 06000, RATIO_FROM = 1 << 20, WRITE_BLOCK = 1 << 17 };

struct kept_member {
	struct bytes path, target;
	char type;
	uint64_t offset, size; /* of the content in the spool */
};

void source_limits_write(const struct source_limits *l, struct buf *out)
{
	wire_put_u64(out, l->size);
	wire_put_u64(out, l->members);
	wire_put_u64(out, l->ratio);
	wire_put_u64(out, l->file);
}

struct source_limits source_limits_read(struct wire *w)
{
	struct source_limits l = { .size = wire_get_u64(w) };
	l.members = wire_get_u64(w);
	l.ratio = wire_get_u64(w);
	l.file = wire_get_u64(w);
	return l;
}

static enum status refuse(struct bytes path, const char *rule, struct diag *d)
{
	return fail(d, ERR_REFUSED, 0, "the member '%.*s' of the archive %s", BYTES_ARG(path), rule);
}

/* "./a//b/" becomes "a/b"; what a snapshot cannot hold is refused by the rule it breaks. */
static enum status clean_path(struct member_set *s, struct bytes raw, struct bytes *ret, struct diag *d)
{
	if (raw.size && raw.data[0] == '/')
		return refuse(raw, "has an absolute path", d);
	CLEANUP(buf_done) struct buf clean;
	struct bytes rest = raw;
	buf_init(&clean, 65536);
	while (rest.data) {
		struct bytes part = bytes_cut(&rest, '/');
		if (bytes_equal(part, BYTES("..")))
			return refuse(raw, "has '..' in its path", d);
		if (part.size == 0 || bytes_equal(part, BYTES(".")))
			continue;
		if (clean.size)
			buf_add_byte(&clean, '/');
		buf_add(&clean, part);
	}
	*ret = arena_copy(s->arena, buf_bytes(&clean));
	if (ret->size && !snapshot_path_ok(*ret))
		return refuse(raw, "has a name that is too long or holds NUL", d);
	return OK;
}

static enum status check_budget(struct member_set *s, const struct member *m, struct diag *d)
{
	if (s->n_kept >= s->limits.members)
		return fail(d, ERR_REFUSED, 0, "the archive has more than %llu members", (unsigned long long)s->limits.members);
	if (m->size > s->limits.file)
		return refuse(m->path, "is larger than one file of a source may be (limit source-file)", d);
	s->size += m->size;
	if (s->size > s->limits.size)
		return fail(d, ERR_REFUSED, 0, "the archive unpacks to more than %llu bytes (limit source-size)",
			    (unsigned long long)s->limits.size);
	if (s->limits.ratio && s->size > RATIO_FROM && s->size / (s->packed_size ? s->packed_size : 1) > s->limits.ratio)
		return fail(d, ERR_REFUSED, 0, "the archive unpacks to more than %llu times its size (limit source-ratio)",
			    (unsigned long long)s->limits.ratio);
	return OK;
}

static const char *bad_kind(const struct member *m)
{
	if (m->type == 'h')
		return "is a hard link";
	if (m->type != 'd' && m->type != 'f' && m->type != 'l')
		return "is a device, a pipe or something else that is no file";
	return m->mode & MODE_SET_ID && m->type == 'f' ? "has a setuid or setgid bit" : NULL;
}

/* What the header of the member before promised must have come, or the next one's bytes would fill it up. */
static enum status check_complete(const struct member_set *s, struct diag *d)
{
	const struct kept_member *last = s->n_kept ? &s->kept[s->n_kept - 1] : NULL;
	if (last && s->spool_size - last->offset < last->size)
		return refuse(last->path, "has less content than its header says", d);
	return OK;
}

enum status members_add(struct member_set *s, const struct member *m, bool *ret_wants_content, struct diag *d)
{
	struct kept_member kept = { .type = m->type, .offset = s->spool_size };
	enum status status = check_complete(s, d);
	if (status == OK)
		status = clean_path(s, m->path, &kept.path, d);
	const char *bad = bad_kind(m);
	*ret_wants_content = false;
	if (status == OK && bad)
		status = refuse(m->path, bad, d);
	if (status == OK)
		status = check_budget(s, m, d);
	if (status || kept.path.size == 0)
		return status;
	if (m->type == 'f') {
		kept.type = m->mode & 0100 ? 'x' : 'f';
		kept.size = m->size;
		*ret_wants_content = m->size > 0;
	}
	if (m->type == 'l') {
		kept.target = arena_copy(s->arena, m->target);
		if (!snapshot_link_ok(kept.path, kept.target))
			return refuse(m->path, "is a link out of the tree", d);
	}
	if (m->mtime > s->newest && m->type == 'f')
		s->newest = m->mtime;
	s->kept = arena_grow(s->arena, s->kept, s->n_kept, sizeof kept);
	s->kept[s->n_kept++] = kept;
	return OK;
}

enum status members_content(struct member_set *s, struct bytes piece, struct diag *d)
{
	struct kept_member *last = &s->kept[s->n_kept - 1];
	uint64_t have = s->spool_size - last->offset;
	if (piece.size > last->size - have)
		return refuse(last->path, "has more content than its header says", d);
	s->spool_size += piece.size;
	return fd_write_all(s->spool_fd, piece, d);
}

static int compare_kept(const void *a, const void *b)
{
	const struct kept_member *x = a, *y = b;
	int c = bytes_compare(x->path, y->path);
	return c ? c : (x->offset > y->offset) - (x->offset < y->offset);
}

/* The one directory that everything is in, as every sdist has it; empty when there is none. */
static struct bytes single_top(const struct member_set *s)
{
	struct bytes top = { NULL, 0 };
	for (size_t i = 0; i < s->n_kept; i++) {
		struct bytes path = s->kept[i].path, first = bytes_part(path, 0, bytes_find(path, '/'));
		if (first.size == path.size && s->kept[i].type != 'd')
			return (struct bytes){ NULL, 0 };
		if (top.data && !bytes_equal(top, first))
			return (struct bytes){ NULL, 0 };
		top = first;
	}
	return top;
}

static void add_parents(struct member_set *s)
{
	size_t n = s->n_kept;
	struct bytes last = { NULL, 0 };
	for (size_t i = 0; i < n; i++) {
		struct bytes path = s->kept[i].path;
		size_t same = bytes_same(path, last); /* what it shares with the one before has its parents already */
		last = path;
		for (size_t k = same; k < path.size; k++) {
			if (path.data[k] != '/')
				continue;
			s->kept = arena_grow(s->arena, s->kept, s->n_kept, sizeof *s->kept);
			s->kept[s->n_kept++] = (struct kept_member){ .path = bytes_part(path, 0, k),
								     .type = 'd',
								     .offset = UINT64_MAX };
		}
	}
}

/* Some writers add a file twice, a licence above all: with the same bytes there is one reading. */
static bool is_same(const struct kept_member *a, const struct kept_member *b, struct bytes spool)
{
	return a->type == b->type && (a->type == 'f' || a->type == 'x') && a->size == b->size &&
	       bytes_equal(bytes_part(spool, (size_t)a->offset, (size_t)a->size),
			   bytes_part(spool, (size_t)b->offset, (size_t)b->size));
}

static enum status merge_same(struct member_set *s, struct bytes spool, struct diag *d)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_kept; i++) {
		struct kept_member *m = &s->kept[i];
		bool again = n && bytes_equal(s->kept[n - 1].path, m->path);
		if (!again) {
			s->kept[n++] = *m;
			continue;
		}
		if (m->type == 'd' && s->kept[n - 1].type == 'd')
			continue;
		if (is_same(m, &s->kept[n - 1], spool))
			continue;
		return refuse(m->path,
			      m->type == 'd' || s->kept[n - 1].type == 'd' ? "is a file and a directory" : "is there twice", d);
	}
	s->n_kept = n;
	return OK;
}

/* Names that are one on a file system that ignores case: the tree would not be the same everywhere. */
static int compare_folded(const void *a, const void *b)
{
	return folded_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static enum status check_case(struct member_set *s, struct diag *d)
{
	struct bytes *paths = ARENA_ARRAY(s->arena, struct bytes, s->n_kept + 1);
	for (size_t i = 0; i < s->n_kept; i++)
		paths[i] = s->kept[i].path;
	if (s->n_kept)
		qsort(paths, s->n_kept, sizeof *paths, compare_folded);
	for (size_t i = 1; i < s->n_kept; i++)
		if (compare_folded(&paths[i - 1], &paths[i]) == 0)
			return fail(d, ERR_REFUSED, 0, "the members '%.*s' and '%.*s' of the archive are one file on some systems",
				    BYTES_ARG(paths[i - 1]), BYTES_ARG(paths[i]));
	return OK;
}

static struct bytes below(struct bytes path, struct bytes top)
{
	return top.size ? bytes_from(path, top.size + 1) : path;
}

static enum status write_snapshot(struct member_set *s, struct bytes spool, struct bytes top, int out_fd, struct diag *d)
{
	CLEANUP(buf_done) struct buf out;
	enum status status = OK;
	buf_init(&out, 4 * WRITE_BLOCK);
	snapshot_put_start(&out);
	for (size_t i = 0; status == OK && i < s->n_kept; i++) {
		const struct kept_member *m = &s->kept[i];
		if (top.size && m->path.size <= top.size)
			continue;
		/* With the top directory gone a link may now lead out. */
		if (m->type == 'l' && !snapshot_link_ok(below(m->path, top), m->target))
			return refuse(m->path, "is a link out of the tree", d);
		uint64_t size = m->type == 'l' ? m->target.size : m->size;
		snapshot_put_header(&out, m->type, below(m->path, top), size);
		struct bytes content = m->type == 'l' ? m->target : bytes_part(spool, (size_t)m->offset, (size_t)m->size);
		if (out.size + content.size > WRITE_BLOCK) {
			status = fd_write_all(out_fd, buf_bytes(&out), d);
			buf_clear(&out);
			if (status == OK)
				status = fd_write_all(out_fd, content, d);
		} else {
			buf_add(&out, content);
		}
	}
	snapshot_put_end(&out);
	return status ? status : fd_write_all(out_fd, buf_bytes(&out), d);
}

enum status members_write(struct member_set *s, int out_fd, struct buf *reply, struct diag *d)
{
	struct bytes spool = { NULL, 0 };
	enum status status = check_complete(s, d);
	if (status)
		return status;
	struct bytes top = single_top(s);
	add_parents(s);
	if (s->n_kept)
		qsort(s->kept, s->n_kept, sizeof *s->kept, compare_kept);
	status = mapped_open(s->spool_fd, s->spool_size, &spool, d);
	if (status)
		return status;
	status = merge_same(s, spool, d);
	if (status == OK)
		status = check_case(s, d);
	if (status == OK)
		status = write_snapshot(s, spool, top, out_fd, d);
	mapped_done(&spool);
	wire_put_u64(reply, s->n_kept);
	wire_put_u64(reply, (uint64_t)s->newest);
	wire_put_bytes(reply, top);
	return status;
}
