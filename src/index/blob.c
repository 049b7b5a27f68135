/* The content-addressed part of the cache: CACHE/blob/sha256/ab/DIGEST, read-only files whose name is their digest. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "host/file.h"
#include "host/spool.h"
#include "index/state.h"
#include "net/url.h"

enum { COPY_BLOCK = 64 << 10 };

static enum status open_folder(struct index *i, const struct sha256 *digest, char ret_name[SHA256_TEXT_SIZE], int *ret_dir,
			       struct diag *d)
{
	char folder[16];
	sha256_text(digest, ret_name);
	(void)snprintf(folder, sizeof folder, "sha256/%.2s", ret_name);
	return directory_make(i->blob_dir, folder, true, ret_dir, d);
}

static bool has_digest(struct index *i, int fd, const struct sha256 *want)
{
	struct sha256 got;
	uint64_t size;
	return sha256_of_fd(fd, i->run->limits->download_size, &got, &size, NULL) == OK && sha256_equal(&got, want);
}

enum status blob_open(struct index *i, const struct sha256 *digest, int *ret_fd, struct diag *d)
{
	char name[SHA256_TEXT_SIZE];
	CLEANUP(fd_close) int dir = -1;
	enum status s = open_folder(i, digest, name, &dir, d);
	if (s)
		return s;
	CLEANUP(fd_close) int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOENT) /* a link or something else that we never put there */
			(void)unlinkat(dir, name, 0);
		return ERR_ABSENT;
	}
	if (!has_digest(i, fd, digest)) {
		(void)unlinkat(dir, name, 0);
		return ERR_ABSENT;
	}
	*ret_fd = take_fd(&fd);
	return OK;
}

bool index_cache_has(int cache_dir, const struct sha256 *digest)
{
	char name[SHA256_TEXT_SIZE], path[sizeof "blob/sha256/ab/" + SHA256_TEXT_SIZE];
	sha256_text(digest, name);
	(void)snprintf(path, sizeof path, "blob/sha256/%.2s/%s", name, name);
	return faccessat(cache_dir, path, R_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool index_has(const struct index *i, const struct sha256 *digest)
{
	return index_cache_has(i->cache_dir, digest);
}

enum status index_store(struct index *i, int fd, const struct sha256 *digest, struct diag *d)
{
	return blob_store(i, fd, digest, NULL, BYTES("https://cache.invalid/"), d);
}

static enum status wrong_digest(const struct sha256 *want, const struct sha256 *got, struct bytes url, struct diag *d)
{
	char wanted[SHA256_TEXT_SIZE], found[SHA256_TEXT_SIZE];
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	sha256_text(want, wanted);
	sha256_text(got, found);
	(void)fail(d, ERR_HASH, 0, "'%.*s' does not have the promised sha256: expected %s, got %s", BYTES_ARG(url_for_log(url, &a)),
		   wanted, found);
	return remedy(d, "nothing of it was used; the file changed after it was published, or somebody is in between");
}

/* hwb-net has had its hands on that file and may still hold it: what is hashed and kept is a copy that it never saw. */
static enum status copy_and_hash(struct index *i, int fd, int *ret_copy, struct sha256 *ret_digest, uint64_t *ret_size,
				 struct diag *d)
{
	static unsigned char block[COPY_BLOCK];
	struct sha256_stream hash;
	uint64_t size = 0;
	CLEANUP(fd_close) int copy = openat(i->cache_dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0400);
	if (copy < 0)
		return fail(d, ERR_IO, 0, "make a file in the cache: %s", strerror(errno));
	sha256_start(&hash);
	for (;;) {
		ssize_t n = pread(fd, block, sizeof block, (off_t)size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(d, ERR_IO, size, "read a download: %s", strerror(errno));
		if (n == 0)
			break;
		size += (uint64_t)n;
		if (size > i->run->limits->download_size)
			return fail(d, ERR_LIMIT, size, "a download grew over the limit while it was read");
		sha256_add(&hash, bytes_make(block, (size_t)n));
		enum status s = fd_write_all(copy, bytes_make(block, (size_t)n), d);
		if (s)
			return s;
	}
	*ret_digest = sha256_end(&hash);
	*ret_size = size;
	*ret_copy = take_fd(&copy);
	return OK;
}

enum status blob_store(struct index *i, int fd, const struct sha256 *want, const uint64_t *want_size, struct bytes url,
		       struct diag *d)
{
	char name[SHA256_TEXT_SIZE], self[64];
	struct sha256 got;
	uint64_t size;
	CLEANUP(fd_close) int dir = -1;
	CLEANUP(arena_done) struct arena a;
	arena_init(&a);
	CLEANUP(fd_close) int copy = -1;
	enum status s = copy_and_hash(i, fd, &copy, &got, &size, d);
	if (s)
		return s;
	if (!sha256_equal(&got, want))
		return wrong_digest(want, &got, url, d);
	if (want_size && *want_size != size)
		return fail(d, ERR_HASH, 0, "'%.*s' has %llu bytes, but the index says %llu", BYTES_ARG(url_for_log(url, &a)),
			    (unsigned long long)size, (unsigned long long)*want_size);
	s = open_folder(i, want, name, &dir, d);
	if (s)
		return s;
	if (fchmod(copy, 0444) || fdatasync(copy))
		return fail(d, ERR_IO, 0, "write a download to the disk: %s", strerror(errno));
	/* The unnamed file gets its name in one step; a name that exists holds the same bytes. */
	(void)snprintf(self, sizeof self, "/proc/self/fd/%d", copy);
	if (linkat(AT_FDCWD, self, dir, name, AT_SYMLINK_FOLLOW) && errno != EEXIST)
		return fail(d, ERR_IO, 0, "keep a download in the cache: %s", strerror(errno));
	return OK;
}

enum status blob_open_local(const struct run_context *run, struct bytes url, const struct sha256 *want, int *ret_fd, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct url parsed;
	struct bytes path;
	struct sha256 got;
	uint64_t size;
	arena_init(&a);
	enum status s = url_parse(url, &a, &parsed, d);
	if (s == OK)
		s = url_decode(parsed.path, &a, &path, d);
	if (s)
		return s;
	CLEANUP(fd_close) int fd = -1;
	s = spool_copy(run, arena_string(&a, path), UINT64_MAX, &fd, d);
	if (s == OK)
		s = sha256_of_fd(fd, UINT64_MAX, &got, &size, d);
	if (s)
		return s;
	if (!sha256_equal(&got, want))
		return wrong_digest(want, &got, url, d);
	*ret_fd = take_fd(&fd);
	return OK;
}
