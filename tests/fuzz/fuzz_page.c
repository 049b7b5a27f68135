/* An index page: as its record (first byte 'R', 'L' for one of a folder), as JSON ('J') or HTML ('H'). What is taken has names and
 * URLs that can be used, in order, and can be written and read again. Needs index, wheel, net, python, format, host, base, and the
 * source file src/index/page_verb.c. */
#include <fcntl.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/wire.h"
#include "host/file.h"
#include "index/page.h"
#include "index/verbs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition)
{
	if (!condition)
		__builtin_trap();
}

static void check_page(const struct index_project *p, bool is_local)
{
	for (size_t i = 0; i < p->n_files; i++) {
		const struct index_file *f = &p->files[i];
		expect(f->filename.size > 0 && bytes_find(f->filename, '/') == f->filename.size);
		expect(bytes_starts(f->url, BYTES("https://")) || bytes_starts(f->url, BYTES("http://")) ||
		       (is_local && bytes_starts(f->url, BYTES("file:///"))));
		expect(f->kind == INDEX_SDIST || bytes_equal(f->wheel.name, BYTES("a-b")));
		expect(i == 0 || version_compare(&p->files[i - 1].version, &f->version) <= 0);
	}
}

static void read_record(struct bytes record, bool is_local, bool must, struct arena *a)
{
	CLEANUP(buf_done) struct buf again;
	struct index_project p, q;
	struct diag d = { 0 };
	const char *source = is_local ? "local" : "index";
	buf_init(&again, 64 << 20);
	if (page_read(record, BYTES("a-b"), source, a, &p, &d)) {
		expect(!must && d.code == ERR_FORMAT && d.text[0]);
		return;
	}
	check_page(&p, is_local);
	page_write(&p, &again);
	expect(page_read(buf_bytes(&again), BYTES("a-b"), source, a, &q, NULL) == OK && q.n_files == p.n_files);
	for (size_t i = 0; i < p.n_files; i++)
		expect(bytes_equal(p.files[i].url, q.files[i].url) && p.files[i].has_digest == q.files[i].has_digest);
}

/* A verb keeps its input mapped until its program ends; here it would use up all mappings. */
static void unmap_page(void)
{
	CLEANUP(buf_done) struct buf maps;
	buf_init(&maps, 4 << 20);
	CLEANUP(fd_close) int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || file_read_fd(fd, &maps, NULL))
		return;
	for (struct bytes rest = buf_bytes(&maps); rest.size;) {
		struct bytes line = bytes_cut(&rest, '\n');
		char *end;
		if (bytes_search(line, BYTES("/memfd:page")) == line.size)
			continue;
		unsigned long from = strtoul((const char *)line.data, &end, 16), to = strtoul(end + 1, NULL, 16);
		expect(munmap((void *)from, to - from) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_done) struct arena a;
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	struct diag d = { 0 };
	arena_init(&a);
	buf_init(&ask, 4096);
	buf_init(&reply, 64 << 20);
	if (size == 0)
		return 0;
	struct bytes text = bytes_make(data + 1, size - 1);
	if (data[0] != 'J' && data[0] != 'H') {
		read_record(text, data[0] == 'L', false, &a);
		return 0;
	}
	CLEANUP(fd_close) int fd = memfd_create("page", MFD_CLOEXEC);
	expect(fd >= 0 && write(fd, text.data, text.size) == (ssize_t)text.size);
	wire_put_string(&ask, "a-b");
	wire_put_string(&ask, "https://example.org/simple/a-b/");
	wire_put_string(&ask, data[0] == 'J' ? "application/vnd.pypi.simple.v1+json" : "text/html");
	struct verb_call call = { .request = buf_bytes(&ask), .fds = &fd, .n_fds = 1, .arena = &a };
	enum status s = page_verb(&call, &reply, &d);
	expect(s == OK || (s == d.code && d.text[0]));
	if (s == OK && !reply.full)
		read_record(buf_bytes(&reply), false, true, &a);
	unmap_page();
	return 0;
}
