/* S18: folders of the machine that built the wheel. Compilers write the names of sources into what they make; in a text they are what
 * its author wrote, but for the folders of hwb's own sandbox. */
#include "check/checking.h"
#include "format/magic.h"

static const struct {
	struct bytes begin;
	bool in_binaries_only;
} places[] = {
	{ LIT("/build/src/"), false }, /* build.c, the sandbox's view of the source and of the environment */
	{ LIT("/build/env/"), false },       { LIT("/home/"), true },    { LIT("/Users/"), true }, { LIT("/root/"), true },
	{ LIT("/github/workspace/"), true }, { LIT("\\Users\\"), true },
};

static bool is_of_path(unsigned char c)
{
	return byte_is_alnum(c) || strchr("._-+@/", c);
}

/* "/root/x", but not "/opt/rh/root/usr": where a path begins. A drive's letter and colon may stand before it. */
static bool begins_path(struct bytes content, size_t at)
{
	return at == 0 || content.data[at - 1] == 0 || !is_of_path(content.data[at - 1]);
}

static struct bytes path_at(struct bytes content, size_t at, size_t begin_size)
{
	enum { SHOWN_MAX = 120 };
	size_t end = at + begin_size;
	while (end < content.size && end - at < SHOWN_MAX && content.data[end] &&
	       (is_of_path(content.data[end]) || content.data[end] == '\\'))
		end++;
	return bytes_part(content, at, end > at + begin_size ? end - at : 0);
}

/* The first that is one, as far as a message shows it. From one separator to the next: a search for each place would take longer than
 * to inflate the file. */
static struct bytes find_path(struct bytes content, unsigned char separator, bool is_binary)
{
	for (size_t at = 0; at < content.size; at++) {
		struct bytes rest = bytes_from(content, at);
		at += bytes_find(rest, separator);
		rest = bytes_from(content, at);
		for (size_t i = 0; rest.size && i < COUNT(places); i++) {
			if (!bytes_starts(rest, places[i].begin) || (places[i].in_binaries_only && !is_binary) ||
			    !begins_path(content, at))
				continue;
			struct bytes path = path_at(content, at, places[i].begin.size);
			if (path.size)
				return path;
		}
	}
	return (struct bytes){ NULL, 0 };
}

void check_build_path(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	enum magic_kind kind = magic_of(content).kind;
	struct bytes path = find_path(content, '/', kind != MAGIC_OTHER || bytes_ends(e->name, BYTES(".pyc")));
	if (!path.size && kind == MAGIC_PE)
		path = find_path(content, '\\', true);
	if (path.size)
		(void)finding_add(&c->findings, "S18", e->name, "it names '%.*s'", BYTES_ARG(path));
}
