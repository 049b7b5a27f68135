#include "sandbox/bare_paths.h"

#include "base/buf.h"

/* A shell script with paths in it, or a variable; the same as a specification may have. */
enum { SAID_MAX = 16 << 20 };

static const char *const places[] = { "/build", "/tmp", "/out" };

void bare_paths_add(struct bare_paths *p, const char *inside, const char *outside)
{
	p->rows = arena_grow(p->arena, p->rows, p->n, sizeof *p->rows);
	p->rows[p->n++] = (struct bare_path){ inside, outside };
}

void bare_paths_init(struct bare_paths *ret, const char *top, struct arena *a)
{
	*ret = (struct bare_paths){ .arena = a };
	for (size_t i = 0; i < COUNT(places); i++)
		bare_paths_add(ret, places[i], arena_printf(a, "%s%s", top, places[i]));
}

static bool is_part(unsigned char c)
{
	return byte_is_digit(c) || byte_is_lower(c) || (c >= 'A' && c <= 'Z') || c >= 0x80 || strchr("./_-+~%@", c) != NULL;
}

static bool begins_at(struct bytes text, size_t at)
{
	static const struct bytes before[] = { LIT("file://"), LIT("-I"), LIT("-L") };
	if (at == 0 || !is_part(text.data[at - 1]))
		return true;
	for (size_t i = 0; i < COUNT(before); i++)
		if (bytes_ends(bytes_part(text, 0, at), before[i]))
			return true;
	return false;
}

static bool is_at(struct bytes rest, struct bytes path)
{
	return bytes_starts(rest, path) && (rest.size == path.size || rest.data[path.size] == '/' || !is_part(rest.data[path.size]));
}

static const struct bare_path *find(const struct bare_paths *p, struct bytes rest)
{
	const struct bare_path *best = NULL;
	for (size_t i = 0; i < p->n; i++)
		if (is_at(rest, bytes_of(p->rows[i].inside)) && (!best || strlen(p->rows[i].inside) > strlen(best->inside)))
			best = &p->rows[i];
	return best;
}

const char *bare_paths_say(const struct bare_paths *p, const char *text)
{
	CLEANUP(buf_done) struct buf said;
	struct bytes whole = bytes_of(text);
	buf_init(&said, SAID_MAX);
	for (size_t i = 0; i < whole.size;) {
		const struct bare_path *row = whole.data[i] == '/' && begins_at(whole, i) ? find(p, bytes_from(whole, i)) : NULL;
		if (row)
			buf_add_string(&said, row->outside);
		else
			buf_add_byte(&said, whole.data[i]);
		i += row ? strlen(row->inside) : 1;
	}
	return arena_string(p->arena, buf_bytes(&said));
}

bool bare_paths_writable(const char *inside)
{
	for (size_t i = 0; i < COUNT(places); i++)
		if (is_at(bytes_of(inside), bytes_of(places[i])))
			return true;
	return false;
}
