#include "base/distance.h"

#include <stdbool.h>

enum { WORD_MAX = 64 };

unsigned word_distance(struct bytes a, struct bytes b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];
	a = bytes_part(a, 0, WORD_MAX);
	b = bytes_part(b, 0, WORD_MAX);
	for (size_t k = 0; k <= b.size; k++)
		last[k] = before[k] = (unsigned)k;
	for (size_t i = 1; i <= a.size; i++) {
		now[0] = (unsigned)i;
		for (size_t k = 1; k <= b.size; k++) {
			unsigned best = last[k - 1] + (a.data[i - 1] != b.data[k - 1]);
			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (now[k - 1] + 1 < best)
				best = now[k - 1] + 1;
			bool swapped = i > 1 && k > 1 && a.data[i - 1] == b.data[k - 2] && a.data[i - 2] == b.data[k - 1];
			if (swapped && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			now[k] = best;
		}
		unsigned *oldest = before;
		before = last;
		last = now;
		now = oldest;
	}
	return last[b.size];
}
