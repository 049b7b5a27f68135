#include "advisory/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/mapped.h"

static uint64_t get_u64(struct bytes b, uint64_t at)
{
	struct wire w = wire_over(bytes_part(b, at, 8));
	return wire_get_u64(&w);
}

static uint32_t get_u32(struct bytes b, uint64_t at)
{
	struct wire w = wire_over(bytes_part(b, at, 4));
	return wire_get_u32(&w);
}

enum status store_over(struct bytes file, struct store *ret, struct diag *d)
{
	struct store s = {
		.file = file,
		.newest_unix = (int64_t)get_u64(file, 8),
		.n_advisories = get_u64(file, 16),
		.n_rows = get_u64(file, 24),
		.rows_at = get_u64(file, 32),
	};
	bool whole = file.size >= STORE_HEADER_SIZE && bytes_starts(file, STORE_MAGIC) && s.rows_at >= STORE_HEADER_SIZE &&
		     s.rows_at <= file.size && s.n_rows <= (file.size - s.rows_at) / STORE_ROW_SIZE &&
		     s.rows_at + s.n_rows * STORE_ROW_SIZE == file.size;
	if (!whole)
		return fail(d, ERR_FORMAT, 0, "the imported advisories are damaged");
	*ret = s;
	return OK;
}

enum status store_open(int cache_dir, struct store *ret, struct diag *d)
{
	CLEANUP(fd_close) int fd = openat(cache_dir, "vuln/db", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		(void)fail(d, ERR_ABSENT, 0, "no advisories were imported");
		(void)remedy(d, "get the export of your advisory service and run: hwb audit --import FILE.zip");
		return ERR_ABSENT;
	}
	if (fd < 0)
		return fail(d, ERR_IO, 0, "open the imported advisories: %s", strerror(errno));
	struct bytes file;
	enum status s = mapped_open(fd, STORE_SIZE_MAX, &file, d);
	if (s)
		return s;
	s = store_over(file, ret, d);
	if (s) {
		mapped_done(&file);
		(void)remedy(d, "import them again: hwb audit --import FILE.zip");
	}
	return s;
}

static bool row_name(const struct store *s, uint64_t row, struct bytes *ret)
{
	uint64_t at = s->rows_at + row * STORE_ROW_SIZE, from = get_u64(s->file, at);
	uint32_t size = get_u32(s->file, at + 16);
	*ret = bytes_part(s->file, from, size);
	return from < s->file.size && ret->size == size;
}

/* The first row whose name is not before it. */
static bool find_first(const struct store *s, struct bytes name, uint64_t *ret)
{
	uint64_t low = 0, high = s->n_rows;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct bytes here;
		if (!row_name(s, middle, &here))
			return false;
		if (bytes_compare(here, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret = low;
	return true;
}

static enum status read_row(const struct store *s, uint64_t row, struct arena *a, struct advisory *ret, struct diag *d)
{
	uint64_t at = s->rows_at + row * STORE_ROW_SIZE;
	struct wire w = wire_over(bytes_part(s->file, get_u64(s->file, at + 8), get_u32(s->file, at + 20)));
	enum status status = advisory_read(&w, a, ret, d);
	return status ? status : wire_end(&w, "advisory", d);
}

enum status store_find(const struct store *s, struct bytes name, struct arena *a, const struct advisory **ret, size_t *ret_n,
		       struct diag *d)
{
	struct advisory *found = NULL;
	struct bytes here;
	size_t n = 0;
	uint64_t row = 0;
	bool whole = find_first(s, name, &row);
	for (; whole && row < s->n_rows; row++) {
		whole = row_name(s, row, &here);
		if (!whole || !bytes_equal(here, name))
			break;
		found = arena_grow(a, found, n, sizeof *found);
		whole = read_row(s, row, a, &found[n++], NULL) == OK;
	}
	if (!whole) {
		(void)fail(d, ERR_FORMAT, 0, "the imported advisories are damaged");
		(void)remedy(d, "import them again: hwb audit --import FILE.zip");
		return ERR_FORMAT;
	}
	*ret = found;
	*ret_n = n;
	return OK;
}

/* ---- import ---- */

/* What a dead or bent writer could leave is refused before it replaces what is there: every row, in order. */
static enum status check_written(int fd, struct store_import *ret, struct diag *d)
{
	struct bytes file;
	struct store s;
	enum status status = mapped_open(fd, STORE_SIZE_MAX, &file, d);
	if (status)
		return status;
	struct bytes before = { NULL, 0 }, here = { NULL, 0 };
	bool sorted = store_over(file, &s, d) == OK;
	*ret = (struct store_import){ .n_names = 0 };
	for (uint64_t row = 0; sorted && row < s.n_rows; row++) {
		sorted = row_name(&s, row, &here) && bytes_compare(before, here) <= 0;
		ret->n_names += !bytes_equal(before, here);
		before = here;
	}
	if (sorted) {
		ret->n_advisories = s.n_advisories;
		ret->newest_unix = s.newest_unix;
	}
	mapped_done(&file);
	return sorted ? OK : fail(d, ERR_UNCHECKED, 0, "what hwb-parse made of it makes no sense");
}

static enum status open_export(const char *path, int *ret, struct diag *d)
{
	struct stat st;
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		return fail(d, ERR_USAGE, 0, "cannot open '%s': %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(d, ERR_USAGE, 0, "'%s' is not a regular file", path);
	*ret = take_fd(&fd);
	return OK;
}

static enum status write_store(const struct run_context *run, int export_fd, int fd, struct store_import *ret, struct diag *d)
{
	CLEANUP(buf_done) struct buf reply;
	buf_init(&reply, 4096);
	enum status s = helper_call(run, "hwb-parse", "osv-import", (struct bytes){ NULL, 0 }, (int[]){ export_fd, fd }, 2, &reply,
				    d);
	if (s)
		return s == ERR_FORMAT ? recode(d, ERR_USAGE) : s;
	struct wire w = wire_over(buf_bytes(&reply));
	uint64_t n_others = wire_get_u64(&w);
	if (wire_end(&w, "osv-import", d))
		return recode(d, ERR_UNCHECKED);
	s = check_written(fd, ret, d);
	ret->n_others = n_others;
	return s;
}

enum status store_import(const struct run_context *run, int cache_dir, const char *path, struct store_import *ret, struct diag *d)
{
	CLEANUP(fd_close) int export_fd = -1;
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(file_draft_drop) struct file_draft draft = { .dir = -1, .fd = -1 };
	struct store_import import;
	enum status s = open_export(path, &export_fd, d);
	if (s == OK)
		s = directory_make(cache_dir, "vuln", true, &dir, d);
	if (s == OK)
		s = file_draft_open(dir, 0600, &draft, d);
	if (s)
		return s;
	s = write_store(run, export_fd, draft.fd, &import, d);
	if (s) {
		(void)explain(d, "'%s'", path);
		return s;
	}
	s = file_draft_finish(&draft, "db", true, d);
	if (s == OK)
		*ret = import;
	return s;
}
