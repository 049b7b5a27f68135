/* The least that a check of a wheel can do: every member inflated and hashed. Run by bench.py; argv: the wheel. */
#include <fcntl.h>
#include <stdio.h>

#include "base/fd.h"
#include "crypto/digest.h"
#include "format/zip.h"
#include "host/mapped.h"

int main(int argc, char **argv)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf content;
	CLEANUP(fd_close) int fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	struct zip_limits limits = zip_limits_default();
	struct bytes file;
	struct zip zip;
	unsigned sum = 0;
	arena_init(&a);
	buf_init(&content, 1 << 30);
	if (fd < 0 || mapped_open(fd, UINT64_MAX, &file, NULL) || zip_open(file, &limits, &a, &zip, NULL))
		return 1;
	for (size_t i = 0; i < zip.n_entries; i++) {
		buf_clear(&content);
		if (zip_read(&zip, &zip.entries[i], &content, NULL))
			return 1;
		sum += sha256_of(buf_bytes(&content)).bytes[0];
	}
	(void)printf("%zu members, %u\n", zip.n_entries, sum);
	return 0;
}
