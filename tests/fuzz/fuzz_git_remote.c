/* .git/config: what is found can stand in a form and in YAML, and has nothing of what stood before '@'. Needs cli, net, base. */
#include "base/cleanup.h"
#include "cli/git_remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_plain(const char *text, const char *more)
{
	size_t size = strlen(text);
	if (!size || size > GIT_REMOTE_PART_MAX)
		__builtin_trap();
	for (size_t i = 0; i < size; i++)
		if (!byte_is_alnum((unsigned char)text[i]) && !strchr(more, text[i]))
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct git_remote r;
	struct diag d = { 0 };
	arena_init(&a);
	if (git_remote_find(bytes_make(data, size), &a, &r, &d) == OK) {
		expect_plain(r.host, ".-_");
		expect_plain(r.owner, "._-/");
		expect_plain(r.repository, "._-");
	} else if (!d.text[0])
		__builtin_trap();
	return 0;
}
