/* One commit out of a pack (gitformat-pack(5)): found in the index, and made of its deltas. */
#include "base/cleanup.h"
#include "format/deflate.h"
#include "format/git.h"

enum { TYPE_COMMIT = 1, TYPE_OFFSET_DELTA = 6, TYPE_ID_DELTA = 7 };
enum { FANOUT_AT = 8, FANOUT_SIZE = 1024, PACK_HEADER_SIZE = 12 };

struct index {
	struct bytes file;
	size_t n, id_size;
	size_t ids_at, offsets_at, large_at, end; /* end: of the large offsets */
};

static uint32_t get_u32(struct bytes b, size_t at)
{
	const unsigned char *p = b.data + at;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum status open_index(struct bytes file, size_t id_size, struct index *ret)
{
	struct index i = { .file = file, .id_size = id_size };
	if (file.size < FANOUT_AT + FANOUT_SIZE || !bytes_starts(file, BYTES("\377tOc\0\0\0\2")))
		return ERR_FORMAT;
	i.n = get_u32(file, FANOUT_AT + FANOUT_SIZE - 4);
	i.ids_at = FANOUT_AT + FANOUT_SIZE;
	/* id, checksum, offset of each; then large offsets and two checksums. */
	if (i.n > (file.size - i.ids_at) / (id_size + 8) || file.size - i.ids_at - i.n * (id_size + 8) < 2 * id_size)
		return ERR_FORMAT;
	i.offsets_at = i.ids_at + i.n * (id_size + 4);
	i.large_at = i.offsets_at + i.n * 4;
	i.end = file.size - 2 * id_size;
	*ret = i;
	return OK;
}

static enum status offset_of(const struct index *i, size_t place, uint64_t *ret)
{
	uint32_t small = get_u32(i->file, i->offsets_at + 4 * place);
	*ret = small;
	if (!(small & 0x80000000))
		return OK;
	size_t at = small & 0x7fffffff; /* in the table of the large ones */
	if (at >= (i->end - i->large_at) / 8)
		return ERR_FORMAT;
	*ret = (uint64_t)get_u32(i->file, i->large_at + 8 * at) << 32 | get_u32(i->file, i->large_at + 8 * at + 4);
	return OK;
}

static enum status find(const struct index *i, const unsigned char *id, uint64_t *ret)
{
	size_t low = id[0] ? get_u32(i->file, FANOUT_AT + 4 * (size_t)(id[0] - 1)) : 0;
	size_t high = get_u32(i->file, FANOUT_AT + 4 * (size_t)id[0]);
	if (low > high || high > i->n)
		return ERR_FORMAT;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(id, i->file.data + i->ids_at + middle * i->id_size, i->id_size);
		if (order == 0)
			return offset_of(i, middle, ret);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return ERR_ABSENT;
}

/* One entry: its type, where its base is, and its data inflated. */
struct entry {
	unsigned type;
	uint64_t base_at; /* of a delta */
	struct buf data;
};

static void entry_done(struct entry *e)
{
	buf_done(&e->data);
}

static bool get_byte(struct bytes pack, uint64_t *at, unsigned char *ret)
{
	if (*at >= pack.size)
		return false;
	*ret = pack.data[(*at)++];
	return true;
}

/* How far back the base is: groups of seven bits, each but the last one more than it says. */
static enum status get_distance(struct bytes pack, uint64_t *at, uint64_t *ret)
{
	unsigned char b;
	uint64_t n = 0;
	for (unsigned i = 0; i < 8; i++) {
		if (!get_byte(pack, at, &b))
			return ERR_FORMAT;
		n = n << 7 | (b & 0x7f);
		if (!(b & 0x80)) {
			*ret = n;
			return OK;
		}
		n++;
	}
	return ERR_FORMAT;
}

static enum status find_base(const struct index *i, struct bytes pack, uint64_t entry_at, uint64_t *at, struct entry *e)
{
	uint64_t distance;
	if (e->type == TYPE_ID_DELTA) {
		if (pack.size - *at < i->id_size)
			return ERR_FORMAT;
		*at += i->id_size;
		return find(i, pack.data + *at - i->id_size, &e->base_at);
	}
	if (get_distance(pack, at, &distance) || distance == 0 || distance > entry_at)
		return ERR_FORMAT;
	e->base_at = entry_at - distance;
	return OK;
}

static enum status read_entry(const struct index *i, struct bytes pack, uint64_t entry_at, struct entry *ret)
{
	uint64_t at = entry_at;
	unsigned char b;
	buf_init(&ret->data, GIT_COMMIT_MAX);
	if (at < PACK_HEADER_SIZE || !get_byte(pack, &at, &b))
		return ERR_FORMAT;
	ret->type = b >> 4 & 7;
	while (b & 0x80) /* the size, which the data says as well */
		if (!get_byte(pack, &at, &b))
			return ERR_FORMAT;
	enum status s = OK;
	if (ret->type == TYPE_OFFSET_DELTA || ret->type == TYPE_ID_DELTA)
		s = find_base(i, pack, entry_at, &at, ret);
	else if (ret->type != TYPE_COMMIT)
		s = ERR_FORMAT;
	return s ? s : inflate_zlib(bytes_from(pack, (size_t)at), &ret->data);
}

static bool get_size(struct bytes delta, uint64_t *at, uint64_t *ret)
{
	unsigned char b = 0x80;
	*ret = 0;
	for (unsigned shift = 0; b & 0x80; shift += 7) {
		if (shift > 28 || !get_byte(delta, at, &b))
			return false;
		*ret |= (uint64_t)(b & 0x7f) << shift;
	}
	return true;
}

/* Bytes of a number that is there as far as bits say so. */
static bool get_sparse(struct bytes delta, uint64_t *at, unsigned bits, unsigned n, uint64_t *ret)
{
	unsigned char b;
	*ret = 0;
	for (unsigned i = 0; i < n; i++) {
		if (!(bits >> i & 1))
			continue;
		if (!get_byte(delta, at, &b))
			return false;
		*ret |= (uint64_t)b << 8 * i;
	}
	return true;
}

static bool copy_part(struct bytes base, struct bytes delta, unsigned char op, uint64_t *at, struct buf *out)
{
	enum { SIZE_OF_NONE = 0x10000 };
	uint64_t from, size;
	if (!get_sparse(delta, at, op, 4, &from) || !get_sparse(delta, at, op >> 4 & 7, 3, &size))
		return false;
	size = size ? size : SIZE_OF_NONE;
	if (from > base.size || size > base.size - from)
		return false;
	buf_add(out, bytes_part(base, (size_t)from, (size_t)size));
	return true;
}

static enum status apply(struct bytes base, struct bytes delta, struct buf *out)
{
	uint64_t at = 0, base_size, size;
	unsigned char op;
	if (!get_size(delta, &at, &base_size) || !get_size(delta, &at, &size) || base_size != base.size || size > out->max)
		return ERR_FORMAT;
	while (get_byte(delta, &at, &op)) {
		if (op & 0x80) {
			if (!copy_part(base, delta, op, &at, out))
				return ERR_FORMAT;
			continue;
		}
		if (op == 0 || op > delta.size - at)
			return ERR_FORMAT;
		buf_add(out, bytes_part(delta, (size_t)at, op));
		at += op;
	}
	return !out->full && out->size == size ? OK : ERR_FORMAT;
}

/* A delta of a delta of ... a commit: at most GIT_DELTAS_MAX deep. */
static enum status read_commit(const struct index *i, struct bytes pack, uint64_t at, unsigned depth, struct buf *ret)
{
	CLEANUP(entry_done) struct entry e = { 0 };
	CLEANUP(buf_done) struct buf base;
	buf_init(&base, GIT_COMMIT_MAX);
	enum status s = read_entry(i, pack, at, &e);
	if (s)
		return s;
	if (e.type == TYPE_COMMIT) {
		buf_add(ret, buf_bytes(&e.data));
		return OK;
	}
	if (depth == GIT_DELTAS_MAX)
		return ERR_LIMIT;
	s = read_commit(i, pack, e.base_at, depth + 1, &base);
	return s ? s : apply(buf_bytes(&base), buf_bytes(&e.data), ret);
}

enum status git_pack_commit(struct bytes index, struct bytes pack, const struct git_id *id, struct arena *a, struct bytes *ret)
{
	CLEANUP(buf_done) struct buf text;
	struct index i;
	uint64_t at;
	buf_init(&text, GIT_COMMIT_MAX);
	enum status s = open_index(index, id->size, &i);
	if (s == OK)
		s = find(&i, id->bytes, &at);
	if (s == OK && !bytes_starts(pack, BYTES("PACK")))
		s = ERR_FORMAT;
	if (s == OK)
		s = read_commit(&i, pack, at, 0, &text);
	if (s == OK)
		*ret = arena_copy(a, buf_bytes(&text));
	return s;
}
