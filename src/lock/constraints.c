/* Constraints files: requirement lines with hashes, as pip reads them ("Requirements File Format" of its user guide). */
#include "lock/lock.h"

/* The text of a generated file with hashes for some thousand projects. A line: a requirement and the hashes of its files. */
enum { TEXT_MAX = 16 << 20, CONSTRAINTS_MAX = 20000, LINE_MAX = 1 << 20, DIGESTS_MAX = 10000 };

struct reader {
	const char *file_name;
	size_t line; /* of the first part of the current logical line */
	struct arena *a;
	struct diag *d;
};

static enum status refuse(const struct reader *r, const char *why, struct bytes what)
{
	(void)fail(r->d, ERR_USAGE, 0, "%s line %zu: %s: '%.*s'", r->file_name, r->line, why, BYTES_ARG(bytes_part(what, 0, 200)));
	locate(r->d, (uint32_t)r->line, 0);
	return ERR_USAGE;
}

/* ---- logical lines ---- */

static bool is_comment(struct bytes line)
{
	line = bytes_trim(line);
	return line.size && line.data[0] == '#';
}

/* Cuts off what follows a '#' at the start or behind a blank. */
static struct bytes without_comment(struct bytes line)
{
	for (size_t i = 0; i < line.size; i++)
		if (line.data[i] == '#' && (i == 0 || byte_is_blank(line.data[i - 1])))
			return bytes_part(line, 0, i);
	return line;
}

static struct bytes next_physical(struct bytes *rest)
{
	struct bytes line = bytes_cut(rest, '\n');
	if (line.size && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

/* Joins lines that end in a backslash; a line of comment ends the joining. *n_read: physical lines taken. */
static enum status next_logical(const struct reader *r, struct bytes *rest, struct buf *out, size_t *n_read)
{
	buf_clear(out);
	while (rest->data) {
		struct bytes line = next_physical(rest);
		++*n_read;
		if (is_comment(line))
			break;
		bool more = line.size && line.data[line.size - 1] == '\\';
		if (more)
			line.size--;
		buf_add(out, line);
		if (!more)
			break;
	}
	if (!out->full)
		return OK;
	return fail(r->d, ERR_LIMIT, LINE_MAX, "%s line %zu: longer than %d bytes", r->file_name, r->line, LINE_MAX);
}

/* ---- the parts of a line ---- */

static struct bytes next_word(struct bytes *rest)
{
	*rest = bytes_trim(*rest);
	size_t n = 0;
	while (n < rest->size && !byte_is_blank(rest->data[n]))
		n++;
	struct bytes word = bytes_part(*rest, 0, n);
	*rest = bytes_from(*rest, n);
	return word;
}

/* Where the options begin: at the first word that starts with '-'. */
static size_t find_options(struct bytes line)
{
	for (size_t i = 1; i < line.size; i++)
		if (line.data[i] == '-' && byte_is_blank(line.data[i - 1]))
			return i;
	return line.size;
}

static enum status parse_digest(const struct reader *r, struct bytes value, struct sha256 *ret)
{
	struct bytes text = value, algorithm = bytes_cut(&text, ':');
	if (!text.data || !bytes_equal(algorithm, BYTES("sha256")))
		return refuse(r, "only --hash=sha256:... is supported", value);
	return sha256_parse(text, ret) ? refuse(r, "not 64 hexadecimal digits", value) : OK;
}

static enum status parse_hashes(const struct reader *r, struct bytes options, struct lock_constraint *c)
{
	struct sha256 *digests = NULL;
	while (bytes_trim(options).size) {
		struct bytes word = next_word(&options), value = word, key = bytes_cut(&value, '=');
		if (!bytes_equal(key, BYTES("--hash")))
			return refuse(r, "only --hash can follow a constraint", word);
		if (!value.data)
			value = next_word(&options);
		if (c->n_digests == DIGESTS_MAX)
			return fail(r->d, ERR_LIMIT, 0, "%s line %zu: more than %d hashes", r->file_name, r->line, DIGESTS_MAX);
		digests = arena_grow(r->a, digests, c->n_digests, sizeof *digests);
		enum status s = parse_digest(r, value, &digests[c->n_digests]);
		if (s)
			return s;
		c->n_digests++;
	}
	c->digests = digests;
	return OK;
}

static enum status parse_line(const struct reader *r, struct bytes line, struct lock_constraint *ret)
{
	struct requirement q;
	struct diag why = { 0 };
	if (line.data[0] == '-')
		return refuse(r, "options and other files cannot be in a constraints file", line);
	size_t options = find_options(line);
	struct bytes text = bytes_trim(bytes_part(line, 0, options));
	if (requirement_parse(text, r->a, &q, &why))
		return refuse(r, why.text, text);
	if (q.url.size)
		return refuse(r, "a constraint cannot be a URL", text);
	if (q.n_extras)
		return refuse(r, "a constraint cannot have extras", text);
	*ret = (struct lock_constraint){ .name = q.name, .specifier = q.specifier, .marker = q.marker };
	ret->origin = bytes_of(arena_printf(r->a, "%s line %zu", r->file_name, r->line));
	return parse_hashes(r, bytes_from(line, options), ret);
}

enum status lock_constraints_parse(struct bytes text, const char *file_name, struct arena *a, struct lock_constraint **ret,
				   size_t *ret_n, struct diag *d)
{
	CLEANUP(buf_done) struct buf joined;
	struct reader r = { .file_name = file_name, .a = a, .d = d };
	struct lock_constraint *items = NULL;
	size_t n = 0, next = 1;
	buf_init(&joined, LINE_MAX);
	if (text.size > TEXT_MAX)
		return fail(d, ERR_LIMIT, TEXT_MAX, "%s: longer than %d bytes", file_name, TEXT_MAX);
	if (bytes_starts(text, BYTES("\xef\xbb\xbf")))
		text = bytes_from(text, 3);
	for (struct bytes rest = text; rest.data;) {
		size_t n_read = 0;
		r.line = next;
		enum status s = next_logical(&r, &rest, &joined, &n_read);
		if (s)
			return s;
		next += n_read;
		struct bytes line = bytes_trim(without_comment(buf_bytes(&joined)));
		if (!line.size)
			continue;
		if (n == CONSTRAINTS_MAX)
			return fail(d, ERR_LIMIT, 0, "%s: more than %d constraints", file_name, CONSTRAINTS_MAX);
		items = arena_grow(a, items, n, sizeof *items);
		s = parse_line(&r, line, &items[n]);
		if (s)
			return s;
		n++;
	}
	*ret = items;
	*ret_n = n;
	return OK;
}
