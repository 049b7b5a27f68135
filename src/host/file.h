/* Files by directory descriptor: read whole, and written so that they appear whole or not at all. */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "base/status.h"

/* Opens a directory below dir (AT_FDCWD for the working directory), for use as a dir argument. ERR_ABSENT, ERR_IO. */
MUST_USE enum status directory_open(int dir, const char *path, int *ret_fd, struct diag *d);
/* The same, made with its parents when missing (mode 0700 & ~umask for "private", else 0777). */
MUST_USE enum status directory_make(int dir, const char *path, bool is_private, int *ret_fd, struct diag *d);
/* The same below a folder that is a stranger's: no link in path is followed. path: names with '/' between them. ERR_USAGE: one of them is
 * a link or no directory. ERR_IO. */
MUST_USE enum status directory_make_inside(int dir, const char *path, int *ret_fd, struct diag *d);
/* Whether the open directory is ours alone: what somebody else can write is somebody else's word. variable: what names another, for
 * the remedy. ERR_USAGE, ERR_IO. */
MUST_USE enum status directory_check_ours(int fd, const char *path, const char *variable, struct diag *d);
/* The folder that path is in, and its name there, which points into path. ERR_ABSENT, ERR_IO. */
MUST_USE enum status directory_open_parent(const char *path, int *ret_fd, const char **ret_name, struct diag *d);
/* The entries of an open directory (borrowed), from the first; the caller's to close. NULL with errno. */
DIR *directory_entries(int dir);
/* Removes everything below dir/name and itself; follows no links. ok when absent. */
MUST_USE enum status directory_remove(int dir, const char *name, struct diag *d);

/* Appends the whole file to out (its max is the limit). ERR_ABSENT (with a diag), ERR_LIMIT, ERR_IO: also when it is neither a regular
 * file nor /dev/null, so that no pipe in a stranger's folder holds us. */
MUST_USE enum status file_read(int dir, const char *path, struct buf *out, struct diag *d);
/* The same for a file that the operator names: a pipe (<(program), /dev/stdin) is read to its end. */
MUST_USE enum status file_read_named(const char *path, struct buf *out, struct diag *d);
/* Appends what is left of fd. */
MUST_USE enum status file_read_fd(int fd, struct buf *out, struct diag *d);

/* A file on its way: written under a temporary name in the same directory, renamed at the end. */
struct file_draft {
	int dir, fd;
	char temporary[64];
};
/* dir is borrowed until the end. mode: of the finished file. */
MUST_USE enum status file_draft_open(int dir, unsigned mode, struct file_draft *ret, struct diag *d);
/* fdatasync, then rename to name (replacing it), then fsync of the directory. The draft is closed either way. */
MUST_USE enum status file_draft_finish(struct file_draft *f, const char *name, bool durable, struct diag *d);
/* Gives it up: closes and unlinks. Fits CLEANUP; ok after finish. */
void file_draft_drop(struct file_draft *f);
/* All in one. */
MUST_USE enum status file_replace(int dir, const char *name, struct bytes content, unsigned mode, bool durable, struct diag *d);
/* Makes a file that was not there, whole and durable or not at all. ERR_ABSENT when the name is taken, by whatever: nothing is changed.
 * ERR_IO. */
MUST_USE enum status file_create(int dir, const char *name, struct bytes content, unsigned mode, struct diag *d);
/* file_replace by its path, durable. */
MUST_USE enum status file_replace_path(const char *path, struct bytes content, unsigned mode, struct diag *d);

#endif
