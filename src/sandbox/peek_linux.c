#include "sandbox/peek.h"

#include <sys/uio.h>

enum { PAGE = 4096 };

/* A piece that crosses into a page that is not there would fail as a whole: one page at a time. */
size_t peek(pid_t pid, uint64_t address, void *to, size_t size)
{
	size_t done = 0;
	while (done < size) {
		uint64_t from = address + done;
		size_t piece = PAGE - (size_t)(from % PAGE);
		if (piece > size - done)
			piece = size - done;
		struct iovec ours = { (char *)to + done, piece };
		struct iovec theirs = { (void *)(uintptr_t)from, piece };
		ssize_t n = process_vm_readv(pid, &ours, 1, &theirs, 1, 0);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

void peek_string(pid_t pid, uint64_t address, size_t most, struct buf *out, bool *ret_is_cut)
{
	char piece[256];
	while (most) {
		size_t n = peek(pid, address, piece, most < sizeof piece ? most : sizeof piece);
		struct bytes got = bytes_make(piece, n);
		size_t end = bytes_find(got, '\0');
		buf_add(out, bytes_part(got, 0, end));
		if (end < got.size)
			return;
		if (n == 0)
			break;
		most -= n;
		address += n;
	}
	*ret_is_cut = true;
}
