/* hwb-unpack: libarchive alone with a stranger's archive, confined; it reads one descriptor and writes two. */
#include <locale.h>

#include "host/verb.h"
#include "source/verbs.h"

int main(void)
{
	/* libarchive converts names to the locale's charset and would open tables for it: with UTF-8 there is nothing to convert. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	static const struct verb verbs[] = { { "tar-source", 3, tar_source_verb } };
	return verb_serve(verbs, sizeof verbs / sizeof verbs[0]);
}
