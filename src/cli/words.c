#include "base/distance.h"
#include "cli/settings_parts.h"

const char *word_nearest(struct bytes word, const char *const *names, size_t n)
{
	const char *best = NULL;
	unsigned distance = word.size < 6 ? 2 : 4; /* a third of a usual name: more is another word */
	for (size_t i = 0; i < n; i++) {
		unsigned now = word_distance(word, bytes_of(names[i]));
		if (now < distance) {
			distance = now;
			best = names[i];
		}
	}
	return best;
}
