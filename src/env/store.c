#include "env/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/encode.h"
#include "base/wire.h"
#include "env/compile.h"
#include "env/manifest.h"
#include "env/tree_write.h"
#include "format/snapshot.h"
#include "host/file.h"
#include "host/helper.h"
#include "host/mapped.h"
#include "host/reply.h"
#include "host/sealed.h"

enum { MANIFEST_MAX = 256 << 20, METADATA_MAX = 8 << 20, LOCK_PAUSE_MS = 20, DRAFTS_TRIED = 3 };

enum status store_lock(const struct run_context *run, int cache_dir, const char *kind, const char *key, int *ret_dir,
		       int *ret_lock_fd, struct diag *d)
{
	CLEANUP(fd_close) int dir = -1;
	enum status s = directory_make(cache_dir, kind, true, &dir, d);
	if (s)
		return s;
	char name[160];
	(void)snprintf(name, sizeof name, "%s.lock", key);
	CLEANUP(fd_close) int lock = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0)
		return fail(d, ERR_IO, 0, "lock '%s/%s' in the cache: %s", kind, key, strerror(errno));
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };
	while (flock(lock, LOCK_EX | LOCK_NB)) { /* another run makes the same; a signal must still reach us */
		if (errno != EINTR && errno != EWOULDBLOCK)
			return fail(d, ERR_IO, 0, "lock '%s/%s' in the cache: %s", kind, key, strerror(errno));
		s = run_check(run, d);
		if (s)
			return s;
		(void)nanosleep(&pause, NULL);
	}
	*ret_dir = take_fd(&dir);
	*ret_lock_fd = take_fd(&lock);
	return OK;
}

/* `hwb cache` takes the same lock exclusively before it removes a tree, the manifest first. */
enum status store_hold(int dir, const char *key, int *ret_fd, struct diag *d)
{
	char name[160];
	(void)snprintf(name, sizeof name, "%s.lock", key);
	CLEANUP(fd_close) int fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_SH))
		return fail(d, ERR_IO, 0, "lock '%s' in the cache: %s", key, strerror(errno));
	(void)snprintf(name, sizeof name, "%s.manifest", key);
	if (faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW))
		return fail(d, ERR_ABSENT, 0, "'%s' was removed from the cache while it was needed", key);
	*ret_fd = take_fd(&fd);
	return OK;
}

/* Ours when it is locked and still there: between its making and our lock `hwb cache` may have had it. */
static bool claim_draft(int fd)
{
	struct stat st;
	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_nlink > 0;
}

enum status store_draft(int dir, char ret_name[64], int *ret_fd, struct diag *d)
{
	for (int i = 0; i < DRAFTS_TRIED; i++) {
		unsigned char random[12];
		char text[2 * sizeof random + 1];
		CLEANUP(fd_close) int fd = -1;
		if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
			return fail(d, ERR_IO, 0, "no random bytes: %s", strerror(errno));
		hex_write(bytes_make(random, sizeof random), text);
		(void)snprintf(ret_name, 64, ".tmp-%s", text);
		enum status s = directory_make(dir, ret_name, true, &fd, d);
		if (s && s != ERR_ABSENT)
			return s;
		if (s == OK && claim_draft(fd)) {
			*ret_fd = take_fd(&fd);
			return OK;
		}
	}
	return fail(d, ERR_IO, 0, "make a directory in the cache: something removes each one");
}

static enum status publish(int dir, const char *draft, const char *key, struct diag *d)
{
	if (renameat(dir, draft, dir, key) == 0)
		return OK;
	/* What is there was found wrong before we made this one: it goes first. */
	enum status s = errno == EEXIST || errno == ENOTEMPTY ? directory_remove(dir, key, d) : OK;
	if (s)
		return s;
	if (renameat(dir, draft, dir, key))
		return fail(d, ERR_IO, 0, "publish '%s' in the cache: %s", key, strerror(errno));
	return OK;
}

enum status store_finish(int dir, const char *draft, int tree, const char *key, size_t most, enum status filled, struct arena *a,
			 struct diag *d)
{
	CLEANUP(buf_done) struct buf manifest;
	enum status s = filled;
	buf_init(&manifest, most);
	/* Hardlinks into environments change no time and no inode, so this stays true. A tree without a manifest is made again. */
	if (s == OK)
		s = manifest_make(tree, &manifest, d);
	if (s == OK)
		s = file_replace(dir, arena_printf(a, "%s.manifest", key), buf_bytes(&manifest), 0600, false, d);
	if (s == OK)
		s = publish(dir, draft, key, d);
	if (s)
		(void)!directory_remove(dir, draft, NULL); /* the failure to report is the first */
	return s;
}

/* What the resolver was shown (PEP 658) is not covered by the wheel's hash: it must be what the wheel itself says. */
static enum status compare_metadata(const struct lock_pin *pin, struct index *index, struct bytes record, struct diag *d)
{
	CLEANUP(arena_done) struct arena a;
	struct metadata inside;
	const struct metadata *shown;
	arena_init(&a);
	enum status s = reply_check(metadata_read(record, &a, &inside, d), d);
	if (s == OK)
		s = index_metadata(index, &pin->file, &shown, d);
	if (s == OK && !metadata_same(&inside, shown))
		s = fail(d, ERR_HASH, 0, "the index showed other metadata than '%.*s' holds", BYTES_ARG(pin->file.filename));
	return s;
}

/* The wheel as a snapshot of what it contributes to /env, by hwb-parse. */
static enum status unpack(const struct run_context *run, const struct env_request *request, const struct lock_pin *pin,
			  struct index *index, int *ret_snapshot, struct diag *d)
{
	CLEANUP(fd_close) int wheel = -1;
	CLEANUP(fd_close) int snapshot = -1;
	CLEANUP(buf_done) struct buf ask;
	CLEANUP(buf_done) struct buf reply;
	char minor[16];
	const struct interpreter *python = &request->python->interpreter;
	(void)snprintf(minor, sizeof minor, "%u.%u", python->major, python->minor);
	buf_init(&ask, 8192);
	buf_init(&reply, METADATA_MAX);
	wire_put_bytes(&ask, pin->file.filename);
	wire_put_bytes(&ask, python->purelib);
	wire_put_string(&ask, minor);
	enum status s = index_download(index, &pin->file, &wheel, d);
	if (s == OK)
		s = sealed_open("hwb-wheel", &snapshot, d);
	if (s == OK)
		s = helper_call(run, "hwb-parse", "wheel-unpack", buf_bytes(&ask), (int[]){ wheel, snapshot }, 2, &reply, d);
	if (s == OK)
		s = compare_metadata(pin, index, buf_bytes(&reply), d);
	if (s == OK)
		s = sealed_close(snapshot, d);
	if (s == OK)
		*ret_snapshot = take_fd(&snapshot);
	return s;
}

static enum status fill(const struct run_context *run, const struct env_request *request, const struct lock_pin *pin,
			struct index *index, int tree, struct arena *a, struct diag *d)
{
	CLEANUP(fd_close) int snapshot = -1;
	struct bytes map = { NULL, 0 };
	enum status s = unpack(run, request, pin, index, &snapshot, d);
	if (s == OK)
		s = mapped_open(snapshot, UINT64_MAX, &map, d);
	if (s == OK)
		s = reply_check(tree_write(tree, map, d), d);
	mapped_done(&map);
	if (s == OK)
		s = compile_tree(run, request, snapshot, tree, a, d);
	return s;
}

static enum status make_wheel(const struct run_context *run, const struct env_request *request, const struct lock_pin *pin,
			      struct index *index, int dir, const char *key, struct arena *a, struct diag *d)
{
	char draft[64];
	CLEANUP(fd_close) int tree = -1;
	enum status s = store_draft(dir, draft, &tree, d);
	if (s)
		return s;
	s = fill(run, request, pin, index, tree, a, d);
	return store_finish(dir, draft, tree, key, MANIFEST_MAX, s, a, d);
}

bool store_usable(int dir, const char *key, size_t most, bool rehash, struct arena *a, int *ret_tree)
{
	CLEANUP(fd_close) int tree = -1;
	CLEANUP(buf_done) struct buf manifest;
	buf_init(&manifest, most);
	if (directory_open(dir, key, &tree, NULL) || file_read(dir, arena_printf(a, "%s.manifest", key), &manifest, NULL) ||
	    manifest_check(tree, buf_bytes(&manifest), rehash, NULL))
		return false;
	*ret_tree = take_fd(&tree);
	return true;
}

void store_wheel_done(struct store_wheel *w)
{
	fd_close(&w->tree_fd);
	fd_close(&w->lock_fd);
}

enum status store_wheel(const struct run_context *run, const struct env_request *request, const struct lock_pin *pin,
			struct index *index, struct arena *a, struct store_wheel *ret, struct diag *d)
{
	char digest[SHA256_TEXT_SIZE];
	CLEANUP(fd_close) int dir = -1;
	sha256_text(&pin->file.digest, digest);
	const char *key = arena_printf(a, "%s-%.16s-%d", digest, request->python->id, STORE_VERSION);
	enum status s = store_lock(run, request->cache_dir, "wheel", key, &dir, &ret->lock_fd, d);
	if (s == OK && !store_usable(dir, key, MANIFEST_MAX, request->rehash, a, &ret->tree_fd)) {
		s = make_wheel(run, request, pin, index, dir, key, a, d);
		ret->installed = true;
		if (s == OK)
			s = directory_open(dir, key, &ret->tree_fd, d);
	}
	return s ? explain(d, "install '%.*s'", BYTES_ARG(pin->file.filename)) : OK;
}
