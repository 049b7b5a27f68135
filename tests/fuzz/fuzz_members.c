/* Members of a hostile archive: whatever is taken is a snapshot that its strict reader takes too, within the limits.
 * Input: records of type, mode (1 byte each), size of the path, size of the text (1 byte each), a byte by which the header lies
 * about the size (127 is honest), path, text. Needs source, format, host, base. */
#include <sys/mman.h>

#include "base/cleanup.h"
#include "format/snapshot.h"
#include "source/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMBERS_MAX = 64, SIZE_MAX_HERE = 4096, HONEST = 127, SNAPSHOT_MAX = 1 << 22 };

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static struct bytes take(struct bytes *rest, size_t size)
{
	struct bytes part = bytes_part(*rest, 0, size);
	*rest = bytes_from(*rest, part.size);
	return part;
}

static enum status add_one(struct member_set *set, struct bytes *rest)
{
	static const uint32_t modes[] = { 0644, 0755, 04755, 0, 01777, 02755 };
	struct bytes head = take(rest, 5);
	bool wants = false;
	struct diag d = { 0 };
	if (head.size < 5)
		return ERR_ABSENT;
	struct member m = { .path = take(rest, head.data[2]), .type = (char)head.data[0], .mode = modes[head.data[1] % COUNT(modes)] };
	struct bytes text = take(rest, head.data[3]);
	m.target = m.type == 'l' ? text : (struct bytes){ NULL, 0 };
	m.size = m.type == 'f' ? text.size + head.data[4] - (text.size + head.data[4] < HONEST ? text.size + head.data[4] : HONEST)
			       : 0;
	m.mtime = head.data[1];
	enum status s = members_add(set, &m, &wants, &d);
	if (s == OK && wants)
		s = members_content(set, text, &d);
	expect(s == OK || (s == ERR_REFUSED && d.text[0]));
	return s;
}

static void check_snapshot(int fd, const struct member_set *set)
{
	off_t size = lseek(fd, 0, SEEK_END);
	expect(size > 0 && size < SNAPSHOT_MAX);
	void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	expect(map != MAP_FAILED);
	struct snapshot_reader r;
	struct snapshot_entry e;
	uint64_t total = 0;
	enum status s = snapshot_open(bytes_make(map, (size_t)size), &r, NULL);
	while (s == OK && (s = snapshot_next(&r, &e, NULL)) == OK)
		total += e.type == 'f' || e.type == 'x' ? e.content.size : 0;
	expect(s == ERR_ABSENT && total == set->spool_size && total <= set->limits.size);
	(void)munmap(map, (size_t)size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf reply;
	CLEANUP(fd_close) int spool = memfd_create("spool", MFD_CLOEXEC);
	CLEANUP(fd_close) int out = memfd_create("out", MFD_CLOEXEC);
	struct bytes rest = bytes_make(data, size);
	struct diag d = { 0 };
	enum status s = OK;
	arena_init(&a);
	buf_init(&reply, 65536);
	expect(spool >= 0 && out >= 0);
	struct member_set set = {
		.arena = &a,
		.limits = { SIZE_MAX_HERE, MEMBERS_MAX, 200, SIZE_MAX_HERE },
		.packed_size = size,
		.spool_fd = spool,
	};
	while (s == OK)
		s = add_one(&set, &rest);
	if (s != ERR_ABSENT)
		return 0;
	s = members_write(&set, out, &reply, &d);
	expect(s == OK || (s == ERR_REFUSED && d.text[0]));
	if (s == OK)
		check_snapshot(out, &set);
	return 0;
}
