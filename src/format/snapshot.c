#include "format/snapshot.h"

#include "base/wire.h"

static const struct bytes magic = LIT("HWBTREE1");

static bool component_is(struct bytes component, const char *name)
{
	return bytes_equal(component, bytes_of(name));
}

bool snapshot_path_ok(struct bytes path)
{
	if (path.size == 0 || path.size > SNAPSHOT_PATH_MAX || bytes_find(path, '\0') < path.size)
		return false;
	size_t depth = 0;
	for (struct bytes rest = path; rest.data;) {
		struct bytes component = bytes_cut(&rest, '/');
		if (component.size == 0 || component.size > SNAPSHOT_NAME_MAX || ++depth > SNAPSHOT_DEPTH_MAX)
			return false;
		if (component_is(component, ".") || component_is(component, ".."))
			return false;
	}
	return true;
}

bool snapshot_link_ok(struct bytes path, struct bytes target)
{
	if (target.size == 0 || target.size > SNAPSHOT_PATH_MAX || bytes_find(target, '\0') < target.size || target.data[0] == '/')
		return false;
	size_t parents = 0;
	for (size_t i = 0; i < path.size; i++)
		parents += path.data[i] == '/';
	bool named = false;
	for (struct bytes rest = target; rest.data;) {
		struct bytes component = bytes_cut(&rest, '/');
		if (component.size > SNAPSHOT_NAME_MAX)
			return false;
		if (component_is(component, "..")) {
			if (named || parents-- == 0)
				return false;
		} else if (component.size && !component_is(component, ".")) {
			named = true;
		}
	}
	return true;
}

enum status snapshot_open(struct bytes file, struct snapshot_reader *ret, struct diag *d)
{
	if (!bytes_starts(file, magic))
		return fail(d, ERR_FORMAT, 0, "not a snapshot: it does not begin with '%s'", (const char *)magic.data);
	*ret = (struct snapshot_reader){ .rest = bytes_from(file, magic.size), .offset = magic.size };
	return OK;
}

static struct bytes take(struct wire *w, uint64_t size)
{
	if (w->bad || size > w->rest.size) {
		w->bad = true;
		return bytes_make(NULL, 0);
	}
	struct bytes taken = bytes_part(w->rest, 0, (size_t)size);
	w->rest = bytes_from(w->rest, (size_t)size);
	return taken;
}

static size_t common_prefix(struct bytes a, struct bytes b)
{
	size_t n = 0;
	while (n < a.size && n < b.size && a.data[n] == b.data[n])
		n++;
	return n;
}

static bool bit(const struct snapshot_reader *r, size_t i)
{
	return r->is_directory[i / 8] >> (i % 8) & 1;
}

/* What is wrong with an entry that was read whole, given what came before it; NULL when nothing is. */
static const char *breach(const struct snapshot_reader *r, const struct snapshot_entry *e)
{
	if (!snapshot_path_ok(e->path))
		return "a path that is not allowed";
	if (r->last_path.size && bytes_compare(r->last_path, e->path) >= 0)
		return "a path that is not behind the one before it";
	size_t slash = bytes_find_last(e->path, '/');
	if (slash < e->path.size && (common_prefix(r->last_path, e->path) < slash || !bit(r, slash)))
		return "a path whose parent is not a directory before it";
	if (e->type == 'd' && e->content.size)
		return "a directory with content";
	if (e->type == 'l' && !snapshot_link_ok(e->path, e->content))
		return "a link whose target does not stay inside the tree";
	return NULL;
}

static void remember(struct snapshot_reader *r, const struct snapshot_entry *e)
{
	for (size_t i = common_prefix(r->last_path, e->path) + 1; i <= r->last_path.size; i++)
		r->is_directory[i / 8] &= (unsigned char)~(1U << (i % 8));
	if (e->type == 'd')
		r->is_directory[e->path.size / 8] |= (unsigned char)(1U << (e->path.size % 8));
	r->last_path = e->path;
}

static enum status end(struct snapshot_reader *r, struct wire *w, struct diag *d)
{
	if (w->rest.size)
		return fail(d, ERR_FORMAT, r->offset + 1, "snapshot: %zu bytes behind its end", w->rest.size);
	r->ended = true;
	r->rest = w->rest;
	return ERR_ABSENT;
}

enum status snapshot_next(struct snapshot_reader *r, struct snapshot_entry *ret, struct diag *d)
{
	if (r->ended)
		return ERR_ABSENT;
	struct wire w = wire_over(r->rest);
	struct bytes type = take(&w, 1);
	if (w.bad)
		return fail(d, ERR_FORMAT, r->offset, "snapshot: cut short");
	if (type.data[0] == 'e')
		return end(r, &w, d);
	if (!memchr("dfxl", type.data[0], 4))
		return fail(d, ERR_FORMAT, r->offset, "snapshot: entry of unknown type %u", type.data[0]);
	struct snapshot_entry e = { .type = (char)type.data[0] };
	uint32_t path_size = wire_get_u32(&w);
	if (path_size > SNAPSHOT_PATH_MAX)
		return fail(d, ERR_FORMAT, r->offset, "snapshot: a path of %u bytes", path_size);
	e.path = take(&w, path_size);
	e.content = take(&w, wire_get_u64(&w));
	if (w.bad)
		return fail(d, ERR_FORMAT, r->offset, "snapshot: cut short");
	const char *wrong = breach(r, &e);
	if (wrong)
		return fail(d, ERR_FORMAT, r->offset, "snapshot: %s: '%.*s'", wrong, BYTES_ARG(e.path));
	remember(r, &e);
	r->offset += r->rest.size - w.rest.size;
	r->rest = w.rest;
	*ret = e;
	return OK;
}

enum status snapshot_find(struct bytes file, struct bytes path, struct snapshot_entry *ret, struct diag *d)
{
	struct snapshot_reader r;
	enum status s = snapshot_open(file, &r, d);
	struct snapshot_entry e;
	while (s == OK && (s = snapshot_next(&r, &e, d)) == OK) {
		int order = bytes_compare(e.path, path);
		if (order > 0) /* in order: it cannot come any more */
			return ERR_ABSENT;
		if (order < 0)
			continue;
		*ret = e;
		return OK;
	}
	return s;
}

void snapshot_put_start(struct buf *out)
{
	buf_add(out, magic);
}

void snapshot_put_header(struct buf *out, char type, struct bytes path, uint64_t content_size)
{
	buf_add_byte(out, (unsigned char)type);
	wire_put_bytes(out, path);
	wire_put_u64(out, content_size);
}

void snapshot_put_end(struct buf *out)
{
	buf_add_byte(out, 'e');
}
