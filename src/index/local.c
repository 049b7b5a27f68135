/* --find-links: folders of files (hashed on the spot: hash-source "local") and pages of links. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/reply.h"
#include "index/page.h"
#include "index/state.h"
#include "net/url.h"

static bool is_url(const char *place)
{
	return strncmp(place, "https://", 8) == 0 || strncmp(place, "http://", 7) == 0;
}

static const char *folder_of(const char *place)
{
	return strncmp(place, "file://", 7) == 0 ? place + 7 : place;
}

static void append(struct index *i, struct index_project *p, struct index_file f)
{
	/* The array of a page has exactly its size: it is copied once and grows from then on. */
	struct index_file *grown = ARENA_ARRAY(&i->arena, struct index_file, p->n_files + 1);
	bytes_copy(grown, bytes_make(p->files, p->n_files * sizeof f));
	grown[p->n_files++] = f;
	p->files = grown;
}

static char *file_url(const char *path, struct arena *a)
{
	CLEANUP(buf_done) struct buf url;
	buf_init(&url, 4 * PATH_MAX);
	buf_add_string(&url, "file://");
	for (const char *c = path; *c; c++) {
		if (byte_is_alnum((unsigned char)*c) || strchr("/._-+~", *c))
			buf_add_byte(&url, (unsigned char)*c);
		else
			buf_printf(&url, "%%%02X", (unsigned char)*c);
	}
	return arena_string(a, buf_bytes(&url));
}

static enum status add_entry(struct index *i, int dir, const char *folder, const char *entry, struct bytes name,
			     struct index_project *p, struct diag *d)
{
	struct index_file f = { .filename = arena_copy(&i->arena, bytes_of(entry)), .hash_source = "local" };
	uint64_t size;
	if (!page_file_name(&f, name, &i->arena))
		return OK;
	CLEANUP(fd_close) int fd = openat(dir, entry, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return OK; /* a broken link, or not ours to read: as if it were not there */
	enum status s = sha256_of_fd(fd, i->run->limits->download_size, &f.digest, &size, d);
	if (s)
		return explain(d, "'%s/%s'", folder, entry);
	f.has_digest = f.has_size = true;
	f.size = size;
	f.url = bytes_of(file_url(arena_printf(&i->arena, "%s/%s", folder, entry), &i->arena));
	f.index = bytes_of(folder);
	append(i, p, f);
	return OK;
}

static enum status add_folder(struct index *i, const char *place, struct bytes name, struct index_project *p, struct diag *d)
{
	char real[PATH_MAX];
	DIR *entries = realpath(folder_of(place), real) ? opendir(real) : NULL;
	if (!entries)
		return fail(d, ERR_USAGE, 0, "--find-links: open the folder '%s': %s", place, strerror(errno));
	const char *folder = arena_string(&i->arena, bytes_of(real));
	enum status s = OK;
	for (struct dirent *e; s == OK && (e = readdir(entries));)
		if (e->d_name[0] != '.')
			s = add_entry(i, dirfd(entries), folder, e->d_name, name, p, d);
	(void)closedir(entries);
	return s;
}

static enum status add_page(struct index *i, const char *url, struct bytes name, struct index_project *p, struct diag *d)
{
	struct transfer *t;
	struct index_project page;
	uint64_t id;
	CLEANUP(buf_done) struct buf record;
	buf_init(&record, 256 << 20);
	enum status s = transfer_start(i, url, "text/html, application/vnd.pypi.simple.v1+json", i->run->limits->page_size, &id, d);
	if (s == OK)
		s = transfer_wait(i, id, &t, d);
	if (s == OK && t->status)
		s = transfer_failed(t, "--find-links", d);
	if (s == OK)
		s = page_parse(i, t->fd, name, t->url, t->content_type, &record, d);
	if (s == OK)
		s = reply_check(page_read(buf_bytes(&record), name, "index", &i->arena, &page, d), d);
	for (size_t k = 0; s == OK && k < page.n_files; k++) {
		page.files[k].index = bytes_of(url);
		append(i, p, page.files[k]);
	}
	return s;
}

enum status local_add(struct index *i, struct bytes name, bool only_folders, struct index_project *p, struct diag *d)
{
	enum status s = OK;
	for (size_t k = 0; s == OK && k < i->options.n_find_links; k++) {
		const char *place = i->options.find_links[k];
		if (!is_url(place))
			s = add_folder(i, place, name, p, d);
		else if (!only_folders)
			s = add_page(i, place, name, p, d);
	}
	if (s == OK)
		page_sort(p);
	return s;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void describe_folder(const char *place, struct buf *out)
{
	CLEANUP(arena_done) struct arena a;
	const char **lines = NULL;
	size_t n = 0;
	DIR *entries = opendir(folder_of(place));
	arena_init(&a);
	for (struct dirent *e; entries && (e = readdir(entries));) {
		struct stat st;
		if (e->d_name[0] == '.' || fstatat(dirfd(entries), e->d_name, &st, 0))
			continue;
		lines = arena_grow(&a, lines, n, sizeof *lines);
		lines[n++] = arena_printf(&a, "%s %lld %lld.%09ld %llu\n", e->d_name, (long long)st.st_size,
					  (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (unsigned long long)st.st_ino);
	}
	if (entries)
		(void)closedir(entries);
	if (n)
		qsort(lines, n, sizeof *lines, compare_lines);
	for (size_t k = 0; k < n; k++)
		buf_add_string(out, lines[k]);
}

void local_describe(struct index *i, struct buf *out)
{
	for (size_t k = 0; k < i->options.n_find_links; k++) {
		buf_printf(out, "find-links %s\n", i->options.find_links[k]);
		if (!is_url(i->options.find_links[k]))
			describe_folder(i->options.find_links[k], out);
	}
}
