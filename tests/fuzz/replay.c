/* Runs a fuzz target over its corpus, whole and cut at many places, without libFuzzer: the part of fuzzing that every test
 * run repeats. argv: the corpus directory, then perhaps single files. TAP out. */
#include <stdint.h>

#include "base/arena.h"
#include "host/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 4 << 20, CUTS = 64 };

static void replay(struct bytes input)
{
	(void)LLVMFuzzerTestOneInput(input.data, input.size);
	for (size_t i = 0; i < CUTS && input.size; i++) {
		/* A copy of exactly that size, so that a sanitizer sees the first byte too far. */
		CLEANUP(arena_done) struct arena a;
		arena_init(&a);
		size_t size = input.size * i / CUTS;
		unsigned char *cut = arena_alloc(&a, size + 1, 1);
		bytes_copy(cut, bytes_part(input, 0, size));
		(void)LLVMFuzzerTestOneInput(cut, size);
	}
}

int main(int argc, char **argv)
{
	size_t n = 0;
	struct diag d = { 0 };
	DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
	if (!folder) {
		(void)printf("not ok 1 - the corpus can be opened\n1..1\n");
		return 1;
	}
	for (struct dirent *e; (e = readdir(folder));) {
		CLEANUP(buf_done) struct buf input;
		buf_init(&input, FILE_MAX);
		if (e->d_name[0] == '.' || file_read(dirfd(folder), e->d_name, &input, &d))
			continue;
		replay(buf_bytes(&input));
		n++;
	}
	(void)closedir(folder);
	(void)printf("%sok 1 - %zu inputs replayed without a crash\n1..1\n", n ? "" : "not ", n);
	return n ? 0 : 1;
}
