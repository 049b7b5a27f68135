#include "sandbox/surroundings.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "host/file.h"

/* A container has hundreds of mounts at most, a desktop with snaps some more; 200 bytes each. */
enum { FILE_MAX = 4 << 20 };

static bool is_zero(struct bytes text)
{
	return bytes_equal(bytes_trim(text), BYTES("0"));
}

static bool is_one(struct bytes text)
{
	return bytes_equal(bytes_trim(text), BYTES("1"));
}

/* proc(5), /proc/pid/status: 2 is SECCOMP_MODE_FILTER. */
static bool has_filter(struct bytes status)
{
	return bytes_search(status, BYTES("\nSeccomp:\t2\n")) < status.size;
}

/* apparmor(7): "PROFILE (enforce)"; other security modules say other things in the same file. */
static bool is_enforced(struct bytes label)
{
	return bytes_ends(bytes_trim(label), BYTES(" (enforce)"));
}

/* The fifth field of a line of mountinfo, proc(5). */
static struct bytes mount_point(struct bytes line)
{
	enum { FIELD_MOUNT_POINT = 5 };
	struct bytes field = { NULL, 0 };
	for (int i = 0; i < FIELD_MOUNT_POINT; i++)
		field = bytes_cut(&line, ' ');
	return field;
}

/* The kernel lets a user namespace mount a fresh /proc only when the one that is there is fully visible. A mount over a directory
 * that is always empty hides nothing, and binfmt_misc is the one that everybody has (fs/namespace.c, mnt_already_visible). */
static bool is_masked(struct bytes mountinfo)
{
	while (mountinfo.size) {
		struct bytes at = mount_point(bytes_cut(&mountinfo, '\n'));
		if (bytes_starts(at, BYTES("/proc/")) && !bytes_starts(at, BYTES("/proc/sys/fs/binfmt_misc")))
			return true;
	}
	return false;
}

/* mountinfo shows what can be reached from the root: without a mount there, it is a directory like any other. */
static bool has_no_root(struct bytes mountinfo)
{
	bool is_some = mountinfo.size > 0;
	while (mountinfo.size)
		if (bytes_equal(mount_point(bytes_cut(&mountinfo, '\n')), BYTES("/")))
			return false;
	return is_some;
}

/* user_namespaces(7): the first one maps every id to itself. */
static bool is_partial(struct bytes map)
{
	static const struct bytes whole[] = { LIT("0"), LIT("0"), LIT("4294967295") };
	struct bytes rest = bytes_trim(map);
	for (size_t i = 0; i < COUNT(whole); i++) {
		rest = bytes_trim(rest);
		if (!bytes_equal(bytes_cut(&rest, ' '), whole[i]))
			return map.size > 0;
	}
	return false;
}

static const struct {
	enum surroundings_fact fact;
	const char *path; /* below the root */
	bool (*holds)(struct bytes content); /* NULL: it is enough that the file is there */
} signs[] = {
	{ FACT_PODMAN, "run/.containerenv", NULL },
	{ FACT_DOCKER, ".dockerenv", NULL },
	{ FACT_KUBERNETES, "var/run/secrets/kubernetes.io", NULL },
	{ FACT_OTHER_CONTAINER, "run/systemd/container", NULL },
	{ FACT_CHROOT, "proc/self/mountinfo", has_no_root },
	{ FACT_SECCOMP, "proc/self/status", has_filter },
	{ FACT_MASKED_PROC, "proc/self/mountinfo", is_masked },
	{ FACT_CONFINED, "proc/self/attr/current", is_enforced },
	{ FACT_PART_OF_IDS, "proc/self/uid_map", is_partial },
	{ FACT_LIMIT_0, "proc/sys/user/max_user_namespaces", is_zero },
	{ FACT_CLONE_0, "proc/sys/kernel/unprivileged_userns_clone", is_zero },
	{ FACT_APPARMOR_USERNS, "proc/sys/kernel/apparmor_restrict_unprivileged_userns", is_one },
};

static const char *const texts[N_FACTS] = {
	[FACT_PODMAN] = "a podman container",
	[FACT_DOCKER] = "a docker container",
	[FACT_KUBERNETES] = "a kubernetes pod",
	[FACT_OTHER_CONTAINER] = "a container",
	[FACT_CHROOT] = "a chroot",
	[FACT_SECCOMP] = "a seccomp filter",
	[FACT_MASKED_PROC] = "a masked /proc",
	[FACT_CONFINED] = "an AppArmor profile",
	[FACT_PART_OF_IDS] = "a user namespace",
	[FACT_LIMIT_0] = "user.max_user_namespaces=0",
	[FACT_CLONE_0] = "kernel.unprivileged_userns_clone=0",
	[FACT_APPARMOR_USERNS] = "kernel.apparmor_restrict_unprivileged_userns=1",
};

const char *surroundings_fact_text(unsigned f)
{
	return texts[f];
}

static bool file_holds(int root, const char *path, bool (*holds)(struct bytes content))
{
	CLEANUP(buf_done) struct buf content;
	buf_init(&content, FILE_MAX);
	return file_read(root, path, &content, NULL) == OK && holds(buf_bytes(&content));
}

static bool is_same(int root, const char *one, const char *other)
{
	struct stat a, b;
	return fstatat(root, one, &a, 0) == 0 && fstatat(root, other, &b, 0) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* A chroot into a mount of its own has a root in its mountinfo. It shows beside a pid 1 with the same mounts and another root; only
 * root may look at that one. */
static bool is_beside_init(int root)
{
	return faccessat(root, "proc/1/root", F_OK, 0) == 0 && is_same(root, "proc/1/ns/mnt", "proc/self/ns/mnt") &&
	       !is_same(root, "proc/1/root", ".");
}

unsigned surroundings_look(int root)
{
	unsigned facts = is_beside_init(root) ? FACT(FACT_CHROOT) : 0;
	for (size_t i = 0; i < COUNT(signs); i++)
		if (signs[i].holds ? file_holds(root, signs[i].path, signs[i].holds)
				   : faccessat(root, signs[i].path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			facts |= FACT(signs[i].fact);
	return facts;
}

unsigned surroundings_here(void)
{
	CLEANUP(fd_close) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? 0 : surroundings_look(root);
}
