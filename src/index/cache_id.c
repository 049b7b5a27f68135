/* Whether this machine made the cache. CACHE/id names the directory itself (device, inode) and the machine (machine-id(5)): a
 * cache that was copied, restored or mounted from elsewhere does not match, and what it says of itself is not taken on trust. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/file.h"
#include "index/state.h"

enum { ID_MAX = 512, MACHINE_ID_MAX = 64 };

static const char name[] = "id";

/* The machine's own id is not for others to read in a file that may travel: its digest is. */
static void expected_id(const struct stat *st, struct buf *out)
{
	CLEANUP(buf_done) struct buf machine;
	char digest[SHA256_TEXT_SIZE];
	buf_init(&machine, MACHINE_ID_MAX);
	(void)!file_read(AT_FDCWD, "/etc/machine-id", &machine, NULL); /* without one the directory alone has to do */
	struct sha256 hash = sha256_of(buf_bytes(&machine));
	sha256_text(&hash, digest);
	buf_printf(out, "hwb-cache %llu %llu %s\n", (unsigned long long)st->st_dev, (unsigned long long)st->st_ino, digest);
}

/* An id is written into a cache that has nothing yet; one that has something and no id came from elsewhere. */
static bool is_new(int cache_dir)
{
	static const char *const filled[] = { "env", "wheel", "blob", "frozen", "cargo" };
	for (size_t i = 0; i < COUNT(filled); i++)
		if (faccessat(cache_dir, filled[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return false;
	return true;
}

static enum status look(int cache_dir, struct buf *ret_want, struct diag *d)
{
	struct stat st;
	if (fstat(cache_dir, &st))
		return fail(d, ERR_IO, 0, "look at the cache: %s", strerror(errno));
	expected_id(&st, ret_want);
	return OK;
}

enum status index_cache_adopt(int cache_dir, struct diag *d)
{
	CLEANUP(buf_done) struct buf want;
	buf_init(&want, ID_MAX);
	enum status s = look(cache_dir, &want, d);
	return s ? s : file_replace(cache_dir, name, buf_bytes(&want), 0600, false, d);
}

enum status cache_id_check(int cache_dir, bool *ret_foreign, struct diag *d)
{
	CLEANUP(buf_done) struct buf want;
	CLEANUP(buf_done) struct buf got;
	buf_init(&want, ID_MAX);
	buf_init(&got, ID_MAX);
	enum status s = look(cache_dir, &want, d);
	if (s)
		return s;
	s = file_read(cache_dir, name, &got, NULL);
	*ret_foreign = s != OK || !bytes_equal(buf_bytes(&want), buf_bytes(&got));
	if (s != ERR_ABSENT || !is_new(cache_dir))
		return OK;
	*ret_foreign = false;
	return index_cache_adopt(cache_dir, d);
}
