/* The "wheel-unpack" verb: a wheel becomes a snapshot of what it contributes to a tree at /env. Runs in hwb-parse: it reads
 * one descriptor, writes another, and touches no file system. PEP 427, "Installing a wheel". */
#include "env/verbs.h"

#include "base/fd.h"
#include "base/wire.h"
#include "format/ini.h"
#include "format/snapshot.h"
#include "python/metadata.h"
#include "python/wheel.h"

enum { WHEEL_FD = 0, OUT_FD = 1, WRITE_BLOCK = 1 << 16, SCRIPT_MAX = 64 << 20 };

/* A path of the tree on its way into the snapshot. */
struct placed {
	struct bytes path;
	const struct zip_entry *entry; /* NULL: made by us */
	struct bytes made;
	char type;
};

struct unpack {
	const struct verb_call *call;
	struct wheel wheel;
	struct bytes purelib;
	struct bytes minor;
	struct placed *placed;
	size_t n_placed;
	int out_fd;
	struct buf pending;
	const char *breach; /* of RECORD, the first one */
};

static void place(struct unpack *u, struct bytes path, const struct zip_entry *entry, struct bytes made, char type)
{
	u->placed = arena_grow(u->call->arena, u->placed, u->n_placed, sizeof *u->placed);
	u->placed[u->n_placed++] = (struct placed){ path, entry, made, type };
}

static struct bytes join(struct unpack *u, struct bytes folder, struct bytes rest)
{
	return bytes_of(arena_printf(u->call->arena, "%.*s%s%.*s", BYTES_ARG(folder), folder.size ? "/" : "", BYTES_ARG(rest)));
}

/* Compiled code comes from us alone (unchecked-hash), never from a wheel. */
static bool is_dropped(struct bytes path)
{
	return bytes_ends(path, BYTES(".pyc")) || bytes_ends(path, BYTES(".pyo")) || bytes_starts(path, BYTES("__pycache__/")) ||
	       bytes_search(path, BYTES("/__pycache__/")) < path.size;
}

/* "#!python" and "#!pythonw" mean the environment's own interpreter. */
static enum status place_script(struct unpack *u, struct bytes path, const struct zip_entry *entry, struct diag *d)
{
	CLEANUP(buf_done) struct buf content;
	buf_init(&content, SCRIPT_MAX);
	enum status s = zip_read(&u->wheel.zip, entry, &content, d);
	if (s)
		return s;
	struct bytes text = buf_bytes(&content);
	if (!bytes_starts(text, BYTES("#!python"))) {
		place(u, path, entry, (struct bytes){ NULL, 0 }, 'x');
		return OK;
	}
	struct bytes rest = bytes_from(text, 8);
	if (rest.size && rest.data[0] == 'w')
		rest = bytes_from(rest, 1);
	static const char shebang[] = "#!/env/bin/python";
	unsigned char *made = arena_alloc(u->call->arena, sizeof shebang + rest.size, 1);
	bytes_copy(made, bytes_make(shebang, sizeof shebang - 1));
	bytes_copy(made + sizeof shebang - 1, rest);
	place(u, path, NULL, bytes_make(made, sizeof shebang - 1 + rest.size), 'x');
	return OK;
}

/* NAME-VERSION.data/KEY/...: each key has its place (PEP 427, "The .data directory"). */
static enum status place_data(struct unpack *u, struct bytes rest, const struct zip_entry *entry, char type, struct diag *d)
{
	struct bytes path = rest, key = bytes_cut(&path, '/');
	if (path.size == 0)
		return fail(d, ERR_FORMAT, 0, "'%.*s' lies directly in the .data folder", BYTES_ARG(entry->name));
	if (bytes_equal(key, BYTES("purelib")) || bytes_equal(key, BYTES("platlib")))
		place(u, join(u, u->purelib, path), entry, (struct bytes){ NULL, 0 }, type);
	else if (bytes_equal(key, BYTES("headers")))
		place(u,
		      bytes_of(arena_printf(u->call->arena, "include/site/python%.*s/%.*s/%.*s", BYTES_ARG(u->minor),
					    BYTES_ARG(u->wheel.name.raw_name), BYTES_ARG(path))),
		      entry, (struct bytes){ NULL, 0 }, type);
	else if (bytes_equal(key, BYTES("data")))
		place(u, path, entry, (struct bytes){ NULL, 0 }, type);
	else if (bytes_equal(key, BYTES("scripts")))
		return place_script(u, join(u, BYTES("bin"), path), entry, d);
	else
		return fail(d, ERR_FORMAT, 0, "'%.*s': there is no .data key '%.*s'", BYTES_ARG(entry->name), BYTES_ARG(key));
	return OK;
}

static enum status place_members(struct unpack *u, struct diag *d)
{
	for (size_t i = 0; i < u->wheel.zip.n_entries; i++) {
		const struct zip_entry *entry = &u->wheel.zip.entries[i];
		char type = entry->unix_mode & 0111 ? 'x' : 'f';
		if (entry->is_dir || is_dropped(entry->name))
			continue;
		struct bytes data = u->wheel.data;
		enum status s = OK;
		if (data.size && bytes_starts(entry->name, data) && entry->name.data[data.size] == '/')
			s = place_data(u, bytes_from(entry->name, data.size + 1), entry, type, d);
		else
			place(u, join(u, u->purelib, entry->name), entry, (struct bytes){ NULL, 0 }, type);
		if (s)
			return s;
	}
	return OK;
}

static bool is_dotted(struct bytes name)
{
	while (name.data) {
		struct bytes part = bytes_cut(&name, '.');
		if (part.size == 0 || byte_is_digit(part.data[0]))
			return false;
		for (size_t i = 0; i < part.size; i++)
			if (!byte_is_alnum(part.data[i]) && part.data[i] != '_')
				return false;
	}
	return true;
}

static bool is_script_name(struct bytes name)
{
	for (size_t i = 0; i < name.size; i++)
		if (!byte_is_alnum(name.data[i]) && !strchr("._-", name.data[i]))
			return false;
	return name.size && name.size < 200 && !bytes_equal(name, BYTES(".")) && !bytes_equal(name, BYTES(".."));
}

/* Entry points specification: "module:object", perhaps with "[extras]" behind it. Checked to the letter: it becomes code. */
static enum status place_entry_point(struct unpack *u, const struct ini_item *item, struct diag *d)
{
	struct bytes value = bytes_trim(bytes_part(item->value, 0, bytes_find(item->value, '[')));
	struct bytes object = value, module = bytes_trim(bytes_cut(&object, ':'));
	object = bytes_trim(object);
	if (!is_script_name(item->key) || !is_dotted(module) || object.size == 0 || !is_dotted(object))
		return fail(d, ERR_FORMAT, 0, "entry_points.txt line %u: '%.*s = %.*s' is not a script", item->line,
			    BYTES_ARG(item->key), BYTES_ARG(item->value));
	struct bytes first = bytes_part(object, 0, bytes_find(object, '.'));
	const char *text = arena_printf(u->call->arena,
					"#!/env/bin/python\nimport sys\nfrom %.*s import %.*s\nif __name__ == \"__main__\":\n"
					"    sys.exit(%.*s())\n",
					BYTES_ARG(module), BYTES_ARG(first), BYTES_ARG(object));
	place(u, join(u, BYTES("bin"), item->key), NULL, bytes_of(text), 'x');
	return OK;
}

static enum status place_entry_points(struct unpack *u, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct ini ini;
	buf_init(&text, INI_MAX_SIZE);
	enum status s = wheel_read_info(&u->wheel, "entry_points.txt", &text, d);
	if (s == ERR_ABSENT)
		return OK;
	if (s == OK)
		s = ini_parse(arena_copy(u->call->arena, buf_bytes(&text)), INI_EQUALS, u->call->arena, &ini, d);
	for (size_t i = 0; s == OK && i < ini.n_items; i++)
		if (bytes_equal(ini.items[i].section, BYTES("console_scripts")) ||
		    bytes_equal(ini.items[i].section, BYTES("gui_scripts")))
			s = place_entry_point(u, &ini.items[i], d);
	return s ? explain(d, "entry_points.txt") : OK;
}

/* Every folder on the way to a file, once: a snapshot names a parent before its children. */
static void place_parents(struct unpack *u)
{
	size_t n = u->n_placed;
	struct bytes last = { NULL, 0 };
	for (size_t i = 0; i < n; i++) {
		struct bytes path = u->placed[i].path;
		size_t same = bytes_same(path, last);
		last = path;
		for (size_t k = same; k < path.size; k++)
			if (path.data[k] == '/')
				place(u, bytes_part(path, 0, k), NULL, (struct bytes){ NULL, 0 }, 'd');
	}
}

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int c = bytes_compare(x->path, y->path);
	return c ? c : (x->type != 'd') - (y->type != 'd');
}

static enum status sort_placed(struct unpack *u, struct diag *d)
{
	size_t n = 0;
	place_parents(u);
	if (u->n_placed)
		qsort(u->placed, u->n_placed, sizeof *u->placed, compare_placed);
	for (size_t i = 0; i < u->n_placed; i++) {
		bool again = n && bytes_equal(u->placed[n - 1].path, u->placed[i].path);
		if (again && u->placed[i].type == 'd' && u->placed[n - 1].type == 'd')
			continue;
		if (again)
			return fail(d, ERR_FORMAT, 0, "the wheel would write '%.*s' twice", BYTES_ARG(u->placed[i].path));
		u->placed[n++] = u->placed[i];
	}
	u->n_placed = n;
	return OK;
}

static enum status flush(struct unpack *u, struct diag *d)
{
	enum status s = fd_write_all(u->out_fd, buf_bytes(&u->pending), d);
	buf_clear(&u->pending);
	return s;
}

static enum status put_piece(void *context, struct bytes piece, struct diag *d)
{
	struct unpack *u = context;
	if (u->pending.size + piece.size > WRITE_BLOCK) {
		enum status s = flush(u, d);
		if (s)
			return s;
	}
	buf_add(&u->pending, piece);
	return OK;
}

/* What we made ourselves, in pieces as the members come. */
static enum status put_made(struct unpack *u, struct bytes made, struct diag *d)
{
	enum status s = OK;
	while (s == OK && made.size) {
		struct bytes piece = bytes_part(made, 0, WRITE_BLOCK);
		s = put_piece(u, piece, d);
		made = bytes_from(made, piece.size);
	}
	return s;
}

static enum status write_placed(struct unpack *u, const struct placed *p, struct diag *d)
{
	if (!snapshot_path_ok(p->path))
		return fail(d, ERR_FORMAT, 0, "'%.*s' cannot be installed", BYTES_ARG(p->path));
	if (u->pending.size > WRITE_BLOCK) {
		enum status s = flush(u, d);
		if (s)
			return s;
	}
	snapshot_put_header(&u->pending, p->type, p->path, p->entry ? p->entry->size : p->made.size);
	return p->entry ? zip_read_stream(&u->wheel.zip, p->entry, put_piece, u, d) : put_made(u, p->made, d);
}

static enum status write_snapshot(struct unpack *u, struct diag *d)
{
	enum status s = OK;
	buf_init(&u->pending, 4 * WRITE_BLOCK); /* a block that waits, a header and a piece */
	snapshot_put_start(&u->pending);
	for (size_t i = 0; s == OK && i < u->n_placed; i++)
		s = write_placed(u, &u->placed[i], d);
	snapshot_put_end(&u->pending);
	if (s == OK)
		s = flush(u, d);
	buf_done(&u->pending);
	return s;
}

static void note_breach(void *context, const char *id, struct bytes path, const char *sentence)
{
	struct unpack *u = context;
	if (!u->breach)
		u->breach = arena_printf(u->call->arena, "%s: '%.*s' %s", id, BYTES_ARG(path), sentence);
}

static enum status reply_metadata(struct unpack *u, struct buf *reply, struct diag *d)
{
	CLEANUP(buf_done) struct buf text;
	struct metadata metadata;
	buf_init(&text, METADATA_SIZE_MAX);
	enum status s = wheel_read_info(&u->wheel, "METADATA", &text, d);
	if (s == ERR_ABSENT)
		return fail(d, ERR_FORMAT, 0, "no METADATA in '%.*s'", BYTES_ARG(u->wheel.dist_info));
	if (s == OK)
		s = metadata_parse(buf_bytes(&text), u->call->arena, &metadata, d);
	if (s)
		return explain(d, "METADATA");
	if (!bytes_equal(metadata.name, u->wheel.name.name) || version_compare(&metadata.version, &u->wheel.name.version) != 0)
		return fail(d, ERR_FORMAT, 0, "METADATA is of '%.*s %.*s'", BYTES_ARG(metadata.name),
			    BYTES_ARG(metadata.raw_version));
	metadata_write(&metadata, reply);
	return OK;
}

enum status wheel_unpack_verb(const struct verb_call *call, struct buf *reply, struct diag *d)
{
	struct wire w = wire_over(call->request);
	struct unpack u = { .call = call, .out_fd = call->fds[OUT_FD] };
	struct zip_limits limits = zip_limits_default();
	struct bytes file, file_name = wire_get_bytes(&w);
	u.purelib = wire_get_bytes(&w);
	u.minor = wire_get_bytes(&w);
	enum status s = wire_end(&w, "wheel-unpack", d);
	if (s == OK)
		s = verb_map(call, WHEEL_FD, VERB_FILE_MAX, &file, d);
	if (s)
		return s;
	limits.allow_gaps = false;
	s = wheel_open(file, file_name, &limits, call->arena, &u.wheel, d);
	if (s == OK)
		s = wheel_verify(&u.wheel, call->arena, note_breach, NULL, &u, d);
	if (s == OK && u.breach)
		s = fail(d, ERR_HASH, 0, "the wheel is not what its RECORD says: %s", u.breach);
	if (s == OK)
		s = place_members(&u, d);
	if (s == OK)
		s = place_entry_points(&u, d);
	if (s == OK)
		s = sort_placed(&u, d);
	if (s == OK)
		s = write_snapshot(&u, d);
	return s ? explain(d, "'%.*s'", BYTES_ARG(file_name)) : reply_metadata(&u, reply, d);
}
