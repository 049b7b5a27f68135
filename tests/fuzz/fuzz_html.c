/* Every page has links, at least none; they come in order and lie in the page. Needs format, base. */
#include "format/html_links.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	struct html_page page;
	arena_init(&a);
	if (html_links_parse(bytes_make(data, size), &a, &page, NULL) && size < HTML_MAX_LINKS)
		__builtin_trap();
	for (size_t i = 0; i < page.n_links; i++) {
		const struct html_link *link = &page.links[i];
		if (!link->href.data || !link->text.data || link->offset >= size || data[link->offset] != '<')
			__builtin_trap();
		if (i && link->offset <= page.links[i - 1].offset)
			__builtin_trap();
	}
	return 0;
}
