/* hwb-unpack: libarchive alone with a stranger's archive, confined; it reads one descriptor and writes two. */
#include "host/verb.h"
#include "source/verbs.h"

int main(void)
{
	static const struct verb verbs[] = { { "tar-source", 3, tar_source_verb } };
	return verb_serve(verbs, sizeof verbs / sizeof verbs[0]);
}
