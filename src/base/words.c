#include "base/words.h"

typedef int word_order(struct bytes word, const char *row);

static bool find(const char *const *sorted, size_t n, struct bytes word, word_order *compare)
{
	for (size_t low = 0, high = n; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = compare(word, sorted[middle]);
		if (order == 0)
			return true;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static int compare_bytes(struct bytes word, const char *row)
{
	return bytes_compare(word, bytes_of(row));
}

static int compare_nocase(struct bytes word, const char *row)
{
	for (size_t i = 0; i < word.size; i++) {
		int x = byte_lower(word.data[i]), y = byte_lower((unsigned char)row[i]);
		if (x != y)
			return x - y; /* also at the end of the row */
	}
	return row[word.size] ? -1 : 0;
}

bool words_have(const char *const *sorted, size_t n, struct bytes word)
{
	return find(sorted, n, word, compare_bytes);
}

bool words_have_nocase(const char *const *sorted, size_t n, struct bytes word)
{
	return find(sorted, n, word, compare_nocase);
}
