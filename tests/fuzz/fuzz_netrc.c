/* .netrc: no text crashes it, and what it finds is in the text. */
#include <assert.h>

#include "cli/settings_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	const char *user, *password;
	struct diag d = { 0 };
	arena_init(&a);
	if (netrc_find(bytes_make(data, size), BYTES("a.example"), &a, &user, &password, &d) == OK)
		assert(strlen(user) + strlen(password) < size);
	else
		assert(d.text[0]);
	return 0;
}
