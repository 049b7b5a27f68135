/* URLs: parsing, writing and parsing again must agree; a reference never brings back the base's userinfo; what is logged is
 * printable and holds no '@' before its host. */
#include <assert.h>

#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct bytes text = bytes_make(data, size), reference = { NULL, 0 }, name;
	const char *user, *password;
	struct url u, again, target;
	struct diag d = { 0 };
	arena_init(&a);
	struct bytes logged = url_for_log(text, &a);
	for (size_t i = 0; i < logged.size; i++)
		assert(logged.data[i] > 0x20 && logged.data[i] < 0x7f);
	reference = text;
	struct bytes first = bytes_cut(&reference, '\n');
	if (url_parse(first, &a, &u, &d) != OK)
		return 0;
	char *written = url_text(&u, &a);
	if (strlen(written) <= URL_SIZE_MAX) {
		assert(url_parse(bytes_of(written), &a, &again, &d) == OK);
		assert(strcmp(url_text(&again, &a), written) == 0);
		assert(u.scheme == URL_FILE || url_same_origin(&u, &again));
		assert(!again.userinfo.data);
	}
	(void)!url_file_name(&u, &a, &name, &d);
	(void)!url_fragment_find(&u, "sha256", &a, &name, &d);
	(void)!url_credentials(&u, &a, &user, &password, &d);
	if (url_resolve(&u, reference, &a, &target, &d) == OK && target.userinfo.data)
		assert(bytes_find(reference, '@') < reference.size);
	return 0;
}
