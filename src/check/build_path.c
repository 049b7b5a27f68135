/* S18: folders of the machine that built the wheel. Compilers write the names of sources into what they make; in a text they are what
 * its author wrote, but for the folders of hwb's own sandbox. */
#include "check/checking.h"
#include "format/magic.h"

static const struct {
	struct bytes begin;
	bool in_binaries_only;
} places[] = {
	{ LIT("/build/src/"), false }, /* build.c, the sandbox's view of the source and of the environment */
	{ LIT("/build/env/"), false }, { LIT("/home/"), true },    { LIT("/Users/"), true },
	{ LIT("/root/"), true },       { LIT("\\Users\\"), true }, { LIT("/github/workspace/"), true },
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

/* The first that is one, as far as a message shows it. */
static struct bytes find_path(struct bytes content, struct bytes begin)
{
	enum { SHOWN_MAX = 120 };
	for (size_t at = 0; at < content.size; at++) {
		at += bytes_search(bytes_from(content, at), begin);
		if (at >= content.size || !begins_path(content, at))
			continue;
		size_t end = at + begin.size;
		while (end < content.size && end - at < SHOWN_MAX && content.data[end] &&
		       (is_of_path(content.data[end]) || content.data[end] == '\\'))
			end++;
		if (end > at + begin.size)
			return bytes_part(content, at, end - at);
	}
	return (struct bytes){ NULL, 0 };
}

void check_build_path(struct checking *c, const struct zip_entry *e, struct bytes content)
{
	bool is_binary = magic_of(content).kind != MAGIC_OTHER || bytes_ends(e->name, BYTES(".pyc"));
	for (size_t i = 0; i < COUNT(places); i++) {
		if (places[i].in_binaries_only && !is_binary)
			continue;
		struct bytes path = find_path(content, places[i].begin);
		if (path.size) {
			(void)finding_add(&c->findings, "S18", e->name, "it names '%.*s'", BYTES_ARG(path));
			return;
		}
	}
}
